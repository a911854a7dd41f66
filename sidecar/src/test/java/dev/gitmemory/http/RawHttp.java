package dev.gitmemory.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Requests as they go over the wire, which a well-behaved client can't send. */
final class RawHttp {

    private RawHttp() {}

    /**
     * The answer, with its status line.
     *
     * @param headers each with its line end; {@code Host} is added where there is none
     */
    static String send(int port, String request, String headers, String body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            String text = request.strip() + " HTTP/1.1\r\n"
                    + headers
                    + (headers.contains("Host:") ? "" : "Host: localhost\r\n")
                    + "Connection: close\r\n"
                    + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n")
                    + "\r\n"
                    + body;
            socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
