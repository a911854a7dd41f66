package dev.gitmemory.crash;

import java.util.Locale;

/**
 * A point at which a crash strikes.
 *
 * @param step of {@link dev.gitmemory.service.Steps.Step}, or PUT or STORED
 * @param nth of the times that the operation gets to the step, from 1
 * @param agent whose operation it is; of no other point
 */
record CrashPoint(Operation operation, String step, int nth, String agent) {

    String name() {
        return operation.name().toLowerCase(Locale.ROOT) + " " + step + (nth == 1 ? "" : " " + nth);
    }

    /** Whether a connection to PostgreSQL is in use there: of those a sidecar has sixteen. */
    boolean holdsConnection() {
        return switch (step) {
            case "LOCKED", "LEDGER_WRITTEN", "ROWS_WRITTEN", "TAGGED", "UNTAGGED" -> true;
            case "PUT", "STORED", "COMMITTED" -> operation.commitsInTransaction();
            default -> false;
        };
    }
}
