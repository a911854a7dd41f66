package dev.gitmemory.cli;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.ForwardingStore;
import dev.gitmemory.testing.Sidecar;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A sidecar in a process of its own, with all that {@code serve} runs, which holds writes at steps that it is told. The
 * steps are those of {@link Steps}, and PUT and STORED before and after an entry goes to the store.
 *
 * <p>Arguments: JDBC URL, role, store. Standard input: {@code watch AGENT THREADS} tells every step of the agent,
 * {@code hold AGENT THREADS STEP NTH} holds the agent at the nth time it gets to the step, {@code release} lets all go and
 * forgets all. THREADS is {@code reconciler}, {@code clients} for all others, or {@code all}. Standard output: {@code port N};
 * {@code step AGENT STEP} and {@code held AGENT}; {@code done} after every line read. An agent is meant together with the
 * agents whose ids continue its with a dot.
 */
public final class CrashingSidecar {

    private static final Map<String, Watch> WATCHES = new ConcurrentHashMap<>();

    private CrashingSidecar() {}

    public static void main(String[] args) throws IOException {
        Sidecar sidecar = Sidecar.start(
                new DatabaseSettings(args[0], args[1], null),
                new HeldStore(Stores.open(args[2])),
                (step, agentId) -> reached(step.name(), agentId));
        ReconcileLoop.start(sidecar.memory().reconciler());
        say("port " + sidecar.http().port());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "watch" -> WATCHES.put(words[1], new Watch(words[2], "", 0));
                case "hold" -> WATCHES.put(words[1], new Watch(words[2], words[3], Integer.parseInt(words[4])));
                case "release" -> {
                    Map<String, Watch> held = Map.copyOf(WATCHES);
                    WATCHES.clear();
                    held.values().forEach(watch -> watch.go.countDown());
                }
                default -> throw new IllegalArgumentException(line);
            }
            say("done");
        }
        Runtime.getRuntime().halt(0); // the test is gone
    }

    private static void say(String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }

    private static void reached(String step, String agentId) {
        int dot = agentId.indexOf('.');
        String agent = dot < 0 ? agentId : agentId.substring(0, dot);
        Watch watch = WATCHES.get(agent);
        if (watch != null && watch.isAbout(Thread.currentThread())) {
            watch.reached(agent, step);
        }
    }

    /** What is to happen to one agent. */
    private static final class Watch {
        private final String threads;
        private final String step;
        private int left; // guarded by this
        private final CountDownLatch go = new CountDownLatch(1);

        Watch(String threads, String step, int nth) {
            this.threads = threads;
            this.step = step;
            this.left = nth;
        }

        boolean isAbout(Thread thread) {
            return threads.equals("all")
                    || threads.equals("reconciler") == thread.getName().equals("reconciler");
        }

        void reached(String agent, String at) {
            if (step.isEmpty()) {
                say("step " + agent + " " + at);
            } else if (step.equals(at) && isLast()) {
                say("held " + agent);
                try {
                    go.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // the sidecar ends, which is what it was held for
                }
            }
        }

        private synchronized boolean isLast() {
            left--;
            return left == 0;
        }
    }

    /** Tells of entries of logs, whose keys are {@code organization/agent/repo.git/log/number.bundle}. */
    private static final class HeldStore extends ForwardingStore {

        HeldStore(ObjectStore store) {
            super(store);
        }

        @Override
        public Created create(String key, byte[] content) throws IOException {
            if (!key.contains("/log/")) {
                return super.create(key, content); // a checkpoint, which another thread makes
            }
            String agent = key.split("/", -1)[1];
            reached("PUT", agent);
            Created created = super.create(key, content);
            reached("STORED", agent);
            return created;
        }
    }
}
