package dev.gitmemory.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.service.Steps;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** However many requests are slow, in their bodies or in what they do, whether the server lives is answered. */
class SlowBodyTest extends SidecarTest {

    /** More than the server has threads. */
    private static final int MANY = 260;

    private static final String BODY = "{\"value\":\"slow\"}";

    @Test
    @Timeout(120) // without this a server without a free thread would hang the test
    void connectionsThatSendOneByteHoldUpNobody() throws IOException {
        enabledAgent("slow");
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                slow.add(begin());
            }
            assertThat(http.get("/healthz").status()).isEqualTo(200);
            assertThat(http.patch("/v1/blocks/block-slow", "{\"value\":\"quick\"}")
                            .status())
                    .isEqualTo(200);
            Socket first = slow.get(0);
            first.getOutputStream().write(BODY.substring(1).getBytes(US_ASCII));
            assertThat(new BufferedReader(new InputStreamReader(first.getInputStream(), UTF_8)).readLine())
                    .isEqualTo("HTTP/1.1 200 OK");
            assertThat(application.block("slow", "system/persona", "value")).isEqualTo("slow");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    /** A request whose head has arrived, and one byte of its body. */
    private Socket begin() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), http.port());
        String head =
                "PATCH /v1/blocks/block-slow HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n";
        socket.getOutputStream().write((head.formatted(BODY.length()) + BODY.charAt(0)).getBytes(US_ASCII));
        return socket;
    }

    @Test
    @Timeout(120)
    void requestsThatTakeLongLeaveAThreadForHealth() throws Exception {
        enabledAgent("held");
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(200);
        Steps steps = (step, agentId) -> {
            if (step == Steps.Step.RESOLVED) {
                held.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        ExecutorService callers = Executors.newFixedThreadPool(MANY);
        try (Sidecar other = Sidecar.start(database.sidecarSettings(), store, steps)) {
            Http slow = other.http();
            List<CompletableFuture<Http.Answer>> answers = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                String value = "{\"value\":\"" + i + "\"}";
                answers.add(CompletableFuture.supplyAsync(() -> slow.patch("/v1/blocks/block-held", value), callers));
            }
            held.await();
            for (int i = 0; i < 20; i++) {
                assertThat(slow.get("/healthz").status()).isEqualTo(200);
            }
            release.countDown();
            for (CompletableFuture<Http.Answer> answer : answers) {
                assertThat(answer.join().status()).isIn(200, 503);
            }
        } finally {
            release.countDown();
            callers.shutdownNow();
        }
    }
}
