package dev.gitmemory.repo;

import dev.gitmemory.block.Text;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Files and folders of a commit that are one on file systems which do not tell case or Unicode normalisation apart: those
 * of Windows and macOS.
 *
 * <p>A folder that was there is no matter: git checks out files of {@code Notes} and {@code notes} into one folder there,
 * and loses none of them. A new folder of that kind is told, since clients there would write into the other one.
 */
final class Twins {

    /** Code points that HFS+ leaves out when it compares names. Source: path checks of git ({@code utf8.c}). */
    private static final Pattern IGNORED_BY_HFS =
            Pattern.compile("[\\x{200C}-\\x{200F}\\x{202A}-\\x{202E}\\x{206A}-\\x{206F}\\x{FEFF}]");

    /** Has a capital letter I as its own and is no other way of writing i. */
    private static final char DOTLESS_I = 'ı';

    /** Folders on the way to new files that were not there. */
    private final Set<String> newFolders = new HashSet<>();

    /** What new files and folders are when case and normalisation are taken away, with all that are the same then. */
    private final Map<String, SortedSet<String>> byFolded = new HashMap<>();

    /**
     * Looks for them.
     *
     * @param before the paths that were there
     * @param fresh the paths that are asked about
     * @param after the paths, these included, among which twins are looked for
     */
    Twins(Collection<String> before, Collection<String> fresh, Collection<String> after) {
        for (String path : fresh) {
            folders(path).forEach(newFolders::add);
        }
        if (!newFolders.isEmpty()) {
            before.forEach(path -> folders(path).forEach(newFolders::remove));
        }
        newFolders.forEach(folder -> byFolded.put(folded(folder), new TreeSet<>()));
        fresh.forEach(path -> byFolded.put(folded(path), new TreeSet<>()));
        Set<String> seen = new HashSet<>();
        for (String path : after) {
            add(path);
            int end = path.lastIndexOf('/'); // a new file may be the same as a folder that is there
            if (end > 0 && seen.add(path.substring(0, end))) {
                folders(path).forEach(this::add);
            }
        }
    }

    /** Those on the way to a file, from the outermost. */
    private static List<String> folders(String path) {
        List<String> folders = new ArrayList<>();
        for (int end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
            folders.add(path.substring(0, end));
        }
        return folders;
    }

    private void add(String path) {
        SortedSet<String> same = byFolded.get(folded(path));
        if (same != null) {
            same.add(path);
        }
    }

    /** Says what a new file, or the outermost new folder on its way, would be the same as; empty for nothing. */
    Optional<String> of(String path) {
        for (String folder : folders(path)) {
            Optional<String> twin = newFolders.contains(folder) ? twin(folder) : Optional.empty();
            if (twin.isPresent()) {
                return Optional.of(words("its folder", folder, twin.get()));
            }
        }
        return twin(path).map(twin -> words("its file", path, twin));
    }

    private Optional<String> twin(String path) {
        return byFolded.getOrDefault(folded(path), Collections.emptySortedSet()).stream()
                .filter(other -> !other.equals(path))
                .findFirst();
    }

    private static String words(String what, String path, String twin) {
        return "%s '%s' differs from '%s' only in %s, and is the same on Windows or macOS"
                .formatted(what, Text.escaped(path), Text.escaped(twin), difference(path, twin));
    }

    private static String difference(String path, String twin) {
        if (composed(path).equals(composed(twin))) {
            return "how its letters are encoded (Unicode normalisation)";
        }
        if (composed(visible(path)).equals(composed(visible(twin)))) {
            return "characters that are not shown";
        }
        return "case, or in ways of writing a letter";
    }

    private static String composed(String path) {
        return Normalizer.normalize(path, Normalizer.Form.NFC);
    }

    private static String visible(String path) {
        return IGNORED_BY_HFS.matcher(path).replaceAll("");
    }

    /** What all paths have in common that are the same for one of those file systems. */
    static String folded(String path) {
        if (path.chars().allMatch(c -> c < 128)) {
            return path.toLowerCase(Locale.ROOT);
        }
        String decomposed = Normalizer.normalize(visible(path), Normalizer.Form.NFD);
        StringBuilder folded = new StringBuilder(path.length());
        int begin = 0;
        for (int dotless = decomposed.indexOf(DOTLESS_I);
                dotless >= 0;
                dotless = decomposed.indexOf(DOTLESS_I, begin)) {
            folded.append(foldedCase(decomposed.substring(begin, dotless))).append(DOTLESS_I);
            begin = dotless + 1;
        }
        folded.append(foldedCase(decomposed.substring(begin)));
        return Normalizer.normalize(folded, Normalizer.Form.NFD);
    }

    /** By way of capitals: there are small letters that have one in common, and one that becomes two. */
    private static String foldedCase(String text) {
        return text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT).replace('ς', 'σ');
    }
}
