package dev.gitmemory.block;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** What makes a text a {@link Label}. */
final class LabelRules {

    private static final Set<String> GIT_NAMES = Set.of(".git", ".gitmodules", ".gitattributes");

    /**
     * NTFS short names of git's own files: {@code GIT~1}, {@code GITMOD~1}, {@code GI7EBA~1}. Wider than need be, for
     * the hash in the last form depends on the name.
     */
    private static final Pattern SHORT_NAME = Pattern.compile("gi[a-z0-9]*~[0-9]+");

    /** Code points that HFS+ leaves out when it compares names. Source: path checks of git ({@code utf8.c}). */
    private static final Pattern IGNORED_BY_HFS =
            Pattern.compile("[\\x{200C}-\\x{200F}\\x{202A}-\\x{202E}\\x{206A}-\\x{206F}\\x{FEFF}]");

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}", Pattern.UNICODE_CHARACTER_CLASS);

    private LabelRules() {}

    static void check(String label) {
        Text.requireStorable("label", label);
        if (label.isEmpty()) {
            throw broken(label, "is empty");
        }
        if (label.codePointCount(0, label.length()) > Label.MAX_CHARACTERS) {
            throw broken(label, "is longer than " + Label.MAX_CHARACTERS + " characters");
        }
        if (label.startsWith("/")) {
            throw broken(label, "begins with a slash");
        }
        if (label.endsWith("/")) {
            throw broken(label, "ends with a slash");
        }
        if (label.indexOf('\\') >= 0) {
            throw broken(label, "holds a backslash");
        }
        if (label.codePoints().anyMatch(Character::isISOControl)) {
            throw broken(label, "holds a control character");
        }
        String[] segments = label.split("/", -1);
        boolean skill = segments.length > 1 && segments[0].equals("skills");
        if (skill && segments.length > 2) {
            throw broken(label, "lies deeper than skills/<name>, and a skill is one folder");
        }
        for (int i = 0; i < segments.length; i++) {
            boolean folder = skill || i < segments.length - 1;
            checkSegment(label, segments[i], folder);
        }
    }

    private static void checkSegment(String label, String segment, boolean folder) {
        if (segment.isEmpty()) {
            throw broken(label, "has an empty segment between two slashes");
        }
        if (segment.equals(".") || segment.equals("..")) {
            throw broken(label, "has a segment '" + segment + "'");
        }
        if (segment.endsWith(".")) {
            throw broken(label, "has a segment that ends with a dot");
        }
        if (isGitsOwn(segment)) {
            throw broken(label, "has a segment that some file systems take for one of git's own files");
        }
        if (folder && segment.toLowerCase(Locale.ROOT).endsWith(".md")) {
            throw broken(label, "has a folder that ends with .md, where another block's file may be");
        }
        String name = folder ? segment : segment + ".md";
        if (name.getBytes(StandardCharsets.UTF_8).length > Label.MAX_SEGMENT_BYTES) {
            throw broken(
                    label,
                    "has a segment whose " + (folder ? "folder" : "file") + " name is longer than "
                            + Label.MAX_SEGMENT_BYTES + " bytes");
        }
    }

    private static boolean isGitsOwn(String segment) {
        String name = IGNORED_BY_HFS.matcher(segment).replaceAll("").toLowerCase(Locale.ROOT);
        int stream = name.indexOf(':'); // NTFS: ".git::$INDEX_ALLOCATION" is the folder ".git" itself
        if (stream >= 0) {
            name = name.substring(0, stream);
        }
        name = name.replaceAll("[. ]+$", ""); // NTFS drops trailing dots and spaces
        return GIT_NAMES.contains(name) || SHORT_NAME.matcher(name).matches();
    }

    private static RuleViolation broken(String label, String what) {
        String start = label.length() > 80 ? label.substring(0, label.offsetByCodePoints(0, 40)) + "…" : label;
        String shown = CONTROL.matcher(start).replaceAll("?");
        return new RuleViolation("label", "label '" + shown + "' " + what);
    }
}
