package dev.gitmemory.service;

import dev.gitmemory.repo.Draft;
import dev.gitmemory.repo.FileTree;
import dev.gitmemory.repo.Head;
import dev.gitmemory.repo.MemoryRepository;
import java.io.IOException;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tries a draft on a copy of a repository's text files, so that what one owner of a shared block refuses is refused
 * before anything is committed for another. Not thread-safe.
 */
final class DryRun implements FileTree {

    private final MemoryRepository repository;
    private final SortedMap<String, String> files;
    private final SortedSet<String> paths;

    private DryRun(MemoryRepository repository, SortedMap<String, String> files, SortedSet<String> paths) {
        this.repository = repository;
        this.files = new TreeMap<>(files);
        this.paths = new TreeSet<>(paths);
    }

    /**
     * Throws what the draft would be rejected with.
     *
     * @throws IOException if the repository can't be read
     */
    static void of(MemoryRepository repository, Draft draft) throws IOException {
        Head head = repository.head();
        SortedSet<String> before = head == null ? new TreeSet<>() : repository.paths(head.sha());
        DryRun after = new DryRun(repository, head == null ? new TreeMap<>() : repository.files(head.sha()), before);
        draft.edit().apply(after);
        if (!draft.anyPath()) {
            repository.newPaths().require(before, after.paths);
        }
    }

    @Override
    public @Nullable String read(String path) {
        return files.get(path);
    }

    @Override
    public boolean exists(String path) {
        return paths.contains(path);
    }

    @Override
    public void write(String path, String content) {
        files.put(path, content);
        paths.add(path);
    }

    @Override
    public void restore(String path, String commitSha) {
        throw new IllegalStateException(
                "edits of blocks of %s do not restore files of other commits".formatted(repository.id()));
    }

    @Override
    public void delete(String path) {
        files.remove(path);
        paths.remove(path);
    }

    @Override
    public SortedSet<String> paths() {
        return new TreeSet<>(paths);
    }
}
