package dev.gitmemory.cli;

import dev.gitmemory.log.LogCheck;
import dev.gitmemory.log.LogFinding;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Defect;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.repo.StoredRepositories;
import dev.gitmemory.repo.TransferException;
import dev.gitmemory.service.CommitKeys;
import dev.gitmemory.service.Difference;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.MemoryException;
import dev.gitmemory.service.Steps;
import dev.gitmemory.service.StoreBinding;
import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** One run of {@code git-memory fsck}, over a store and perhaps a database; goes on after each repository. */
final class FsckRun implements AutoCloseable {

    private static final int MOST_NAMED = 5;

    /** As many as a sidecar reads at the same time. */
    private static final int READERS = 16;

    /**
     * A repository to check.
     *
     * @param ledger what PostgreSQL knows of it; null if that is not asked, or knows nothing
     */
    record Target(String prefix, Ledger.@Nullable Repo ledger) {

        String name() {
            return ledger == null ? prefix : ledger.agentId();
        }
    }

    private final ObjectStore store;
    private final @Nullable Database database;
    private final Console console;
    private final ExecutorService readers = Executors.newFixedThreadPool(READERS, task -> {
        Thread thread = new Thread(task, "git-memory-fsck");
        thread.setDaemon(true);
        return thread;
    });
    private final MemoryRepositories repositories;
    private final @Nullable GitMemory memory;
    private int checked;
    private int clean;
    private int findings;
    private int failed;
    private final List<String> unknown = new ArrayList<>();

    private FsckRun(ObjectStore store, @Nullable Database database, CommitKey key, Console console) {
        this.store = store;
        this.database = database;
        this.console = console;
        this.repositories = new MemoryRepositories(store, Clock.systemUTC(), key);
        this.memory = database == null ? null : new GitMemory(database, repositories, Clock.systemUTC(), Steps.NONE);
    }

