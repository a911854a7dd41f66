package dev.gitmemory.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.RequestQueue.Taken;
import dev.gitmemory.service.EnabledAgents.Compared;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Compares every enabled agent with git, in the order of their ids and a few at a time. How far it has got stands in the
 * request: whoever takes it up again goes on there. An agent that fails is counted and named, and holds nobody up.
 */
final class AllAgents {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final Database database;
    private final EnabledAgents agents;
    private final Executor threads;
    private final BooleanSupplier closing;

    AllAgents(Database database, Executor threads, BooleanSupplier closing) {
        this.database = database;
        this.agents = new EnabledAgents(database);
        this.threads = threads;
        this.closing = closing;
    }

    /**
     * Runs to the end.
     *
     * @param verb for people, {@code sync} or {@code verify}
     * @param compare what is done with each agent
     * @throws Once.Lost if another sidecar has the request now
     * @throws CancellationException if this sidecar is being stopped: another one goes on
     */
    ObjectNode run(Taken request, String verb, Function<String, List<Difference>> compare) {
        ObjectNode progress = progress(request);
        long begin = System.nanoTime();
        long doneBefore = progress.path("agents").asLong();
        while (true) {
            String after = progress.path("after").asText();
            if (closing.getAsBoolean()) {
                throw new CancellationException("the sidecar is being stopped");
            }
            List<Compared> batch = agents.next(after, compare, threads);
            batch.forEach(one -> count(progress, one));
            double perSecond = (progress.path("agents").asLong() - doneBefore) * 1e9 / (System.nanoTime() - begin);
            forgetPurged(progress);
            progress.put("text", summary(verb, progress, perSecond));
            if (batch.size() < EnabledAgents.BATCH) {
                return result(progress);
            }
            progress.put("after", batch.get(batch.size() - 1).agentId());
            save(request, progress);
        }
    }

    private static void count(ObjectNode progress, Compared compared) {
        add(progress, "agents", 1);
        List<String> notices = new ArrayList<>();
        if (!compared.failure().isEmpty()) {
            add(progress, "failed", 1);
            notices.add(compared.agentId() + ": " + compared.failure());
        }
        if (!compared.differences().isEmpty()) {
            add(progress, "different", 1);
            compared.differences().forEach(d -> notices.add(compared.agentId() + ": " + d));
        }
        int known = progress.withArray("notices").size();
        RequestResult.putNotices(progress, notices.subList(0, Math.min(notices.size(), Math.max(0, 100 - known))));
    }

    /** An agent may be purged after it was compared; its labels must not outlive it here. */
    private void forgetPurged(ObjectNode progress) {
        List<String> notices = new ArrayList<>();
        progress.path("notices").forEach(notice -> notices.add(notice.asText()));
        if (!notices.isEmpty()) {
            progress.remove("notices");
            RequestResult.putNotices(
                    progress, database.inTransaction(tx -> tx.tombstones().withoutPurged(notices)));
        }
    }

    private static void add(ObjectNode progress, String member, long number) {
        progress.put(member, progress.path(member).asLong() + number);
    }

    private String summary(String verb, ObjectNode progress, double perSecond) {
        long enabled = agents.count();
        return String.format(
                Locale.ROOT,
                "%s: %d of %d agents, %d differed, %d failed, %.0f/s",
                verb,
                progress.path("agents").asLong(),
                enabled,
                progress.path("different").asLong(),
                progress.path("failed").asLong(),
                perSecond);
    }

    private void save(Taken request, ObjectNode progress) {
        database.execute(tx -> {
            if (!tx.requests().progress(request.attempt(), progress.toString())) {
                throw new Once.Lost(request.attempt().requestId());
            }
        });
    }

    private static ObjectNode progress(Taken request) {
        if (request.progress() == null) {
            return RequestResult.object();
        }
        try {
            JsonNode node = MAPPER.readTree(request.progress());
            return node instanceof ObjectNode object ? object : RequestResult.object();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a jsonb column holds what is no JSON", e);
        }
    }

    private static ObjectNode result(ObjectNode progress) {
        ObjectNode result = RequestResult.object()
                .put("agents", progress.path("agents").asLong())
                .put("different", progress.path("different").asLong())
                .put("failed", progress.path("failed").asLong());
        if (progress.has("notices")) {
            result.set("notices", progress.get("notices"));
        }
        result.withArray("notices").add(progress.path("text").asText());
        return result;
    }
}
