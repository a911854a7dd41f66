package dev.gitmemory.testing.gcs;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Buckets and their objects in memory, and what is answered to requests for them. Thread-safe. */
public final class GcsBuckets {

    private static final int LARGEST_PAGE = 1000;
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

    private final Map<String, NavigableMap<String, GcsObject>> buckets = new ConcurrentHashMap<>();

    /** Makes an empty bucket. */
    public void create(String bucket) {
        buckets.put(
                bucket,
                new ConcurrentSkipListMap<>((a, b) -> Arrays.compareUnsigned(a.getBytes(UTF_8), b.getBytes(UTF_8))));
    }

    /** Removes a bucket with all that is in it. */
    public void remove(String bucket) {
        buckets.remove(bucket);
    }

    /** Puts an object there, as another program would. */
    public void put(String bucket, String name, byte[] content) {
        objects(bucket).put(name, GcsObject.of(bucket, name, new Bytes(content), null));
    }

    /** The names of all objects, in order. */
    public List<String> names(String bucket) {
        return List.copyOf(objects(bucket).keySet());
    }

    /** What an object holds, which must be there. */
    public byte[] content(String bucket, String name) {
        GcsObject found = objects(bucket).get(name);
        if (found == null) {
            throw new IllegalArgumentException("There is no object " + name);
        }
        return found.content().array();
    }

    private NavigableMap<String, GcsObject> objects(String bucket) {
        NavigableMap<String, GcsObject> objects = buckets.get(bucket);
        if (objects == null) {
            throw new IllegalArgumentException("There is no bucket " + bucket);
        }
        return objects;
    }

    HttpMessage.Response answer(GcsRequest request) {
        NavigableMap<String, GcsObject> objects = buckets.get(request.bucket());
        if (objects == null) {
            return request.object().isEmpty()
                    ? GcsAnswers.error(404, "The specified bucket does not exist.")
                    : missing(request); // the service says no more than this
        }
        GcsObject found = request.object().isEmpty() ? null : objects.get(request.object());
        return switch (request.kind()) {
            case UPLOAD -> store(objects, request, GcsUpload.parse(request));
            case LIST -> list(objects, request);
            case METADATA -> found == null ? missing(request) : GcsAnswers.json(found.metadata());
            case DOWNLOAD ->
                found == null
                        ? missing(request)
                        : download(found, request.headers().get("range"));
            case DELETE ->
                objects.remove(request.object()) == null
                        ? missing(request)
                        : new HttpMessage.Response(204, Map.of(), Bytes.NONE);
            case OTHER -> GcsAnswers.error(400, "This server does not know such requests");
        };
    }

    /** Answers to an upload of which one byte has arrived as another. */
    HttpMessage.Response answerDamaged(GcsRequest request) {
        return store(
                objects(request.bucket()), request, GcsUpload.parse(request).damaged());
    }

    private static HttpMessage.Response missing(GcsRequest request) {
        return GcsAnswers.error(404, "No such object: " + request.bucket() + "/" + request.object());
    }

    private static HttpMessage.Response store(
            NavigableMap<String, GcsObject> objects, GcsRequest request, GcsUpload upload) {
        GcsObject object = GcsObject.of(
                request.bucket(),
                upload.name(),
                upload.content(),
                upload.document().get("metadata"));
        if (upload.name().isEmpty() || upload.name().getBytes(UTF_8).length > 1024) {
            return GcsAnswers.error(400, "Invalid object name");
        }
        String sent = upload.document().path("crc32c").asText(object.crc32c());
        if (!sent.equals(object.crc32c())) {
            return GcsAnswers.error(
                    400,
                    "Provided CRC32C \"%s\" doesn't match calculated CRC32C \"%s\".".formatted(sent, object.crc32c()));
        }
        if (!"0".equals(request.parameter("ifGenerationMatch"))) {
            objects.put(upload.name(), object);
        } else if (objects.putIfAbsent(upload.name(), object) != null) {
            return GcsAnswers.error(412, "At least one of the pre-conditions you specified did not hold.");
        }
        return GcsAnswers.json(object.metadata());
    }

    private static HttpMessage.Response list(NavigableMap<String, GcsObject> objects, GcsRequest request) {
        String prefix = text(request.parameter("prefix"));
        String token = request.parameter("pageToken");
        String from = token == null
                ? text(request.parameter("startOffset"))
                : new String(Base64.getUrlDecoder().decode(token), UTF_8);
        String asked = request.parameter("maxResults");
        int size = asked == null ? LARGEST_PAGE : Math.min(LARGEST_PAGE, Integer.parseInt(asked));
        ObjectNode page = GcsAnswers.JSON.createObjectNode().put("kind", "storage#objects");
        ArrayNode items = GcsAnswers.JSON.createArrayNode();
        for (GcsObject object : objects.tailMap(from, token == null).values()) {
            if (!object.name().startsWith(prefix)) {
                continue;
            }
            if (items.size() == size) {
                String last = items.get(size - 1).get("name").asText();
                page.put("nextPageToken", Base64.getUrlEncoder().encodeToString(last.getBytes(UTF_8)));
                break;
            }
            items.add(object.metadata());
        }
        if (!items.isEmpty()) {
            page.set("items", items);
        }
        return GcsAnswers.json(page);
    }

    private static String text(@Nullable String parameter) {
        return parameter == null ? "" : parameter;
    }

    private static HttpMessage.Response download(GcsObject object, @Nullable String range) {
        if (range == null) {
            return new HttpMessage.Response(200, object.headers(), object.content());
        }
        byte[] content = object.content().array();
        Matcher bytes = RANGE.matcher(range);
        if (!bytes.matches()) {
            return GcsAnswers.error(400, "This server does not know such a range: " + range);
        }
        long first = Long.parseLong(bytes.group(1));
        if (first >= content.length) {
            return GcsAnswers.error(416, "The requested range cannot be satisfied.");
        }
        long last = bytes.group(2).isEmpty() ? content.length - 1L : Long.parseLong(bytes.group(2));
        int end = (int) Math.min(last + 1, content.length);
        Map<String, String> headers = new ConcurrentHashMap<>(object.headers());
        headers.put("Content-Range", "bytes " + first + "-" + (end - 1) + "/" + content.length);
        return new HttpMessage.Response(206, headers, new Bytes(Arrays.copyOfRange(content, (int) first, end)));
    }
}
