package dev.gitmemory.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What requests say besides their bodies. */
final class Requests {

    private static final int PAGE_LIMIT = 1000;

    private Requests() {}

    /** Refuses a NUL anywhere in the address: PostgreSQL can't compare with one. */
    static void requireNoNul(Context ctx) {
        boolean inPath = ctx.path().contains("%00");
        boolean inQuery =
                ctx.queryParamMap().values().stream().flatMap(List::stream).anyMatch(value -> value.indexOf('\0') >= 0);
        if (inPath || inQuery) {
            throw RequestException.malformed(null, "The address holds a NUL character");
        }
    }

    /** The SHA that {@code If-Match} asks for, {@code *} for any, or null when there is no such header. */
    static @Nullable String ifMatch(Context ctx) {
        String header = ctx.header("If-Match");
        if (header == null || header.strip().equals("*")) {
            return header == null ? null : "*";
        }
        String tag = header.strip();
        if (tag.length() < 2 || tag.charAt(0) != '"' || tag.indexOf('"', 1) != tag.length() - 1) {
            throw RequestException.malformed(
                    "If-Match", "If-Match must be * or one ETag as it was given, in double quotes");
        }
        return tag.substring(1, tag.length() - 1);
    }

    /** The query parameter {@code limit}: 1 to 1000, 50 where it is absent. */
    static int limit(Context ctx) {
        String limit = ctx.queryParam("limit");
        if (limit == null) {
            return 50;
        }
        try {
            int number = Integer.parseInt(limit);
            if (number >= 1 && number <= PAGE_LIMIT) {
                return number;
            }
        } catch (NumberFormatException e) {
            // answered below, like a number out of range
        }
        throw RequestException.malformed("limit", "'limit' must be a number from 1 to " + PAGE_LIMIT);
    }

    /** A query parameter that is true, false, or absent, which means false. */
    static boolean flag(Context ctx, String name) {
        String value = ctx.queryParam(name);
        if (value == null || value.equalsIgnoreCase("false")) {
            return false;
        }
        if (value.equalsIgnoreCase("true")) {
            return true;
        }
        throw RequestException.malformed(name, "'%s' must be true or false".formatted(name));
    }

    /** A query parameter that must be there. */
    static String required(Context ctx, String name) {
        String value = ctx.queryParam(name);
        if (value == null) {
            throw RequestException.malformed(name, "'%s' is missing".formatted(name));
        }
        return value;
    }

    /** A member of the body that must be there and a string. */
    static String requiredText(ObjectNode body, String name) {
        String text = optionalText(body, name);
        if (text == null) {
            throw RequestException.malformed(name, "'%s' is missing".formatted(name));
        }
        return text;
    }

    /** A member of the body that is a string, absent, or null, which means absent. */
    static @Nullable String optionalText(ObjectNode body, String name) {
        JsonNode node = body.get(name);
        if (node == null || node.isNull()) {
            return null;
        }
        if (!node.isTextual()) {
            throw RequestException.malformed(name, "'%s' must be a string".formatted(name));
        }
        return node.textValue();
    }
}
