package dev.gitmemory.testing.gcs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 on a socket, as little of it as is needed. A server library would hide the connection, which is what some
 * faults are about.
 */
final class HttpMessage {

    private HttpMessage() {}

    /** A request; the names of its headers are in lower case. */
    record Request(String method, String target, Map<String, String> headers, Bytes body) {}

    /** An answer. */
    record Response(int status, Map<String, String> headers, Bytes body) {}

    /** The next request of a connection, or null when the client has ended it. */
    static @Nullable Request read(InputStream in) throws IOException {
        String first = line(in);
        if (first == null) {
            return null;
        }
        String[] words = first.split(" ", -1);
        Map<String, String> headers = new TreeMap<>();
        String header = line(in);
        while (header != null && !header.isEmpty()) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
            header = line(in);
        }
        return new Request(words[0], words[1], headers, new Bytes(body(in, headers)));
    }

    private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int size = chunk(in); size > 0; size = chunk(in)) {
                body.writeBytes(exactly(in, size));
                line(in);
            }
            line(in);
            return body.toByteArray();
        }
        return exactly(in, Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }

    private static int chunk(InputStream in) throws IOException {
        String size = line(in);
        if (size == null) {
            throw new EOFException("The client broke off between chunks");
        }
        return Integer.parseInt(size.strip(), 16);
    }

    private static byte[] exactly(InputStream in, int size) throws IOException {
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("The client broke off in the body");
        }
        return bytes;
    }

    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return null;
            }
            line.write(b);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }

    /** Sends an answer, {@code bytes} bytes of its body. */
    static void write(OutputStream out, Response response, int bytes) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + response.status() + " Status\r\n");
        response.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
        if (response.status() != 204) {
            head.append("Content-Length: " + response.body().length() + "\r\n");
        }
        out.write(head.append("\r\n").toString().getBytes(ISO_8859_1));
        out.write(response.body().array(), 0, bytes);
        out.flush();
    }
}
