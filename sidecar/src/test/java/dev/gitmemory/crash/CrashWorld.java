package dev.gitmemory.crash;

import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/** What operations work on, and what has to be in the histories at the end. Thread-safe. */
final class CrashWorld {

    private final Application application;
    private final Pusher pusher;
    private volatile Http http = new Http(1);
    private final Map<String, Map<String, Fact>> facts = new ConcurrentHashMap<>();
    private final Map<String, String> requests = new ConcurrentHashMap<>();

    CrashWorld(DataSource superuser, Pusher pusher) {
        this.application = new Application(superuser);
        this.pusher = pusher;
    }

    /** Where people push to. */
    Pusher pusher() {
        return pusher;
    }

    Application application() {
        return application;
    }

    Http http() {
        return http;
    }

    void use(Http now) {
        this.http = now;
    }

    /** How often {@code git log -p} of an agent shows a line. */
    enum Fact {
        ONCE,
        ONCE_OR_NEVER,
        NEVER
    }

    /** Notes a line that the agent's log shows once, if it was {@code certain} to happen, and never twice. */
    void fact(String agent, String line, boolean certain) {
        Fact fact = certain ? Fact.ONCE : Fact.ONCE_OR_NEVER;
        factsOf(agent).merge(line, fact, (known, now) -> known == Fact.ONCE ? known : now);
    }

    /** Notes a line that the agent's log must not show. */
    void noFact(String agent, String line) {
        factsOf(agent).put(line, Fact.NEVER);
    }

    private Map<String, Fact> factsOf(String agent) {
        return facts.computeIfAbsent(agent, a -> new ConcurrentHashMap<>());
    }

    /** The facts about an agent's history. */
    Map<String, Fact> facts(String agent) {
        return Map.copyOf(facts.getOrDefault(agent, Map.of()));
    }

    /** Sends what must be answered with success. */
    Http.Answer must(String method, String path, String body) {
        Http.Answer answer = http.send(method, path, body);
        if (answer.status() != 200 && answer.status() != 201) {
            throw new AssertionError(method + " " + path + ": " + answer.status() + " " + answer.body());
        }
        return answer;
    }

    /** Sends what may be struck by a crash; whether it was acknowledged. Any answer but success and 503 is wrong. */
    boolean acknowledged(String method, String path, String body) {
        Http.Answer answer = http.send(method, path, body);
        if (!List.of(200, 201, 202, 503).contains(answer.status())) {
            throw new AssertionError(method + " " + path + ": " + answer.status() + " " + answer.body());
        }
        return answer.status() != 503;
    }

    /** Writes a value, and notes that. */
    void write(String agent, String label, String value) {
        must("PATCH", block(agent, label), "{\"value\": \"" + value + "\"}");
        fact(agent, "+" + value, true);
    }

    /** Creates a block with a value, and answers its id. */
    String createBlock(String agent, String label, String value) {
        String id = must("POST", blocks(agent), "{\"label\": \"%s\", \"value\": \"%s\"}".formatted(label, value))
                .text("id");
        return String.valueOf(id);
    }

    static String blocks(String agent) {
        return "/v1/agents/" + agent + "/core-memory/blocks";
    }

    static String block(String agent, String label) {
        return blocks(agent) + "/" + label.replace("/", "%2F");
    }

    static String gitMemory(String agent, String verb) {
        return "/v1/agents/" + agent + "/git-memory/" + verb;
    }

    /** Submits a request by SQL, a call of a {@code submit_} function. */
    void submit(String agent, String call) {
        requests.put(
                agent,
                String.valueOf(application
                        .row("SELECT git_memory.submit_" + call + " AS request")
                        .get("request")));
    }

    /** Waits for the result of the agent's request, and throws what it failed with. */
    void awaitRequest(String agent) {
        application.row("SELECT git_memory.await_request(?::uuid, '60 s')", requests.remove(agent));
    }

    /** An agent of git's with a block {@code system/note}. */
    void enabledAgent(String agent) {
        application.createAgent(agent);
        application.createBlock(agent, "block-" + agent, "system/note", "at first");
        must("POST", gitMemory(agent, "enable"), "");
    }

    boolean hasTag(String agent) {
        return !application
                .query("SELECT 1 FROM agents_tags WHERE agent_id = ? AND tag = 'git-memory-enabled'", agent)
                .isEmpty();
    }

    boolean hasBlock(String agent, String label) {
        return application.labels(agent).contains(label);
    }

    boolean noteIs(String agent, String value) {
        return value.equals(application.block(agent, "system/note", "value"));
    }

    /** Makes an agent's blocks PostgreSQL's own, and writes its note there. */
    void disableAndWrite(String agent, String value) {
        must("POST", gitMemory(agent, "disable"), "");
        application.update("UPDATE block SET value = ? WHERE id = ?", value, "block-" + agent);
    }

    /** Writes around the guard, as only a superuser can. */
    void writeAroundTheGuard(String agent, String value) {
        application.update(
                "DO $do$ BEGIN ALTER TABLE block DISABLE TRIGGER git_memory_guard_update; UPDATE block SET value = '%s' WHERE id = '%s'; ALTER TABLE block ENABLE ALWAYS TRIGGER git_memory_guard_update; END $do$"
                        .formatted(value, "block-" + agent));
    }

    /** How many agents' notes differ, by agent: nothing if PostgreSQL equals git. */
    Map<String, String> differences(List<String> agents) {
        Map<String, String> differences = new HashMap<>();
        for (String agent : agents) {
            if (hasTag(agent)) {
                Http.Answer verified = http.post(gitMemory(agent, "verify"), "");
                if (verified.status() != 200
                        || !verified.json().get("differences").isEmpty()) {
                    differences.put(agent, verified.status() + " " + verified.body());
                }
            }
        }
        return differences;
    }
}
