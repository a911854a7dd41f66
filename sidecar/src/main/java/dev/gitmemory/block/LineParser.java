package dev.gitmemory.block;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads front matter that is no YAML, as clients do that write {@code description: } and any text behind it: line by line.
 *
 * <p>A field is a line that begins with its key, and the indented lines below it. Each is YAML of its own where it can be,
 * else a description is what stands there, word for word. All other keys are passed over.
 */
final class LineParser {

    /** A key that is no field's, where no field tells that these lines are front matter: prose has colons, too. */
    private static final Pattern KEY = Pattern.compile("[\\p{L}\\p{N}\\p{So}_][^\\s:]*[ \\t]*:(?:[ \\t].*)?");

    private static final Pattern FIELD =
            Pattern.compile("(?:" + String.join("|", FrontMatter.FIELDS) + ")[ \\t]*:(?=\\s|$)");

    private final String yaml;
    private final int firstLine;
    private final List<Field> fields = new ArrayList<>();

    private @Nullable Field open;
    private boolean keysOnly = true;
    private int keys;

    /** The first line that is part of nothing; 0 if there is none. */
    private int stray;

    /** The lines of a field. */
    private static final class Field {
        private final String name;
        private final int line;
        private final int start;
        private final int colon;
        private int end;

        Field(String name, int line, int start, int colon, int end) {
            this.name = name;
            this.line = line;
            this.start = start;
            this.colon = colon;
            this.end = end;
        }
    }

    private LineParser(String yaml, int firstLine) {
        this.yaml = yaml;
        this.firstLine = firstLine;
    }

    /** Whether the first line is a field's. */
    static boolean beginsWithAField(String text) {
        int colon = text.indexOf(':');
        return colon > 0 && FrontMatter.isField(text.substring(0, colon).stripTrailing());
    }

    /**
     * Whether a line begins with a field that the YAML takes for the inside of a text or a list: an apostrophe at the
     * beginning of a description, say, that another one at the end of a later line closes. (YAML wants such lines indented,
     * its parsers don't.)
     *
     * @param root what the lines are as YAML, no key twice
     */
    static boolean hidesAField(String yaml, YamlNode.Mapping root) {
        for (int start = 0, end; start < yaml.length(); start = end + 1) {
            int newline = yaml.indexOf('\n', start);
            end = newline < 0 ? yaml.length() : newline;
            if (FIELD.matcher(yaml).region(start, end).lookingAt()) {
                int place = yaml.codePointCount(0, start);
                if (root.entries().stream().noneMatch(entry -> entry.key().start() == place)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The fields; null when the lines are no keys.
     *
     * @param firstLine the number of the first line in the file
     * @throws UnreadableException if there are fields, and one of them can't be read, or is there twice, or a line is part of
     *     nothing
     */
    static YamlNode.@Nullable Mapping parse(String yaml, int firstLine) {
        return new LineParser(yaml, firstLine).parse();
    }

    private YamlNode.@Nullable Mapping parse() {
        int line = firstLine;
        for (int start = 0, next; start < yaml.length(); start = next, line++) {
            int newline = yaml.indexOf('\n', start);
            next = newline < 0 ? yaml.length() : newline + 1;
            read(yaml.substring(start, next).stripTrailing(), line, start, next);
        }
        if (fields.isEmpty()) {
            return stray == 0 && keysOnly && keys > 0 ? new YamlNode.Mapping(List.of(), false, 0, 0) : null;
        }
        if (stray > 0) {
            throw new UnreadableException(
                    FrontMatter.WHOLE,
                    FrontMatter.WHOLE + " can't be read: line " + stray + " has no key, and is not indented either");
        }
        List<YamlNode.Entry> entries = new ArrayList<>();
        for (Field field : fields) {
            if (fields.stream().anyMatch(other -> other != field && other.name.equals(field.name))) {
                throw new UnreadableException(
                        field.name, FrontMatter.WHOLE + " has the key '" + field.name + "' twice");
            }
            entries.add(entry(field));
        }
        return new YamlNode.Mapping(entries, false, 0, 0);
    }

    private void read(String line, int number, int start, int next) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        if (line.startsWith(" ") || line.startsWith("\t") || line.equals("-") || line.startsWith("- ")) {
            if (keys == 0) {
                if (stray == 0 && beginsWithAField(line.strip())) {
                    throw new UnreadableException(
                            FrontMatter.WHOLE,
                            FrontMatter.WHOLE + " can't be read: line " + number
                                    + " is indented; a key begins its line");
                }
                stray = stray == 0 ? number : stray;
            }
            if (open != null) {
                open.end = next;
            }
            return;
        }
        open = null;
        int colon = line.indexOf(':');
        if (colon <= 0 || line.startsWith("---") || line.startsWith("...")) { // another document of YAML
            stray = stray == 0 ? number : stray;
            return;
        }
        keys++;
        keysOnly &= KEY.matcher(line).matches();
        String key = line.substring(0, colon).stripTrailing();
        if (FrontMatter.isField(key)) {
            open = new Field(key, number, start, start + colon, next);
            fields.add(open);
        }
    }

    private YamlNode.Entry entry(Field field) {
        YamlNode.Mapping own = asYaml(field);
        if (own != null
                && own.entries().size() == 1
                && own.entries().get(0).key() instanceof YamlNode.Scalar key
                && key.text().equals(field.name)) {
            int by = codePoints(field.start);
            return new YamlNode.Entry(
                    shifted(key, by), shifted(own.entries().get(0).value(), by));
        }
        if (!field.name.equals(FrontMatter.DESCRIPTION)) {
            throw unreadable(field);
        }
        return new YamlNode.Entry(
                new YamlNode.Scalar(
                        field.name, true, codePoints(field.start), codePoints(field.start + field.name.length())),
                text(field));
    }

    private YamlNode.@Nullable Mapping asYaml(Field field) {
        try {
            return YamlParser.parse(yaml.substring(field.start, field.end), field.line);
        } catch (RuleViolation e) {
            throw new UnreadableException(e.field(), e.getMessage());
        }
    }

    /** What stands behind the colon; lines are joined by a blank. */
    private YamlNode.Scalar text(Field field) {
        int start = field.colon + 1;
        while (start < field.end && Character.isWhitespace(yaml.charAt(start))) {
            start++;
        }
        String written = yaml.substring(start, field.end).stripTrailing();
        boolean block = written.startsWith("|") || written.startsWith(">");
        if (block && written.indexOf('\n') >= 0) { // lines that belong together, in a way that only YAML could tell
            throw unreadable(field);
        }
        return new YamlNode.Scalar(
                written.replaceAll("\\s*\\n\\s*", " "), false, codePoints(start), codePoints(start + written.length()));
    }

    private static UnreadableException unreadable(Field field) {
        return new UnreadableException(
                field.name, field.name + " can't be read: what line " + field.line + " begins is no YAML");
    }

    /** What lies inside of it keeps its place: nobody asks for that. */
    private static YamlNode shifted(YamlNode node, int by) {
        int start = node.start() + by;
        int end = node.end() + by;
        if (node instanceof YamlNode.Scalar scalar) {
            return new YamlNode.Scalar(scalar.text(), scalar.plain(), start, end);
        }
        return node instanceof YamlNode.Sequence sequence
                ? new YamlNode.Sequence(sequence.items(), sequence.flow(), start, end)
                : new YamlNode.Mapping(
                        ((YamlNode.Mapping) node).entries(), ((YamlNode.Mapping) node).flow(), start, end);
    }

    private int codePoints(int chars) {
        return yaml.codePointCount(0, chars);
    }
}
