package dev.gitmemory.race;

import static dev.gitmemory.race.Step.Kind.COMMIT;
import static dev.gitmemory.race.Step.Kind.SNAPSHOT;
import static dev.gitmemory.race.Step.Kind.STATEMENT;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrdersTest {

    private static final List<Step.Kind> TWO = List.of(STATEMENT, COMMIT);

    @Test
    void allOrdersOfStepsThatConcernEachOther() {
        assertThat(orders(List.of(TWO, TWO))).containsExactly("0011", "0101", "0110", "1001", "1010", "1100");
        assertThat(orders(List.of(TWO, TWO, TWO))).hasSize(90).doesNotHaveDuplicates();
    }

    @Test
    void aSnapshotIsOldOrNotOnlyBySomebodysCommit() {
        List<Step.Kind> three = List.of(SNAPSHOT, STATEMENT, COMMIT);
        assertThat(orders(List.of(TWO, three)))
                .as("of two that differ only in whether the snapshot comes before the statement one is left")
                .containsExactly("00111", "01011", "01101", "01110", "11001", "11010", "11100");
    }

    private static List<String> orders(List<List<Step.Kind>> kinds) {
        return Orders.of(kinds).stream()
                .map(order -> IntStream.range(0, order.length)
                        .mapToObj(i -> String.valueOf(order[i]))
                        .collect(Collectors.joining()))
                .toList();
    }
}
