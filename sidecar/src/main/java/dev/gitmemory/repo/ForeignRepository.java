package dev.gitmemory.repo;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.errors.TooLargeObjectInPackException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.transport.PackParser;
import org.jspecify.annotations.Nullable;

/**
 * A repository or bundle that anybody may have made, copied to a temporary folder that goes when it is closed. Nothing
 * in it is trusted. Not thread-safe.
 */
final class ForeignRepository implements AutoCloseable {

    private final WorkFolder work;
    private final Path folder;
    private final Repository repository;
    private final SortedMap<String, ObjectId> refs = new TreeMap<>();
    private @Nullable String headName;
    private @Nullable ObjectId headId;

    private ForeignRepository(WorkFolder work, Path folder, Repository repository) {
        this.work = work;
        this.folder = folder;
        this.repository = repository;
    }

    /**
     * Opens a copy.
     *
     * @param onto has the commits that a bundle may require
     */
    static ForeignRepository open(Source source, Repository onto, ImportLimits limits, TransferProgress progress)
            throws IOException {
        WorkFolder work = WorkFolder.make(Path.of(System.getProperty("java.io.tmpdir")), WorkFolder.IMPORT);
        try {
            work.removeAbandoned();
            Path folder = Files.createDirectory(work.path().resolve("repo.git"));
            LocalGit.prepare(folder);
            if (source.kind() == SourceKind.BUNDLE) {
                return unpack(source.path(), work, folder, onto, limits, progress);
            }
            GitFolder.copy(source.path(), folder, limits, progress);
            Repository repository = new FileRepositoryBuilder()
                    .setGitDir(folder.toFile())
                    .setBare()
                    .build();
            ForeignRepository foreign = new ForeignRepository(work, folder, repository);
            foreign.readRefs();
            return foreign;
        } catch (IOException | RuntimeException e) {
            work.close();
            throw e;
        }
    }

    private void readRefs() throws IOException {
        for (Ref ref : repository.getRefDatabase().getRefsByPrefix(Constants.R_REFS)) {
            ObjectId id = ref.getObjectId();
            if (id != null && !ref.isSymbolic()) {
                refs.put(ref.getName(), id);
            }
        }
        Ref head = repository.exactRef(Constants.HEAD);
        if (head != null) {
            headName = head.isSymbolic() ? head.getTarget().getName() : null;
            headId = head.getObjectId();
        }
    }

    private static ForeignRepository unpack(
            Path bundle, WorkFolder work, Path folder, Repository onto, ImportLimits limits, TransferProgress progress)
            throws IOException {
        limits.checkTotal(Files.size(bundle));
        try (InputStream in = new BufferedInputStream(Files.newInputStream(bundle))) {
            BundlePreamble preamble = BundlePreamble.read(in);
            ForeignRepository foreign = new ForeignRepository(work, folder, init(folder));
            if (!preamble.prerequisites().isEmpty()) {
                foreign.bringPrerequisites(preamble, onto, progress);
            }
            foreign.unpack(in, limits, progress);
            foreign.refs.putAll(preamble.refs());
            foreign.headId = foreign.refs.remove(Constants.HEAD);
            return foreign;
        }
    }

    private static Repository init(Path folder) throws IOException {
        try {
            return Git.init().setBare(true).setGitDir(folder.toFile()).call().getRepository();
        } catch (GitAPIException e) {
            throw new IOException("No repository could be made at '" + folder + "': " + e.getMessage(), e);
        }
    }

    private void bringPrerequisites(BundlePreamble preamble, Repository onto, TransferProgress progress)
            throws IOException {
        for (ObjectId required : preamble.prerequisites()) {
            if (!onto.getObjectDatabase().has(required)) {
                throw new TransferException("it continues from commit " + required.name()
                        + ", which the agent's repository does not have; make one with all of it:"
                        + " 'git bundle create FILE --all'");
            }
        }
        List<Ref> refsOfOnto = onto.getRefDatabase().getRefs().stream()
                .filter(ref -> !ref.isSymbolic())
                .toList();
        Path ours = folder.resolve("prerequisites.tmp");
        BundleExport.write(onto, refsOfOnto, ours, progress);
        GitExport.unpack(ours, repository, new TransferMonitor(progress));
    }

    private void unpack(InputStream pack, ImportLimits limits, TransferProgress progress) throws IOException {
        try (ObjectInserter inserter = repository.newObjectInserter()) {
            PackParser parser = inserter.newPackParser(pack);
            parser.setAllowThin(true);
            parser.setMaxObjectSizeLimit(limits.fileBytes());
            parser.setObjectChecker(ObjectCopy.checker());
            parser.parse(new TransferMonitor(progress));
            inserter.flush();
        } catch (TooLargeObjectInPackException e) {
            throw new TransferException(
                    "it has a file of more than %d MiB, the limit for one (--max-file-size)"
                            .formatted(limits.fileBytes() >> 20),
                    e);
        } catch (IOException | RuntimeException e) {
            // JGit's parser runs out of arrays where a pack is not one.
            Exports.checkNotCancelled(progress);
            throw new TransferException("its objects can't be unpacked: " + e.getMessage(), e);
        }
    }

    Repository repository() {
        return repository;
    }

    /** Branches and tags by their full names. */
    SortedMap<String, ObjectId> refs() {
        SortedMap<String, ObjectId> kept = new TreeMap<>(refs);
        kept.keySet().removeIf(name -> !name.startsWith(Constants.R_HEADS) && !name.startsWith(Constants.R_TAGS));
        return kept;
    }

    /**
     * The branch to import, and its commit.
     *
     * @param name the full name; null where the repository's HEAD is on no branch
     */
    record Tip(@Nullable String name, ObjectId commit) {}

    /**
     * The branch to import.
     *
     * @param branch its name; null for the one that HEAD is on, else {@code main}, {@code master} or the only one
     * @throws TransferException if there is none; the message names those that there are
     */
    Tip tip(@Nullable String branch) throws TransferException {
        if (branch != null) {
            return named(Constants.R_HEADS + branch, "it has no branch '" + branch + "'");
        }
        if (headName != null && refs.containsKey(headName)) {
            return named(headName, "");
        }
        List<String> branches = refs.keySet().stream()
                .filter(r -> r.startsWith(Constants.R_HEADS))
                .toList();
        List<String> candidates = branches.stream()
                .filter(name -> headId == null || headId.equals(refs.get(name)))
                .toList();
        for (String usual : List.of("main", Constants.MASTER)) {
            if (candidates.contains(Constants.R_HEADS + usual)) {
                return named(Constants.R_HEADS + usual, "");
            }
        }
        if (candidates.size() == 1) {
            return named(candidates.get(0), "");
        }
        if (headId != null) {
            return new Tip(null, headId);
        }
        throw new TransferException(
                branches.isEmpty()
                        ? "it has no branch, so there is no commit to import"
                        : "it does not say which of its branches to import; name one with --branch: " + shortNames());
    }

    private Tip named(String name, String missing) throws TransferException {
        ObjectId id = refs.get(name);
        if (id == null) {
            throw new TransferException(missing + "; it has " + shortNames());
        }
        return new Tip(name, id);
    }

    private String shortNames() {
        List<String> names = refs.keySet().stream()
                .filter(r -> r.startsWith(Constants.R_HEADS))
                .map(Repository::shortenRefName)
                .toList();
        return names.isEmpty() ? "no branch" : String.join(", ", names);
    }

    @Override
    public void close() throws IOException {
        repository.close();
        work.close();
    }
}
