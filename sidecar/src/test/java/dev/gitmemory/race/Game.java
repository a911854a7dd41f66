package dev.gitmemory.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Who races with whom.
 *
 * @param isCoarse whether the operation stops only where it matters most, see {@link Lane}
 */
record Game(List<Transaction> transactions, Operation operation, Level level, boolean isCoarse) {

    Set<String> names() {
        Set<String> names = new TreeSet<>(operation.names());
        transactions.forEach(transaction -> names.addAll(transaction.names()));
        return names;
    }

    /**
     * Whether all of them have to do with one another: sessions that touch no agent and no block in common can't get into
     * each other's way.
     */
    boolean isOne() {
        Set<String> known = new TreeSet<>(Cast.agents(operation.names()));
        List<Set<String>> others = new ArrayList<>(transactions.stream()
                .map(transaction -> Cast.agents(transaction.names()))
                .toList());
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Set<String> agents : List.copyOf(others)) {
                if (agents.stream().anyMatch(known::contains)) {
                    known.addAll(agents);
                    others.remove(agents);
                    grows = true;
                }
            }
        }
        return others.isEmpty();
    }

    @Override
    public String toString() {
        return "%s | %s | %s"
                .formatted(
                        transactions.stream().map(Transaction::name).collect(Collectors.joining(" + ")),
                        operation,
                        level);
    }
}
