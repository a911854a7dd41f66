package dev.gitmemory.repo;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.ObjectChecker;

/** Which paths Windows can have. */
final class WindowsNames {

    /**
     * Devices, which a name means whatever follows behind a dot, a colon or blanks. JGit knows most of them; not 0, not the
     * digits of Latin 1, not the console's two, none with a blank behind it.
     */
    private static final Pattern DEVICE = Pattern.compile(
            "(?i)(CON|PRN|AUX|NUL|(?:COM|LPT)[0-9¹²³]|CONIN\\$|CONOUT\\$) *(?:[.:].*)?", Pattern.DOTALL);

    private static final Pattern CHARACTER = Pattern.compile("[<>:\"|?*\\\\]");

    private static final Pattern ENDING = Pattern.compile("[ .](?:/|$)");

    private WindowsNames() {}

    /** Says why git can't check out a file there; empty when it can. */
    static Optional<String> problem(String path) {
        for (String segment : path.split("/", -1)) {
            Matcher device = DEVICE.matcher(segment);
            if (device.matches()) {
                return Optional.of("Windows can't have its file '%s', since '%s' means a device there, with any ending"
                        .formatted(path, device.group(1)));
            }
        }
        Matcher character = CHARACTER.matcher(path);
        if (character.find()) {
            return Optional.of(
                    "Windows can't have its file '%s': its names can't hold '%s'".formatted(path, character.group()));
        }
        if (ENDING.matcher(path).find()) {
            return Optional.of(
                    "Windows can't have its file '%s': its names can't end with a blank or a dot".formatted(path));
        }
        try {
            new ObjectChecker().setSafeForWindows(true).checkPath(path);
            return Optional.empty();
        } catch (CorruptObjectException e) {
            return Optional.of("Windows can't have its file '%s': %s".formatted(path, e.getMessage()));
        }
    }
}
