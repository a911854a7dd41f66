package dev.gitmemory.testing.gcs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An upload of the type {@code multipart}: a JSON document about the object, then its content. */
record GcsUpload(JsonNode document, Bytes content) {

    private static final Pattern BOUNDARY = Pattern.compile("multipart/related;.*boundary=\"?([^\";]+)\"?");

    static GcsUpload parse(GcsRequest request) {
        Matcher type = BOUNDARY.matcher(request.headers().getOrDefault("content-type", ""));
        if (!type.find()) {
            throw new IllegalArgumentException("An upload must be multipart/related");
        }
        byte[] body = request.body().array();
        byte[] separator = ("--" + type.group(1)).getBytes(ISO_8859_1);
        int[] json = part(body, separator, 0);
        int[] content = part(body, separator, json[1]);
        try {
            JsonNode document = GcsAnswers.JSON.readTree(body, json[0], json[1] - json[0]);
            return new GcsUpload(document, new Bytes(Arrays.copyOfRange(body, content[0], content[1])));
        } catch (IOException e) {
            throw new IllegalArgumentException("The first part must be JSON", e);
        }
    }

    String name() {
        return document.path("name").asText();
    }

    /** The same with another byte in the middle. */
    GcsUpload damaged() {
        return new GcsUpload(document, content.damaged());
    }

    /** Where the next part's content begins and ends: behind an empty line, and before the line with the separator. */
    private static int[] part(byte[] body, byte[] separator, int from) {
        int begin = indexOf(body, "\r\n\r\n".getBytes(ISO_8859_1), indexOf(body, separator, from)) + 4;
        return new int[] {begin, indexOf(body, separator, begin) - 2};
    }

    private static int indexOf(byte[] body, byte[] wanted, int from) {
        for (int at = from; at <= body.length - wanted.length; at++) {
            if (body[at] == wanted[0] && Arrays.equals(body, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        throw new IllegalArgumentException("A part has no end");
    }
}
