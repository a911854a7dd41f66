package dev.gitmemory.service;

import dev.gitmemory.block.BlockMarkdown;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.repo.IncomingFile;
import dev.gitmemory.repo.PathPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Judges whether files from outside may become an agent's memory: all of them, or none. */
final class ImportRules {

    /** How the files begin that Git LFS keeps in place of others. */
    private static final String LFS_POINTER = "version https://git-lfs.github.com/spec/";

    private ImportRules() {}

    /**
     * Checks all of them.
     *
     * @param limits of files that state none
     * @param given paths of those that have theirs from there
     * @param notNew paths that may not come anew, with the reason, see {@link PathPolicy#problems}
     * @throws ImportRejectedException with everything that is wrong, file by file
     */
    static void check(
            List<IncomingFile> files, BlockLimits limits, Set<String> given, SortedMap<String, String> notNew) {
        SortedMap<String, String> problems = new TreeMap<>();
        notNew.forEach((path, reason) -> problems.put(path, reason + "; " + PathPolicy.WAY_OUT));
        for (IncomingFile file : files) {
            String problem = problemWith(file, limits, given);
            if (problem != null) {
                problems.put(file.path(), problem);
            }
        }
        if (!problems.isEmpty()) {
            List<String> lines = new ArrayList<>();
            problems.forEach((path, problem) -> lines.add(path + ": " + problem));
            throw new ImportRejectedException(lines);
        }
    }

    static boolean isLfsPointer(String text) {
        return text.startsWith(LFS_POINTER);
    }

    private static @Nullable String problemWith(IncomingFile file, BlockLimits limits, Set<String> given) {
        if (file.kind() == IncomingFile.Kind.NAME_IS_NO_TEXT) {
            return "its name is not UTF-8; rename it, and import then";
        }
        String path = file.pathProblem();
        if (path != null) {
            return path;
        }
        return switch (file.kind()) {
            case SYMBOLIC_LINK -> "a symbolic link; a memory holds files only";
            case SUBMODULE -> "a submodule; a memory holds files only";
            case TEXT, BINARY, TOO_LONG, NAME_IS_NO_TEXT -> problemWithContent(file, limits, given);
        };
    }

    private static @Nullable String problemWithContent(IncomingFile file, BlockLimits limits, Set<String> given) {
        try {
            Optional<Label> label = Label.ofPath(file.path());
            if (label.isEmpty()) {
                return null; // the repository's alone
            }
            if (file.kind() == IncomingFile.Kind.TOO_LONG) {
                return "over 16 MiB, which is the most that a block may have";
            }
            if (file.text() == null) {
                return "not UTF-8 text, or it holds a NUL";
            }
            if (isLfsPointer(file.text())) {
                return "a pointer of Git LFS, not the text that it stands for; 'git lfs migrate export"
                        + " --include=*.md --everything' in a clone puts texts into the repository";
            }
            var block = file.unchanged()
                    ? BlockMarkdown.parse(label.get(), file.text())
                    : BlockMarkdown.parseNew(label.get(), file.text());
            if (!file.unchanged()) {
                // A value over its limit may stay, but not be written.
                boolean statesLimit = BlockMarkdown.statesLimit(file.text());
                limits.check(file.path(), block, statesLimit, given.contains(file.path()));
                block.metadata().requireBounded(); // nor may metadata
            }
            return null;
        } catch (RuleViolation e) {
            return e.getMessage();
        }
    }
}
