package dev.gitmemory.block;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Changes single fields in existing front matter and leaves all other text as it is.
 *
 * <p>One field at a time, each on the text that the last change left, read again. It does not try to be right about
 * every shape that YAML allows: whoever calls it reads the result and compares.
 */
final class FrontMatterEditor {

    /** The order in which fields are written; a new one goes behind the nearest that is there. */
    private static final List<String> ORDER =
            List.of(FrontMatter.DESCRIPTION, FrontMatter.LIMIT, FrontMatter.READ_ONLY, FrontMatter.METADATA);

    private final FrontMatter file;

    private FrontMatterEditor(FrontMatter file) {
        this.file = file;
    }

    /** The file that says what the block is; null when a change made it unreadable. */
    static @Nullable String edit(FrontMatter old, Block block) {
        FrontMatter file = old;
        for (String field : ORDER) {
            if (!says(file, field, block)) {
                String yaml = new FrontMatterEditor(file).set(field, block);
                FrontMatter changed = yaml == null ? null : FrontMatter.of(file.head() + yaml + file.fence());
                if (changed == null) {
                    return null;
                }
                file = changed;
            }
        }
        return block.value().isEmpty() ? file.head() + file.yaml() + file.fence() : file.header() + block.value();
    }

    private static boolean says(FrontMatter file, String field, Block block) {
        try {
            return switch (field) {
                case FrontMatter.DESCRIPTION -> Objects.equals(Fields.description(file), block.description());
                case FrontMatter.LIMIT -> Fields.limit(file) == block.limit();
                case FrontMatter.READ_ONLY -> Fields.readOnly(file) == block.readOnly();
                default -> Fields.metadata(file).equals(block.metadata());
            };
        } catch (RuleViolation wrongType) {
            return false; // to be replaced
        }
    }

    private @Nullable String set(String field, Block block) {
        YamlNode.Entry entry = file.entry(field);
        boolean flow = file.root().flow();
        String value = value(field, block, flow);
        if (entry == null) {
            return flow ? insertIntoFlow(field, value) : insertLine(field, value);
        }
        boolean needless = (field.equals(FrontMatter.READ_ONLY) && !block.readOnly())
                || (field.equals(FrontMatter.METADATA) && block.metadata().isEmpty());
        return needless && !flow ? removeLines(entry) : replaceValue(field, block, entry, value);
    }

    private static String value(String field, Block block, boolean flow) {
        return switch (field) {
            case FrontMatter.DESCRIPTION -> {
                String text = block.description();
                yield text != null && flow ? JsonWriter.quote(text) : BlockMarkdown.description(text);
            }
            case FrontMatter.LIMIT -> Integer.toString(block.limit());
            case FrontMatter.READ_ONLY -> Boolean.toString(block.readOnly());
            default -> block.metadata().yamlFlow();
        };
    }

    private String insertIntoFlow(String field, String value) {
        int brace = offset(file.root().start()) + 1;
        return splice(brace, brace, field + ": " + value + ", ");
    }

    private String insertLine(String field, String value) {
        int at = 0;
        for (String before : ORDER.subList(0, ORDER.indexOf(field))) {
            YamlNode.Entry entry = file.entry(before);
            if (entry != null) {
                at = lineAfter(entry);
            }
        }
        return splice(at, at, indentation() + field + ": " + value + file.lineEnd());
    }

    private @Nullable String replaceValue(String field, Block block, YamlNode.Entry entry, String value) {
        YamlNode old = entry.value();
        int start = offset(old.start());
        int end = offset(old.end());
        if (field.equals(FrontMatter.DESCRIPTION) && !file.root().flow() && isCommentBehind(start, end)) {
            // Behind quotes it is one; behind anything else it would be text.
            if (block.description() == null) {
                end = endOfLine(end);
            } else {
                value = JsonWriter.quote(block.description());
            }
        }
        if (isBlockCollection(old)) {
            // It begins on a line of its own below the key.
            start = file.yaml().indexOf(':', offset(entry.key().end())) + 1;
            if (start == 0 || start > offset(old.start())) {
                return null;
            }
        }
        String space = start > 0 && file.yaml().charAt(start - 1) == ':' ? " " : "";
        String lineEnd = endsWithLine(start, end) ? file.lineEnd() : "";
        return splice(start, end, space + value + lineEnd);
    }

    private boolean isCommentBehind(int start, int end) {
        return file.yaml().indexOf('\n', start) >= end
                && file.yaml().substring(end, endOfLine(end)).strip().startsWith("#");
    }

    /** Before its line end. */
    private int endOfLine(int offset) {
        int newline = file.yaml().indexOf('\n', offset);
        int end = newline < 0 ? file.yaml().length() : newline;
        return end > offset && file.yaml().charAt(end - 1) == '\r' ? end - 1 : end;
    }

    private String removeLines(YamlNode.Entry entry) {
        return splice(lineStart(offset(entry.key().start())), lineAfter(entry), "");
    }

    private static boolean isBlockCollection(YamlNode node) {
        return (node instanceof YamlNode.Mapping mapping && !mapping.flow())
                || (node instanceof YamlNode.Sequence sequence && !sequence.flow());
    }

    /** Where the first line below an entry begins. */
    private int lineAfter(YamlNode.Entry entry) {
        int end = offset(entry.value().end());
        if (endsWithLine(offset(entry.key().start()), end)) {
            return end;
        }
        int newline = file.yaml().indexOf('\n', end);
        return newline < 0 ? file.yaml().length() : newline + 1;
    }

    /** Literal and folded scalars reach over their last line end. */
    private boolean endsWithLine(int start, int end) {
        return end > start && file.yaml().charAt(end - 1) == '\n';
    }

    private int lineStart(int offset) {
        return file.yaml().lastIndexOf('\n', offset - 1) + 1;
    }

    private String indentation() {
        int root = offset(file.root().start());
        return " ".repeat(root - lineStart(root));
    }

    private int offset(int codePoints) {
        return file.yaml().offsetByCodePoints(0, codePoints);
    }

    private String splice(int start, int end, String replacement) {
        return file.yaml().substring(0, start) + replacement + file.yaml().substring(end);
    }
}
