package dev.gitmemory.testing;

import static java.util.Objects.requireNonNull;

import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.MemoryRepository;
import dev.gitmemory.repo.Outcome;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process that serves many agents in little heap: opens each, reads and writes it, twice. Argument: how many. Prints
 * how many commits it has made; fails if a write of the first round is missing in the second.
 *
 * <p>The first entry of all agents is the same one, which the store holds once; it stands for a bucket. It does not say
 * whose it is, as entries of old.
 */
public final class ManyAgents {

    private static final int FILES = 20;
    private static final Author AUTHOR = new Author(Author.Type.SYSTEM, "test", "test");

    private ManyAgents() {}

    public static void main(String[] args) throws IOException {
        int agents = Integer.parseInt(args[0]);
        byte[] first = firstEntry();
        int commits = 0;
        try (ObjectStore written = Stores.open("memory:");
                ObjectStore store = new Bucket(written, first);
                MemoryRepositories repositories =
                        new MemoryRepositories(store, Clock.systemUTC(), CommitKey.random())) {
            repositories.openAhead(
                    IntStream.range(0, agents).mapToObj(ManyAgents::id).toList());
            for (int round = 1; round <= 2; round++) {
                for (int i = 0; i < agents; i++) {
                    MemoryRepository repository = repositories.open(id(i));
                    String head = requireNonNull(repository.refresh()).sha();
                    String seen = repository.file(head, "system/round.md");
                    if (round == 2 && !"round 1\n".equals(seen)) {
                        throw new IllegalStateException("agent " + i + " has " + seen);
                    }
                    commits += write(repository, "round " + round + "\n");
                }
            }
        }
        System.out.println(commits);
    }

    private static RepoId id(int number) {
        return new RepoId("org", "agent-" + number);
    }

    private static int write(MemoryRepository repository, String text) throws IOException {
        List<Outcome> outcomes =
                repository.commit(List.of(Draft.of(AUTHOR, "Write", files -> files.write("system/round.md", text))));
        if (outcomes.get(0) instanceof Outcome.Committed) {
            return 1;
        }
        throw new IllegalStateException("not committed: " + outcomes);
    }

    /** A memory of 20 files of 2 kB that don't deflate well. */
    private static byte[] firstEntry() throws IOException {
        try (ObjectStore store = Stores.open("memory:");
                MemoryRepositories repositories =
                        new MemoryRepositories(store, Clock.systemUTC(), CommitKey.random())) {
            Random random = new Random(7);
            repositories.open(id(0)).commit(List.of(Draft.of(AUTHOR, "First", files -> {
                for (int i = 0; i < FILES; i++) {
                    StringBuilder text = new StringBuilder();
                    random.ints(2000, ' ', '~').forEach(c -> text.append((char) c));
                    files.write("system/file" + i + ".md", text.toString());
                }
            })));
            return withoutOwner(
                    requireNonNull(store.read(store.list("", "", 1).get(0).key())));
        }
    }

    private static byte[] withoutOwner(byte[] entry) {
        String text = new String(entry, StandardCharsets.ISO_8859_1);
        return text.replaceFirst("[0-9a-f]{40} refs/git-memory/owner\n", "").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** A store that has the first entry of every agent from the start. */
    private static final class Bucket extends ForwardingStore {

        private static final String FIRST = "/log/00000000000000000001.bundle";

        private final byte[] first;

        Bucket(ObjectStore written, byte[] first) {
            super(written);
            this.first = first;
        }

        @Override
        public byte @Nullable [] read(String key) throws IOException {
            return key.endsWith(FIRST) ? first.clone() : super.read(key);
        }

        @Override
        public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
            List<Entry> written = super.list(prefix, startAfter, limit);
            Entry entry = new Entry(prefix.replaceAll("/$", "") + FIRST, first.length);
            return entry.key().compareTo(startAfter) > 0
                    ? Stream.concat(Stream.of(entry), written.stream()).toList()
                    : written;
        }
    }
}
