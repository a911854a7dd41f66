package dev.gitmemory.block;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file with front matter, cut into its parts.
 *
 * @param head everything before the YAML: a byte order mark if there is one, and the line {@code ---}
 * @param yaml the lines between the fences
 * @param fence the closing line {@code ---}, with its line end unless the file ends there
 * @param root what the YAML says
 * @param value everything after the closing fence
 */
record FrontMatter(String head, String yaml, String fence, YamlNode.Mapping root, String value) {

    static final String DESCRIPTION = "description";
    static final String LIMIT = "limit";
    static final String READ_ONLY = "read_only";
    static final String METADATA = "metadata";

    /** The front matter as a whole, in messages. */
    static final String WHOLE = "front matter";

    private static final Set<String> FIELDS = Set.of(DESCRIPTION, LIMIT, READ_ONLY, METADATA);
    private static final String FENCE = "---";
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    /**
     * The parts of a file; null when it has no front matter: no opening or closing line of exactly {@code ---} (a
     * carriage return before the line end is allowed), or no YAML mapping between them.
     *
     * @throws RuleViolation if the front matter uses what is not supported, or has a key twice
     */
    static @Nullable FrontMatter of(String file) {
        int opening = !file.isEmpty() && file.charAt(0) == BYTE_ORDER_MARK ? 1 : 0;
        int yaml = file.indexOf('\n', opening) + 1;
        if (yaml == 0 || !isFence(file, opening, yaml)) {
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
        return null;
    }

    private static @Nullable FrontMatter of(String file, int yaml, int closing, int value) {
        String text = file.substring(yaml, closing);
        YamlNode.Mapping root = YamlParser.parse(text);
        if (root == null) {
            return null;
        }
        requireUniqueKeys(root);
        return new FrontMatter(
                file.substring(0, yaml), text, file.substring(closing, value), root, file.substring(value));
    }

    private static boolean isFence(String file, int start, int end) {
        int length = end - start;
        if (length > 0 && file.charAt(end - 1) == '\n') {
            length--;
        }
        if (length == FENCE.length() + 1 && file.charAt(start + FENCE.length()) == '\r') {
            length--;
        }
        return length == FENCE.length() && file.startsWith(FENCE, start);
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
