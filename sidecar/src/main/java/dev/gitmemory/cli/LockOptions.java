package dev.gitmemory.cli;

import dev.gitmemory.postgres.LockSettings;
import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a migration waits for locks. The defaults are {@link LockSettings#DEFAULT}. */
final class LockOptions {

    @Option(
            names = "--lock-timeout",
            paramLabel = "SECONDS",
            defaultValue = "2",
            description =
                    "How long one try waits for the locks of tables, and so at most how long the application waits"
                            + " behind it; fractions are allowed. Default: 2.")
    double timeoutSeconds = 2;

    @Option(
            names = "--lock-wait",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to go on trying, pauses included; 0 tries once. Default: 60.")
    double waitSeconds = 60;

    void check(Problems problems) {
        if (!(timeoutSeconds >= 0.001 && timeoutSeconds <= 3600)) {
            problems.add("--lock-timeout must be a number of seconds from 0.001 to 3600, is " + timeoutSeconds);
        }
        if (!(waitSeconds >= 0 && waitSeconds <= 86_400)) {
            problems.add("--lock-wait must be a number of seconds from 0 to 86400, is " + waitSeconds);
        }
    }

    /** Returns the settings; {@link #check} has found nothing wrong with them. */
    LockSettings settings() {
        return new LockSettings(duration(timeoutSeconds), duration(waitSeconds));
    }

    private static Duration duration(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000));
    }
}
