package dev.gitmemory.service;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.RequestQueue.Taken;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Compares every enabled agent with git, in the order of their ids and a few at a time. How far it has got stands in the
 * request: whoever takes it up again goes on there. An agent that fails is counted and named, and holds nobody up.
 */
final class AllAgents {

    /** After so many agents the progress is written down. */
    private static final int BATCH = 32;

    private static final JsonMapper MAPPER = new JsonMapper();

    private final Database database;
    private final Executor threads;
    private final BooleanSupplier closing;

    AllAgents(Database database, Executor threads, BooleanSupplier closing) {
        this.database = database;
        this.threads = threads;
        this.closing = closing;
    }

    private record Compared(String agentId, List<Difference> differences, String failure) {}

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
            List<String> batch = database.inTransaction(tx -> tx.ledger().enabledAfter(after, BATCH));
            if (closing.getAsBoolean()) {
                throw new CancellationException("the sidecar is being stopped");
            }
            batch.stream()
                    .map(agent -> CompletableFuture.supplyAsync(() -> compare(agent, compare), threads))
                    .toList()
                    .forEach(one -> count(progress, one.join()));
            double perSecond = (progress.path("agents").asLong() - doneBefore) * 1e9 / (System.nanoTime() - begin);
            progress.put("text", summary(verb, progress, perSecond));
            if (batch.size() < BATCH) {
                return result(progress);
            }
            progress.put("after", batch.get(batch.size() - 1));
            save(request, progress);
        }
    }

    private static Compared compare(String agentId, Function<String, List<Difference>> compare) {
        try {
            return new Compared(agentId, compare.apply(agentId), "");
        } catch (DatabaseUnavailableException e) {
            throw e; // not this agent's
        } catch (RuntimeException e) {
            return new Compared(agentId, List.of(), String.valueOf(e.getMessage()));
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

    private static void add(ObjectNode progress, String member, long number) {
        progress.put(member, progress.path(member).asLong() + number);
    }

    private String summary(String verb, ObjectNode progress, double perSecond) {
        long enabled = database.inTransaction(tx -> tx.ledger().countEnabled());
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
