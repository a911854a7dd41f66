package dev.gitmemory.testing.gcs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Answers in the form of the JSON interface. */
final class GcsAnswers {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Map<Integer, String> REASONS = Map.of(
            400, "invalid",
            401, "authError",
            403, "forbidden",
            404, "notFound",
            408, "requestTimeout",
            412, "conditionNotMet",
            429, "rateLimitExceeded",
            503, "backendError");

    private GcsAnswers() {}

    static HttpMessage.Response json(JsonNode document) {
        return json(200, document);
    }

    private static HttpMessage.Response json(int status, JsonNode document) {
        try {
            return new HttpMessage.Response(
                    status,
                    Map.of("Content-Type", "application/json; charset=UTF-8"),
                    new Bytes(JSON.writeValueAsBytes(document)));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What somebody else answers. */
    static HttpMessage.Response page(int status) {
        return new HttpMessage.Response(
                status,
                Map.of("Content-Type", "text/html"),
                new Bytes("<html>The proxy says no</html>".getBytes(StandardCharsets.UTF_8)));
    }

    static HttpMessage.Response error(int status, String message) {
        ObjectNode document = JSON.createObjectNode();
        ObjectNode error = document.putObject("error").put("code", status).put("message", message);
        error.putArray("errors")
                .addObject()
                .put("message", message)
                .put("domain", "global")
                .put("reason", REASONS.getOrDefault(status, "unknown"));
        return json(status, document);
    }
}
