package dev.gitmemory.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What requests say besides their bodies. */
final class Requests {

    static final String IF_MATCH = "If-Match";

    private static final int PAGE_LIMIT = 1000;

    /** Bytes in percent signs, or a percent sign that is none of them. */
    private static final Pattern ESCAPES = Pattern.compile("(?:%[0-9A-Fa-f]{2})+|%");

    /** Characters of an address that is refused. */
    private static final int MOST_SHOWN = 12;

    private Requests() {}

    /** Answers GET, and HEAD, which the server would otherwise answer 200 without asking. */
    static void get(RoutesConfig routes, String path, Handler handler) {
        routes.get(path, handler);
        routes.head(path, handler);
    }

    /**
     * Refuses an address that is not UTF-8 in percent signs, which would be read as something else, and a NUL anywhere:
     * PostgreSQL can't compare with one.
     */
    static void requireReadable(Context ctx) {
        String query = ctx.queryString();
        String address = ctx.req().getRequestURI() + (query == null ? "" : "?" + query);
        Matcher escapes = ESCAPES.matcher(address);
        while (escapes.find()) {
            String found = escapes.group();
            if (found.contains("%00")) {
                throw RequestException.malformed(null, "The address holds a NUL character");
            }
            if (found.equals("%") || !isUtf8(HexFormat.of().parseHex(found.replace("%", "")))) {
                throw RequestException.malformed(
                        null, "The address can't be read: %s stands for no text".formatted(escaped(address, escapes)));
            }
        }
    }

    private static String escaped(String address, Matcher escapes) {
        return address.substring(escapes.start(), Math.min(address.length(), escapes.start() + MOST_SHOWN));
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false; // which is the answer
        }
    }

    /**
     * A header, or null when there is none.
     *
     * @throws RequestException if it is there twice, for one of them would have no effect, or is no UTF-8
     */
    static @Nullable String header(Context ctx, String name) {
        requireOnce(name, Collections.list(ctx.req().getHeaders(name)));
        String value = ctx.header(name);
        if (value == null) {
            return null;
        }
        byte[] sent = value.getBytes(StandardCharsets.ISO_8859_1); // what the server takes headers for
        if (!isUtf8(sent)) {
            throw RequestException.malformed(name, "%s must be UTF-8".formatted(name));
        }
        return new String(sent, StandardCharsets.UTF_8);
    }

    /** Refuses what is given twice where one of them would have no effect. */
    static void requireOnce(String name, List<String> given) {
        if (given.size() > 1) {
            throw RequestException.malformed(name, "'%s' is given more than once".formatted(name));
        }
    }

    /** The SHA that {@code If-Match} asks for, {@code *} for any, or null when there is no such header. */
    static @Nullable String ifMatch(Context ctx) {
        String header = header(ctx, IF_MATCH);
        if (header == null || header.strip().equals("*")) {
            return header == null ? null : "*";
        }
        String tag = header.strip();
        if (tag.length() < 2 || tag.charAt(0) != '"' || tag.indexOf('"', 1) != tag.length() - 1) {
            throw RequestException.malformed(
                    IF_MATCH, "If-Match must be * or one ETag as it was given, in double quotes");
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
