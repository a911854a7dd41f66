package dev.gitmemory.repo;

import static dev.gitmemory.repo.RepositoryFixture.AGENT;
import static dev.gitmemory.repo.RepositoryFixture.commit;
import static dev.gitmemory.repo.RepositoryFixture.headSha;
import static dev.gitmemory.repo.RepositoryFixture.writing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a commit may bring, judged by the head that it comes on. */
final class NewPathsTest {

    private final ObjectStore objects = Stores.open("memory:");

    NewPathsTest() throws IOException {}

    private MemoryRepository repository(PathPolicy newPaths) throws IOException {
        return new MemoryRepositories(
                        objects,
                        RepositoryFixture.CLOCK,
                        RepositoryFixture.KEY,
                        CacheSettings.DEFAULT,
                        CheckpointSettings.DEFAULT,
                        newPaths)
                .open(RepositoryFixture.ID);
    }

    private static void assertRejected(Outcome outcome, String path) {
        assertThat(outcome).isInstanceOfSatisfying(Outcome.Rejected.class, rejected -> assertThat(rejected.reason())
                .isInstanceOf(RuleViolation.class)
                .hasMessageContaining(path));
    }

    @Test
    void oneThatMayNotComeIsRefusedAndOthersOfTheCallAreNot() throws IOException {
        MemoryRepository repository = RepositoryFixture.open(objects);
        List<Outcome> outcomes = repository.commit(List.of(
                writing("system/persona.md", "I"),
                writing("system/aux.md", "x"),
                writing("system/Persona.md", "the draft before it is in this call"),
                writing("system/human.md", "you")));
        assertRejected(outcomes.get(1), "system/aux.md");
        assertRejected(outcomes.get(2), "'system/Persona.md' differs from 'system/persona.md' only in case");
        assertThat(repository.paths(headSha(repository))).containsExactly("system/human.md", "system/persona.md");
    }

    @Test
    void whatIsThereIsWrittenRenamedAndDeleted() throws IOException {
        MemoryRepository anything = repository(PathPolicy.ANY);
        commit(anything, writing("aux.md", "1"));
        commit(anything, writing("x.md", "1"));
        commit(anything, writing("X.md", "1"));
        MemoryRepository repository = repository(PathPolicy.PORTABLE);

        commit(repository, writing("aux.md", "2"));
        commit(repository, writing("X.md", "2"));
        commit(repository, Draft.of(AGENT, "Delete and write", files -> {
            files.delete("aux.md");
            files.write("aux.md", "3");
        }));
        commit(repository, Draft.of(AGENT, "Rename by case", files -> {
            files.delete("x.md");
            files.delete("X.md");
            files.write("x.md", "3");
        }));
        assertRejected(repository.commit(List.of(writing("X.md", "again"))).get(0), "'X.md' differs from 'x.md'");
        commit(repository, Draft.of(AGENT, "Delete", files -> files.delete("aux.md")));
        assertRejected(repository.commit(List.of(writing("aux.md", "4"))).get(0), "aux.md");
        assertThat(repository.paths(headSha(repository))).containsExactly("x.md");
    }

    @Test
    void aDraftOfWhatExistsBringsAnyPath() throws IOException {
        MemoryRepository repository = RepositoryFixture.open(objects);
        commit(repository, writing("aux.md", "1").withAnyPath());
        commit(repository, writing("AUX.md", "1").withAnyPath().forRequest(null));
        assertThat(repository.paths(headSha(repository))).containsExactly("AUX.md", "aux.md");
    }

    @Test
    void aFileThatIsGoneWhenTheEditEndsIsNoNewOne() throws IOException {
        MemoryRepository repository = RepositoryFixture.open(objects);
        commit(repository, Draft.of(AGENT, "Come and go", files -> {
            files.write("aux.md", "1");
            files.delete("aux.md");
            files.write("x.md", "1");
        }));
        assertThat(repository.paths(headSha(repository))).containsExactly("x.md");
    }
}
