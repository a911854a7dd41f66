package dev.gitmemory.block;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file with front matter, cut into its parts.
 *
 * @param head everything before the YAML: a byte order mark if there is one, and the line {@code ---}
 * @param yaml the lines between the fences
 * @param fence the closing line {@code ---}, with its line end unless the file ends there
 * @param root what the lines say
 * @param value everything after the closing fence
 * @param byLine whether they are no YAML, and were read line by line
 */
record FrontMatter(String head, String yaml, String fence, YamlNode.Mapping root, String value, boolean byLine) {

    static final String DESCRIPTION = "description";
    static final String LIMIT = "limit";
    static final String READ_ONLY = "read_only";
    static final String METADATA = "metadata";

    /** The front matter as a whole, in messages. */
    static final String WHOLE = "front matter";

    static final Set<String> FIELDS = Set.of(DESCRIPTION, LIMIT, READ_ONLY, METADATA);
    private static final String FENCE = "---";

    /** The first line of the YAML, counted from 1. */
    private static final int FIRST_LINE = 2;

    /** Blanks and formats of Unicode, as texts from elsewhere have them. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Z}\\p{Cf}]");

    private static final Pattern LOOKS_LIKE_A_FENCE = Pattern.compile("---[\\p{Z}\\p{Cf}\\t]*(?:\\r\\n?|\\n)");

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /**
     * The parts of a new file; null when it has no front matter: no line of {@code ---} at its beginning
     * and another one below, or nothing between them that looks like front matter. (Blanks and a carriage return may stand
     * behind the dashes.)
     *
     * @throws RuleViolation if there is front matter and not all of it can be read: it uses what is not supported, has a key
     *     twice, is neither YAML nor lines of keys, or has no end
     */
    static @Nullable FrontMatter ofNew(String file) {
        int opening = !file.isEmpty() && file.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
        int yaml = file.indexOf('\n', opening) + 1;
        if (yaml == 0 || !isFence(file, opening, yaml)) {
            requireNoOther(file.substring(opening));
            return null;
        }
        int closing = yaml;
        while (closing < file.length()) {
            int newline = file.indexOf('\n', closing);
            int next = newline < 0 ? file.length() : newline + 1;
            if (isFence(file, closing, next)) {
                return of(file, yaml, closing, next);
            }
            closing = next;
        }
        if (LineParser.beginsWithAField(file.substring(yaml))) {
            throw new UnreadableException(
                    WHOLE,
                    WHOLE
                            + " begins in line 1 and has no end: it is closed by a line of three dashes and nothing else");
        }
        return null;
    }

    /** Refuses what looks like front matter to people, and has lines or blanks that are none to readers of it. */
    private static void requireNoOther(String file) {
        Matcher matcher = LOOKS_LIKE_A_FENCE.matcher(file);
        if (matcher.lookingAt() && LineParser.beginsWithAField(file.substring(matcher.end()))) {
            throw new UnreadableException(
                    WHOLE,
                    WHOLE + " can't be read: line 1 has to be three dashes and a line feed, and has "
                            + (matcher.group().endsWith("\r")
                                    ? "a carriage return alone"
                                    : "a blank that is no space"));
        }
    }

    /**
     * Refuses a key that is a field's but for blanks that can't be seen, such as no-break spaces: it would say nothing.
     *
     * @throws UnreadableException if there is one
     */
    void requireNoLookalikes() {
        for (YamlNode.Entry entry : root.entries()) {
            String key = entry.key() instanceof YamlNode.Scalar scalar ? scalar.text() : "";
            String visible = UNSEEN.matcher(key).replaceAll("");
            if (!visible.equals(key) && isField(visible)) {
                throw new UnreadableException(
                        visible,
                        WHOLE + " has the key '" + visible + "' with a blank that is no space; write it without");
            }
        }
    }

    /**
     * The parts of a file that git has: as {@link #ofNew}, but what is no YAML and can't be read line by line either, or
     * has no end, is no front matter.
     *
     * @throws RuleViolation if it is YAML that uses what is not supported, or has a key twice
     */
    static @Nullable FrontMatter of(String file) {
        try {
            return ofNew(file);
        } catch (UnreadableException e) {
            return null;
        }
    }

    private static @Nullable FrontMatter of(String file, int yaml, int closing, int value) {
        String text = file.substring(yaml, closing);
        YamlNode.Mapping root = asYaml(text);
        boolean byLine = root == null;
        if (root == null) {
            root = LineParser.parse(text, FIRST_LINE);
            if (root == null) {
                return null;
            }
            requireUniqueKeys(root);
        }
        return new FrontMatter(
                file.substring(0, yaml), text, file.substring(closing, value), root, file.substring(value), byLine);
    }

    private static YamlNode.@Nullable Mapping asYaml(String text) {
        YamlNode.Mapping root = YamlParser.parse(text, FIRST_LINE);
        if (root == null) {
            return null;
        }
        requireUniqueKeys(root);
        return LineParser.hidesAField(text, root) ? null : root;
    }

    private static boolean isFence(String file, int start, int end) {
        int length = end - start;
        if (length > 0 && file.charAt(end - 1) == '\n') {
            length--;
        }
        if (length > 0 && file.charAt(start + length - 1) == '\r') {
            length--;
        }
        while (length > FENCE.length() && isBlank(file.charAt(start + length - 1))) {
            length--;
        }
        return length == FENCE.length() && file.startsWith(FENCE, start);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    static boolean isField(String key) {
        return FIELDS.contains(key);
    }

    private static void requireUniqueKeys(YamlNode.Mapping root) {
        Set<String> seen = new HashSet<>();
        for (YamlNode.Entry entry : root.entries()) {
            if (entry.key() instanceof YamlNode.Scalar key && !seen.add(key.text())) {
                throw new RuleViolation(fieldOf(key), WHOLE + " has the key '" + key.text() + "' twice");
            }
        }
    }

    /** The field that a key of the outermost mapping stands for, as a violation names it. */
    static String fieldOf(YamlNode key) {
        return key instanceof YamlNode.Scalar scalar && FIELDS.contains(scalar.text()) ? scalar.text() : WHOLE;
    }

    /** The line end that this file uses. */
    String lineEnd() {
        return head.endsWith("\r\n") ? "\r\n" : "\n";
    }

    /** Everything before the value, ready to have one written behind it. */
    String header() {
        return head + yaml + (fence.endsWith("\n") ? fence : fence + lineEnd());
    }

    YamlNode.@Nullable Entry entry(String name) {
        for (YamlNode.Entry entry : root.entries()) {
            if (entry.key() instanceof YamlNode.Scalar key && key.text().equals(name)) {
                return entry;
            }
        }
        return null;
    }
}
