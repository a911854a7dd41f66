package dev.gitmemory.race;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.testing.EmbeddedDatabase;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@link RaceTest} looks for is found where there is no guard. */
class CheckTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            write               | CREATE | rows are not what the ledger says
            write               | CREATE | rows are not what git says
            unlink              | CREATE | rows are not what git says
            copy                | CREATE | a row without an enabled agent carries a commit
            sha for free        | CREATE | a row without an enabled agent carries a commit
            untag               | CREATE | the ledger was not told that the tag is gone
            """)
    void withoutTriggersItFinds(String transaction, Operation operation, String kind) throws Exception {
        EmbeddedDatabase database = EmbeddedDatabase.migrated();
        database.execute(
                "ALTER TABLE block DISABLE TRIGGER USER",
                "ALTER TABLE blocks_agents DISABLE TRIGGER USER",
                "ALTER TABLE agents_tags DISABLE TRIGGER USER");
        Transaction found = Transaction.ALL.stream()
                .filter(t -> t.name().equals(transaction))
                .findFirst()
                .orElseThrow();
        Tally tally = new Tally();
        try (Lane lane = new Lane(database)) {
            lane.run(new Game(List.of(found), operation, Level.READ_COMMITTED, true), tally);
        }
        assertThat(tally.runs()).isGreaterThan(1);
        assertThat(String.join("\n", tally.violations())).contains(kind);
    }
}
