package dev.gitmemory.testing.gcs;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.gitmemory.testing.gcs.GcsRequest.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Google Cloud Storage on a local port, written from the reference of its JSON interface, with buckets in memory. It
 * fails as it is told by {@link #faults}. Thread-safe.
 */
public final class GcsServer implements AutoCloseable {

    private static final long DROP_EVERY_NANOS = 20_000_000;

    private final ServerSocket server;
    private final Thread accepting;
    private final ExecutorService connections = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final GcsBuckets buckets = new GcsBuckets();
    private final GcsFaults faults = new GcsFaults();
    private final Queue<GcsRequest> held = new ConcurrentLinkedQueue<>();
    private final Set<Map<String, String>> headers = ConcurrentHashMap.newKeySet();
    private final Map<Kind, LongAdder> requests = new EnumMap<>(Kind.class);

    private GcsServer(ServerSocket server) {
        this.server = server;
        this.accepting = new Thread(this::accept, "gcs-server");
        for (Kind kind : Kind.values()) {
            requests.put(kind, new LongAdder());
        }
    }

    /** Starts a server with one empty bucket. */
    public static GcsServer start(String bucket) throws IOException {
        GcsServer started = new GcsServer(new ServerSocket(0, 200, InetAddress.getLoopbackAddress()));
        started.buckets.create(bucket);
        started.accepting.start();
        return started;
    }

    /** What the variable {@code STORAGE_EMULATOR_HOST} must be. */
    public String address() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    public GcsFaults faults() {
        return faults;
    }

    public GcsBuckets buckets() {
        return buckets;
    }

    /**
     * The requests that were held have their effect now, in the order in which they came; their answers go nowhere.
     *
     * @param names what the names of their objects begin with
     */
    public void deliverHeld(String names) {
        for (GcsRequest request : List.copyOf(held)) {
            if (request.name().startsWith(names) && held.remove(request)) {
                buckets.answer(request);
            }
        }
    }

    /** What requests so far had as a header, its name in lower case; "none" of a request without it. */
    public Set<String> headers(String name) {
        return headers.stream().map(all -> all.getOrDefault(name, "none")).collect(Collectors.toSet());
    }

    /** How many uploads have arrived, those that failed included. */
    public long uploads() {
        return requests(Kind.UPLOAD);
    }

    /** How many requests for objects' contents have arrived, those that failed included. */
    public long downloads() {
        return requests(Kind.DOWNLOAD);
    }

    private long requests(Kind kind) {
        LongAdder count = requests.get(kind);
        return count == null ? 0 : count.sum();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                open.add(connection);
                connections.execute(() -> serve(connection));
            }
        } catch (IOException e) {
            // The server was closed.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(connection.getInputStream(), 1 << 16);
            for (HttpMessage.Request http = HttpMessage.read(in); http != null; http = HttpMessage.read(in)) {
                GcsRequest request = GcsRequest.of(http);
                headers.add(Map.copyOf(http.headers()));
                LongAdder count = requests.get(request.kind());
                if (count != null) {
                    count.increment();
                }
                if (!answer(connection, in, request, faults.next(request))) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client has gone, or the server was closed: either way there is nobody to answer.
        } finally {
            open.remove(connection);
        }
    }

    /** Answers whether the connection goes on. */
    private boolean answer(Socket connection, InputStream in, GcsRequest request, @Nullable GcsFault fault)
            throws IOException {
        if (fault == null) {
            return send(connection, buckets.answer(request));
        }
        if (fault.status() != 0) {
            if (fault.hasEffect()) {
                buckets.answer(request);
            }
            return send(
                    connection,
                    fault.isOfProxy()
                            ? GcsAnswers.page(fault.status())
                            : GcsAnswers.error(fault.status(), "injected: " + fault));
        }
        switch (fault) {
            case RESET_BEFORE -> reset(connection);
            case RESET_AFTER -> {
                buckets.answer(request);
                reset(connection);
            }
            case STALL_BEFORE -> awaitEnd(in);
            case STALL_AFTER -> {
                buckets.answer(request);
                awaitEnd(in);
            }
            case LATE -> {
                awaitEnd(in);
                buckets.answer(request);
            }
            case HELD -> {
                held.add(request);
                awaitEnd(in);
            }
            case DRIPPING -> drip(connection);
            case TRUNCATED -> {
                HttpMessage.Response whole = buckets.answer(request);
                HttpMessage.write(
                        connection.getOutputStream(), whole, whole.body().length() / 2);
            }
            case CORRUPTED -> {
                return send(connection, corrupted(request));
            }
            default -> throw new AssertionError(fault);
        }
        return false;
    }

    private HttpMessage.Response corrupted(GcsRequest request) {
        if (request.kind() == Kind.UPLOAD) {
            return buckets.answerDamaged(request);
        }
        HttpMessage.Response answer = buckets.answer(request);
        return new HttpMessage.Response(
                answer.status(), answer.headers(), answer.body().damaged());
    }

    private static boolean send(Socket connection, HttpMessage.Response response) throws IOException {
        HttpMessage.write(
                connection.getOutputStream(), response, response.body().length());
        return true;
    }

    private static void reset(Socket connection) throws IOException {
        connection.setSoLinger(true, 0); // closing then sends RST instead of FIN
        connection.close();
    }

    /** Sends until the client has given up. */
    private static void drip(Socket connection) throws IOException {
        OutputStream out = connection.getOutputStream();
        out.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n"
                .getBytes(ISO_8859_1));
        while (!connection.isClosed()) {
            out.write(' '); // fails when the client has gone
            LockSupport.parkNanos(DROP_EVERY_NANOS);
        }
    }

    /** Waits until the client has given up. */
    private static void awaitEnd(InputStream in) throws IOException {
        while (in.read() >= 0) {
            // A client that waits for an answer sends nothing.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        try {
            accepting.join(); // until then it may take connections
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Socket connection : open) {
            connection.close();
        }
        connections.shutdownNow();
    }
}
