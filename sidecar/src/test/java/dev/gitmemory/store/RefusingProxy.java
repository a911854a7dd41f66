package dev.gitmemory.store;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that takes down what it is asked for, wants to know by whom, and lets nobody through. */
final class RefusingProxy implements AutoCloseable {

    private final ServerSocket server;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    private RefusingProxy(ServerSocket server) {
        this.server = server;
    }

    static RefusingProxy start() throws IOException {
        RefusingProxy proxy = new RefusingProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        Thread thread = new Thread(proxy::serve, "refusing-proxy");
        thread.setDaemon(true);
        thread.start();
        return proxy;
    }

    int port() {
        return server.getLocalPort();
    }

    /** The head of each request so far. */
    List<String> asked() {
        return asked;
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket connection = server.accept()) {
                BufferedReader in = new BufferedReader(new InputStreamReader(connection.getInputStream(), ISO_8859_1));
                StringBuilder head = new StringBuilder();
                for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    head.append(line).append('\n');
                }
                asked.add(head.toString());
                String answer = head.toString().contains("Proxy-Authorization: ")
                        ? "HTTP/1.1 403 Forbidden\r\n"
                        : "HTTP/1.1 407 Who Are You\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\n";
                connection
                        .getOutputStream()
                        .write((answer + "Content-Length: 2\r\nConnection: close\r\n\r\nno").getBytes(ISO_8859_1));
            } catch (IOException e) {
                // The client has gone, or the proxy was closed.
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
