package dev.gitmemory.repo;

import java.util.regex.Pattern;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/**
 * Which paths a commit of ours may have: those that {@code git fsck --strict} has nothing against, since a client with
 * {@code fetch.fsckObjects} set would refuse the whole repository otherwise.
 */
final class PathRules {

    /** What NTFS takes for {@code .git}; JGit knows the other spellings. */
    private static final Pattern NTFS_DOT_GIT = Pattern.compile("(?i)(?:\\.git|git~1)[ .]*(?::.*)?");

    private PathRules() {}

    /** @throws IllegalArgumentException if it is not, with the reason */
    static void check(String path) {
        try {
            new ObjectChecker().setSafeForMacOS(true).checkPath(path);
        } catch (CorruptObjectException e) {
            throw new IllegalArgumentException("Git can't hold a file at '" + path + "': " + e.getMessage(), e);
        }
        if (path.chars().anyMatch(c -> Character.isISOControl(c) || c == '\\')) {
            throw new IllegalArgumentException(
                    "Git can't hold a file at '" + path + "' everywhere: control characters and '\\' are not allowed");
        }
        for (String segment : path.split("/", -1)) {
            if (NTFS_DOT_GIT.matcher(segment).matches()) {
                throw new IllegalArgumentException(
                        "Git can't hold a file at '" + path + "': '" + segment + "' means .git on Windows");
            }
        }
    }
}
