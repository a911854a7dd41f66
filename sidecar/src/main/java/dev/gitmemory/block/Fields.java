package dev.gitmemory.block;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What front matter says of each field. A key that is absent or null says nothing. */
final class Fields {

    private static final Pattern INTEGER = Pattern.compile("-?(?:0|[1-9][0-9]*+)");

    private static final Set<String> TRUE = Set.of("true", "True", "TRUE");
    private static final Set<String> FALSE = Set.of("false", "False", "FALSE");

    private Fields() {}

    static @Nullable String description(FrontMatter file) {
        YamlNode node = node(file, FrontMatter.DESCRIPTION);
        if (node == null) {
            return null;
        }
        // Any scalar is text here: who describes a block as 2026 or true means the words.
        if (node instanceof YamlNode.Scalar scalar) {
            return scalar.text();
        }
        throw wrongType(FrontMatter.DESCRIPTION, "text", node);
    }

    static int limit(FrontMatter file) {
        YamlNode node = node(file, FrontMatter.LIMIT);
        if (node == null) {
            return Block.DEFAULT_LIMIT;
        }
        if (node instanceof YamlNode.Scalar scalar
                && scalar.plain()
                && INTEGER.matcher(scalar.text()).matches()) {
            try {
                return Integer.parseInt(scalar.text());
            } catch (NumberFormatException beyondInt) {
                throw wrongType(FrontMatter.LIMIT, "at most " + Integer.MAX_VALUE, node);
            }
        }
        throw wrongType(FrontMatter.LIMIT, "a whole number", node);
    }

    static boolean readOnly(FrontMatter file) {
        YamlNode node = node(file, FrontMatter.READ_ONLY);
        if (node == null) {
            return false;
        }
        if (node instanceof YamlNode.Scalar scalar && scalar.plain()) {
            if (TRUE.contains(scalar.text())) {
                return true;
            }
            if (FALSE.contains(scalar.text())) {
                return false;
            }
        }
        throw wrongType(FrontMatter.READ_ONLY, "true or false", node);
    }

    static Metadata metadata(FrontMatter file) {
        YamlNode node = node(file, FrontMatter.METADATA);
        if (node == null) {
            return Metadata.EMPTY;
        }
        if (YamlJson.of(FrontMatter.METADATA, node) instanceof Json.Obj object) {
            return Metadata.ofObject(object);
        }
        throw wrongType(FrontMatter.METADATA, "a mapping of keys to values", node);
    }

    /** Whether the file says anything of this field. */
    static boolean has(FrontMatter file, String name) {
        return node(file, name) != null;
    }

    private static @Nullable YamlNode node(FrontMatter file, String name) {
        YamlNode.Entry entry = file.entry(name);
        return entry == null || (entry.value() instanceof YamlNode.Scalar scalar && scalar.isNull())
                ? null
                : entry.value();
    }

    private static RuleViolation wrongType(String field, String expected, YamlNode found) {
        return new RuleViolation(field, field + " must be " + expected + ", not " + show(found));
    }

    private static String show(YamlNode node) {
        if (node instanceof YamlNode.Scalar scalar) {
            String text = scalar.text();
            return JsonWriter.quote(
                    text.length() > 40 ? text.substring(0, text.offsetByCodePoints(0, 20)) + "…" : text);
        }
        return node instanceof YamlNode.Sequence ? "a list" : "a mapping";
    }
}