    static FsckRun open(MemoryOptions options, boolean storageOnly, Console console) throws IOException {
        Database database =
                storageOnly ? null : Connections.connect(options.database.settings(), options.tables.settings());
        try {
            CommitKey key = database == null ? CommitKey.random() : CommitKeys.read(database);
            ObjectStore store = ExistingStore.open(options.store.settings(options.dataDir));
            try {
                if (database != null) {
                    options.print(store, console);
                    new StoreBinding(database).check(store, false).ifPresent(console.err()::println);
                }
                return new FsckRun(store, database, key, console);
            } catch (IOException | RuntimeException e) {
                store.close();
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            if (database != null) {
                database.close();
            }
            throw e;
        }
    }

    /** Every repository that the store has or PostgreSQL knows. */
    Collection<Target> all() throws IOException {
        SortedMap<String, Target> targets = new TreeMap<>();
        for (String prefix : StoredRepositories.prefixes(store)) {
            targets.put(prefix, new Target(prefix, null));
        }
        known().forEach(target -> targets.put(target.prefix(), target));
        return targets.values();
    }

    /** @throws TransferException if nobody knows of a repository of that agent */
    Collection<Target> of(String agentId) throws IOException {
        List<Target> targets = new ArrayList<>(
                known().stream().filter(t -> t.name().equals(agentId)).toList());
        if (targets.isEmpty()) {
            for (String prefix : StoredRepositories.prefixes(store)) {
                if (StoredRepositories.isOf(prefix, agentId)) {
                    targets.add(new Target(prefix, null));
                }
            }
        }
        if (targets.isEmpty()) {
            throw new TransferException("There is no repository of agent '%s' in '%s'%s"
                    .formatted(agentId, store.uri(), database == null ? "" : ", and PostgreSQL knows of none"));
        }
        return targets;
    }

    private List<Target> known() {
        Database connected = database;
        return connected == null
                ? List.of()
                : connected.inTransaction(tx -> tx.ledger().repos()).stream()
                        .map(repo -> new Target(new RepoId(repo.organizationId(), repo.agentId()).prefix(), repo))
                        .toList();
    }

    /** Compares what is installed in the database with what has to be; tells only what differs. */
    void checkDatabase() {
        Database connected = database;
        if (connected == null) {
            return;
        }
        List<Defect> defects = connected.defects();
        if (defects.isEmpty()) {
            return;
        }
        findings += defects.size();
        console.out()
                .println("PostgreSQL: " + Count.of(defects.size(), "finding") + " of what git-memory has installed");
        defects.forEach(defect -> console.out().println("  " + defect));
        console.out().println("    to do: git-memory migrate, which prints SQL for what it can't mend");
    }

    /** Checks one repository and tells what was found. */
    void check(Target target) {
        checked++;
        ProgressLines progress = new ProgressLines(console.err(), () -> false);
        try {
            LogCheck.Result result = LogCheck.run(
                    store,
                    target.prefix(),
                    readers,
                    (done, total) -> progress.at("Checking " + target.name(), done, total));
            List<String> lines = new ArrayList<>();
            result.findings().forEach(finding -> lines.addAll(text(finding)));
            result.ignored().forEach(key -> lines.add("  " + key + ": not ours, and ignored; it may be removed"));
            if (database != null && target.ledger() == null && !result.purged()) {
                unknown.add(target.name());
            }
            int found = result.findings().size() + compare(target, result, lines);
            findings += found;
            clean += found == 0 ? 1 : 0;
            print(console.out(), target, result, found, lines);
        } catch (IOException | RuntimeException e) {
            failed++;
            console.err().println("%s: could not be checked: %s".formatted(target.name(), e.getMessage()));
        }
    }

    private static List<String> text(LogFinding finding) {
        return List.of("  " + finding.key() + ": " + finding.what(), "    to do: " + finding.remedy());
    }

    /** Compares with PostgreSQL where git owns the agent's blocks; answers how many findings that gave. */
    private int compare(Target target, LogCheck.Result result, List<String> lines) {
        Ledger.Repo ledger = target.ledger();
        GitMemory service = memory;
        if (ledger == null || service == null || !ledger.isEnabled()) {
            return 0;
        }
        if (result.purged()) {
            lines.add("  PostgreSQL: the agent is enabled, and its repository was purged");
            lines.add("    to do: disable the agent and purge it");
            return 1;
        }
        if (result.newest() < ledger.appliedSeq()) {
            lines.add("  PostgreSQL: it equals entry %d (commit %s), and the store ends at entry %d"
                    .formatted(ledger.appliedSeq(), ledger.appliedSha(), result.newest()));
            lines.add(
                    "    to do: check --store; restore the newer objects from a backup of the store; if they are lost for good:"
                            + " git-memory import --agent " + target.name() + " --from-rows");
            return 1;
        }
        try {
            List<Difference> differences = service.verify(target.name());
            differences.forEach(difference -> lines.add("  PostgreSQL: " + difference));
            if (differences.stream().anyMatch(Difference::canBeMended)) {
                lines.add("    to do: git-memory sync " + target.name());
            }
            if (!differences.stream().allMatch(Difference::canBeMended)) {
                lines.add("    to do: what was left out is mended by SQL: git-memory disable " + target.name()
                        + ", mend the rows, git-memory enable " + target.name() + "; or delete these blocks");
            }
            return differences.size();
        } catch (MemoryException e) {
            if (!result.findings().isEmpty()) {
                lines.add("  PostgreSQL: not compared, the store has to be mended first");
                return 0;
            }
            lines.add("  PostgreSQL: " + e.getMessage());
            return 1;
        }
    }

    private static void print(PrintStream out, Target target, LogCheck.Result result, int found, List<String> lines) {
        if (result.purged()) {
            out.println("%s: %s; purged".formatted(target.name(), found == 0 ? "clean" : Count.of(found, "finding")));
            lines.forEach(out::println);
            return;
        }
        out.println("%s: %s; %s, %s, %s, %s%s"
                .formatted(
                        target.name(),
                        found == 0 ? "clean" : Count.of(found, "finding"),
                        Count.of(result.entries(), "entry", "entries"),
                        Count.of(result.checkpoints(), "checkpoint"),
                        Count.of(result.objects(), "object"),
                        result.headSha() == null ? "no commits" : "head " + result.headSha(),
                        state(target)));
        lines.forEach(out::println);
    }

    private static String state(Target target) {
        Ledger.Repo ledger = target.ledger();
        return ledger == null || ledger.isEnabled() ? "" : ", " + ledger.state() + ": PostgreSQL is not compared";
    }

    /** Tells the sum of it. */
    ExitCode summary() {
        console.out()
                .println("%s checked, %d clean, %s%s"
                        .formatted(
                                Count.of(checked, "repository", "repositories"),
                                clean,
                                Count.of(findings, "finding"),
                                failed == 0 ? "" : ", " + failed + " could not be checked"));
        printUnknown();
        if (failed > 0) {
            return ExitCode.FAILED;
        }
        return findings == 0 ? ExitCode.OK : ExitCode.DIFFERENT;
    }

    /** No finding: they may be of a database that shares the store, or newer than a backup of this one. */
    private void printUnknown() {
        if (unknown.isEmpty()) {
            return;
        }
        int shown = Math.min(MOST_NAMED, unknown.size());
        console.out()
                .println("%s of agents that PostgreSQL does not know: %s%s"
                        .formatted(
                                Count.of(unknown.size(), "repository is", "repositories are"),
                                String.join(", ", unknown.subList(0, shown)),
                                shown < unknown.size() ? " and %d more".formatted(unknown.size() - shown) : ""));
    }

    @Override
    public void close() {
        readers.shutdownNow();
        repositories.close();
        store.close();
        if (database != null) {
            database.close();
        }
    }
}
