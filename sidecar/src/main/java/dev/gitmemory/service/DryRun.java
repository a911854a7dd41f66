package dev.gitmemory.service;

import dev.gitmemory.repo.Edit;
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
 * Tries an edit on a copy of a repository's text files, so that what one owner of a shared block refuses is refused
 * before anything is committed for another. Not thread-safe.
 */
final class DryRun implements FileTree {

    private final MemoryRepository repository;
    private final SortedMap<String, String> files;

    private DryRun(MemoryRepository repository, SortedMap<String, String> files) {
        this.repository = repository;
        this.files = files;
    }

    /**
     * Throws what the edit would throw.
     *
     * @throws IOException if the repository can't be read
     */
    static void of(MemoryRepository repository, Edit edit) throws IOException {
        Head head = repository.head();
        edit.apply(
                new DryRun(repository, head == null ? new TreeMap<>() : new TreeMap<>(repository.files(head.sha()))));
    }

    @Override
    public @Nullable String read(String path) {
        return files.get(path);
    }

    @Override
    public boolean exists(String path) {
        return files.containsKey(path);
    }

    @Override
    public void write(String path, String content) {
        files.put(path, content);
    }

    @Override
    public void restore(String path, String commitSha) {
        throw new IllegalStateException(
                "edits of blocks of %s do not restore files of other commits".formatted(repository.id()));
    }

    @Override
    public void delete(String path) {
        files.remove(path);
    }

    @Override
    public SortedSet<String> paths() {
        return new TreeSet<>(files.keySet());
    }
}
