package dev.gitmemory.block;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Turns a node of front matter into {@link Json} by YAML's core schema, keeping the text of numbers. */
final class YamlJson {

    private static final Pattern JSON_NUMBER =
            Pattern.compile("-?(?:0|[1-9][0-9]*+)(?:\\.[0-9]++)?+(?:[eE][-+]?+[0-9]++)?+");

    /** Numbers of the core schema (YAML 1.2.2, 10.3.2) in any spelling. */
    private static final Pattern YAML_NUMBER = Pattern.compile(
            "[-+]?(?:\\.[0-9]++|[0-9]++(?:\\.[0-9]*+)?+)(?:[eE][-+]?+[0-9]++)?+|0o[0-7]++|0x[0-9a-fA-F]++"
                    + "|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)");

    private YamlJson() {}

    /**
     * The value of a field.
     *
     * @throws RuleViolation of the field if a key is given twice or is no scalar, or a number is not spelled as JSON
     *     spells numbers
     */
    static Json of(String field, YamlNode node) {
        if (node instanceof YamlNode.Mapping mapping) {
            return object(field, mapping);
        }
        if (node instanceof YamlNode.Sequence sequence) {
            List<Json> items = new ArrayList<>();
            for (YamlNode item : sequence.items()) {
                items.add(of(field, item));
            }
            return new Json.Array(items);
        }
        return scalar(field, (YamlNode.Scalar) node);
    }

    private static Json object(String field, YamlNode.Mapping mapping) {
        Map<String, Json> members = new LinkedHashMap<>();
        for (YamlNode.Entry entry : mapping.entries()) {
            if (!(entry.key() instanceof YamlNode.Scalar key)) {
                throw new RuleViolation(field, field + " has a list or a mapping for a key; keys must be text");
            }
            if (members.put(key.text(), of(field, entry.value())) != null) {
                throw new RuleViolation(field, field + " has the key '" + key.text() + "' twice");
            }
        }
        return new Json.Obj(members);
    }

    private static Json scalar(String field, YamlNode.Scalar scalar) {
        String text = scalar.text();
        if (!scalar.plain()) {
            return new Json.Str(text);
        }
        if (scalar.isNull()) {
            return new Json.Literal("null");
        }
        return switch (text) {
            case "true", "True", "TRUE" -> new Json.Literal("true");
            case "false", "False", "FALSE" -> new Json.Literal("false");
            default -> numberOrText(field, text);
        };
    }

    private static Json numberOrText(String field, String text) {
        if (JSON_NUMBER.matcher(text).matches()) {
            return new Json.Literal(text);
        }
        if (YAML_NUMBER.matcher(text).matches()) {
            throw new RuleViolation(
                    field, field + " has the number " + text + "; write it as JSON does, or in quotes if it is text");
        }
        return new Json.Str(text);
    }
}
