package dev.gitmemory.testing.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLDecoder;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A request to the JSON interface: {@code /storage/v1/b/<bucket>/o/<object>} with its forms for uploads. */
record GcsRequest(
        Kind kind, String bucket, String object, Map<String, String> query, Map<String, String> headers, Bytes body) {

    private static final Pattern PATH = Pattern.compile("/(upload/)?(?:download/)?storage/v1/b/([^/]+)/o(?:/([^/]+))?");
    private static final Pattern PAIR = Pattern.compile("([^&=]+)=([^&]*)");

    /** What is asked for. */
    enum Kind {
        UPLOAD,
        DOWNLOAD,
        METADATA,
        LIST,
        DELETE,
        OTHER
    }

    static GcsRequest of(HttpMessage.Request http) {
        URI target = URI.create(http.target());
        // Parts of a path are percent-encoded, slashes of an object's name included.
        Matcher path = PATH.matcher(target.getRawPath());
        Map<String, String> query = query(target.getRawQuery());
        if (!path.matches()) {
            return new GcsRequest(Kind.OTHER, "", "", query, http.headers(), http.body());
        }
        boolean upload = path.group(1) != null;
        String object = path.group(3) == null ? "" : decode(path.group(3));
        Kind kind = kind(http.method(), upload, object, query);
        return new GcsRequest(kind, decode(path.group(2)), object, query, http.headers(), http.body());
    }

    private static Kind kind(String method, boolean upload, String object, Map<String, String> query) {
        if (upload) {
            return method.equals("POST") && "multipart".equals(query.get("uploadType")) ? Kind.UPLOAD : Kind.OTHER;
        }
        return switch (method) {
            case "GET" ->
                object.isEmpty() ? Kind.LIST : "media".equals(query.get("alt")) ? Kind.DOWNLOAD : Kind.METADATA;
            case "DELETE" -> object.isEmpty() ? Kind.OTHER : Kind.DELETE;
            default -> Kind.OTHER;
        };
    }

    /** The name of the object that it is about; of a listing what names begin with. */
    String name() {
        return switch (kind) {
            case UPLOAD -> GcsUpload.parse(this).name();
            case LIST -> query.getOrDefault("prefix", "");
            default -> object;
        };
    }

    @Nullable
    String parameter(String name) {
        return query.get(name);
    }

    private static Map<String, String> query(@Nullable String text) {
        Map<String, String> query = new TreeMap<>();
        Matcher pair = PAIR.matcher(text == null ? "" : text);
        while (pair.find()) {
            query.put(decode(pair.group(1)), decode(pair.group(2)));
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }
}
