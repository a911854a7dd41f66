package dev.gitmemory.testing.gcs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** An object, and what the interface tells about it. */
record GcsObject(
        String bucket,
        String name,
        Bytes content,
        long generation,
        String crc32c,
        @Nullable JsonNode custom) {

    private static final AtomicLong LAST_GENERATION = new AtomicLong(1_700_000_000_000_000L);

    static GcsObject of(String bucket, String name, Bytes content, @Nullable JsonNode custom) {
        return new GcsObject(bucket, name, content, LAST_GENERATION.incrementAndGet(), crc32c(content.array()), custom);
    }

    private static String crc32c(byte[] content) {
        CRC32C sum = new CRC32C();
        sum.update(content);
        byte[] bigEndian = ByteBuffer.allocate(4).putInt((int) sum.getValue()).array();
        return Base64.getEncoder().encodeToString(bigEndian);
    }

    ObjectNode metadata() {
        ObjectNode document = GcsAnswers.JSON
                .createObjectNode()
                .put("kind", "storage#object")
                .put("id", bucket + "/" + name + "/" + generation)
                .put("bucket", bucket)
                .put("name", name)
                .put("generation", Long.toString(generation))
                .put("metageneration", "1")
                .put("crc32c", crc32c);
        if (content.length() > 0) {
            document.put("size", Integer.toString(content.length())); // a 0 is left out, as proto3's JSON does
        }
        if (custom != null) {
            document.set("metadata", custom);
        }
        return document;
    }

    Map<String, String> headers() {
        return Map.of(
                "Content-Type",
                "application/octet-stream",
                "x-goog-generation",
                Long.toString(generation),
                "x-goog-metageneration",
                "1",
                "x-goog-stored-content-encoding",
                "identity",
                "x-goog-stored-content-length",
                Integer.toString(content.length()),
                "x-goog-hash",
                "crc32c=" + crc32c);
    }
}
