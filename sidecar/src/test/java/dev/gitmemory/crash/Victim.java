package dev.gitmemory.crash;

import dev.gitmemory.cli.CrashingSidecar;
import dev.gitmemory.testing.Http;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** A {@link CrashingSidecar} in its process. Used by one thread. */
final class Victim {

    private static final long PATIENCE_SECONDS = 90;

    /** The log's line of the reconciler about rows that differed from git though the guard was there. */
    private static final Pattern MENDED = Pattern.compile("Agent (\\S+): rows were not what git says");

    private final Process process;
    private final Writer in;
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final Set<String> mended = ConcurrentHashMap.newKeySet();
    private final Http http;

    private Victim(Process process, Path log) throws InterruptedException {
        this.process = process;
        this.in = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "victim");
        reader.setDaemon(true);
        reader.start();
        String first = hear(() -> "the sidecar did not start, see " + log);
        this.http = new Http(Integer.parseInt(first.substring("port ".length())));
    }

    /** Starts one and waits until it serves. */
    static Victim start(String jdbcUrl, String role, String store, Path log) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashingSidecar.class.getName(),
                        jdbcUrl,
                        role,
                        store)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return new Victim(process, log);
    }

    private void read() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.matches("(port|step|held|done).*")) { // and not the log's
                    said.add(line);
                } else {
                    MENDED.matcher(line).results().forEach(found -> mended.add(found.group(1)));
                }
            }
        } catch (IOException e) {
            // Killed: what it said is complete.
        }
    }

    private String hear(Supplier<String> otherwise) throws InterruptedException {
        String line = said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            process.destroyForcibly();
            throw new AssertionError(otherwise.get());
        }
        return line;
    }

    Http http() {
        return http;
    }

    /** Says something and waits until it is understood; what it had to tell meanwhile is answered. */
    private List<String> tell(String line) throws InterruptedException {
        try {
            in.write(line + "\n");
            in.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> heard = new ArrayList<>();
        while (true) {
            String answer = hear(() -> "the sidecar understood no '" + line + "'");
            if (answer.equals("done")) {
                return heard;
            }
            heard.add(answer);
        }
    }

    /** Begins to note the steps of an agent. */
    void watch(String agent, String threads) throws InterruptedException {
        tell("watch " + agent + " " + threads);
    }

    /** The steps of agents that were watched, in their order, as {@code step AGENT STEP}; watches no more. */
    List<String> steps() throws InterruptedException {
        return tell("release");
    }

    void hold(CrashPoint point) throws InterruptedException {
        tell("hold %s %s %s %d".formatted(point.agent(), point.operation().threads(), point.step(), point.nth()));
    }

    /** Waits until all of them are held at their points. */
    void awaitHeld(Collection<CrashPoint> points) throws InterruptedException {
        Set<String> missing = new HashSet<>();
        points.forEach(point -> missing.add("held " + point.agent()));
        while (!missing.isEmpty()) {
            missing.remove(hear(() -> "never got to their points: " + missing + " of "
                    + points.stream().map(CrashPoint::name).toList()));
        }
    }

    void release() throws InterruptedException {
        tell("release");
    }

    /** The agents whose rows the reconciler had to mend so far; lets all go. */
    Set<String> mended() throws InterruptedException {
        release(); // what it has said before that is read by now
        return Set.copyOf(mended);
    }

    /** SIGKILL; returns when the process is gone. */
    void kill() throws InterruptedException {
        end();
        process.waitFor();
    }

    /** SIGKILL. */
    void end() {
        process.destroyForcibly();
    }
}
