package dev.gitmemory.block;

import java.util.Iterator;
import java.util.Map;

/**
 * Writes {@link Json} on one line without needless spaces.
 *
 * <p>The text is JSON and, character by character, also YAML: what YAML can't print raw is escaped as JSON escapes it.
 */
final class JsonWriter {

    /**
     * YAML lets an implicit key be at most 1024 characters long (YAML 1.2.2, 7.4.2), so a longer one needs the explicit
     * mark {@code ?}, which JSON has not.
     */
    private static final int MAX_IMPLICIT_KEY = 1000;

    private final StringBuilder out = new StringBuilder();
    private final int maxImplicitKey;

    private JsonWriter(int maxImplicitKey) {
        this.maxImplicitKey = maxImplicitKey;
    }

    static String json(Json value) {
        return new JsonWriter(Integer.MAX_VALUE).write(value).out.toString();
    }

    /** As a YAML flow collection: the JSON text, unless a key is too long for YAML's short form. */
    static String yamlFlow(Json value) {
        return new JsonWriter(MAX_IMPLICIT_KEY).write(value).out.toString();
    }

    /** A JSON string, and a YAML double-quoted scalar of the same meaning. */
    static String quote(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(c -> appendEscaped(out, c));
        return out.append('"').toString();
    }

    private JsonWriter write(Json value) {
        if (value instanceof Json.Literal literal) {
            out.append(literal.text());
        } else if (value instanceof Json.Str str) {
            out.append(quote(str.value()));
        } else if (value instanceof Json.Array array) {
            writeArray(array);
        } else if (value instanceof Json.Obj object) {
            writeObject(object);
        }
        return this;
    }

    private void writeArray(Json.Array array) {
        out.append('[');
        for (Iterator<Json> items = array.items().iterator(); items.hasNext(); ) {
            write(items.next());
            out.append(items.hasNext() ? "," : "");
        }
        out.append(']');
    }

    private void writeObject(Json.Obj object) {
        out.append('{');
        for (Iterator<Map.Entry<String, Json>> members =
                        object.members().entrySet().iterator();
                members.hasNext(); ) {
            Map.Entry<String, Json> member = members.next();
            String key = quote(member.getKey());
            out.append(key.length() > maxImplicitKey ? "? " : "").append(key).append(':');
            write(member.getValue());
            out.append(members.hasNext() ? "," : "");
        }
        out.append('}');
    }

    private static void appendEscaped(StringBuilder out, int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\b' -> out.append("\\b");
            case '\f' -> out.append("\\f");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> {
                if (isPrintable(c)) {
                    out.appendCodePoint(c);
                } else {
                    out.append("\\u%04x".formatted(c));
                }
            }
        }
    }

    /** Printable in YAML 1.2 and neither a byte order mark nor a line break of YAML 1.1. All others lie below U+10000. */
    private static boolean isPrintable(int c) {
        return (c >= ' ' && c < 0x7F)
                || (c >= 0xA0 && c <= 0xFFFD && c != 0x2028 && c != 0x2029 && c != 0xFEFF)
                || c > 0xFFFF;
    }
}
