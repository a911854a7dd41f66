package dev.gitmemory.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.block.Label;
import dev.gitmemory.repo.CommitInfo;
import dev.gitmemory.repo.CommitPage;
import dev.gitmemory.service.Difference;
import dev.gitmemory.service.Enabled;
import dev.gitmemory.service.GitMemory;
import dev.gitmemory.service.Views;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What git adds to an agent: its lifecycle, its status, its history and its blocks at earlier commits. */
final class GitMemoryRoutes {

    private static final String BASE = "/v1/agents/{agent}/git-memory";

    private final GitMemory memory;
    private final Callers callers;

    GitMemoryRoutes(GitMemory memory, Callers callers) {
        this.memory = memory;
        this.callers = callers;
    }

    void register(RoutesConfig routes) {
        Takes nothing = Takes.nothing();
        Takes revision = Takes.parameters(Set.of("at"));
        Requests.get(
                routes,
                BASE,
                nothing.by(ctx -> answer(ctx, status(memory.views().status(agent(ctx))))));
        routes.post(
                BASE + "/enable", nothing.by(ctx -> answer(ctx, enabled(memory.enable(agent(ctx), callers.of(ctx))))));
        routes.post(BASE + "/disable", nothing.by(ctx -> answer(ctx, status(memory.disable(agent(ctx))))));
        routes.post(BASE + "/sync", nothing.by(ctx -> compared(ctx, memory.sync(agent(ctx)))));
        routes.post(BASE + "/verify", nothing.by(ctx -> compared(ctx, memory.verify(agent(ctx)))));
        routes.post(BASE + "/restore", Takes.body().by(this::restore));
        Requests.get(
                routes,
                BASE + "/history",
                Takes.parameters(Set.of("label", "limit", "before")).by(this::history));
        Requests.get(
                routes,
                BASE + "/diff",
                Takes.parameters(Set.of("from", "to", "label")).by(this::diff));
        Requests.get(routes, BASE + "/blocks", revision.by(this::blocks));
        Requests.get(routes, BASE + "/blocks/<label>", revision.by(this::block));
    }

    private static void answer(Context ctx, JsonNode json) {
        BlockRoutes.json(ctx, json);
    }

    private static String agent(Context ctx) {
        return ctx.pathParam("agent");
    }

    private static String revision(Context ctx) {
        String at = ctx.queryParam("at");
        return at == null ? "HEAD" : at;
    }

    private void history(Context ctx) {
        String label = ctx.queryParam("label");
        CommitPage page = memory.views()
                .history(
                        agent(ctx),
                        label == null ? null : Label.of(label),
                        Requests.limit(ctx),
                        ctx.queryParam("before"));
        ObjectNode json = Json.object();
        ArrayNode commits = json.putArray("commits");
        page.commits().forEach(c -> commits.add(commit(c)));
        json.put("next", page.next());
        answer(ctx, json);
    }

    /** Answers the block where one is named, else the status; 202 where PostgreSQL still has to follow. */
    private void restore(Context ctx) {
        ObjectNode body = Json.body(ctx.bodyInputStream());
        Takes.requireMembers(body.properties().stream().map(Map.Entry::getKey).toList(), Set.of("to", "label"));
        String to = Requests.requiredText(body, "to");
        String label = Requests.optionalText(body, "label");
        if (label != null) {
            BlockRoutes.written(ctx, memory.restore(agent(ctx), Label.of(label), to, callers.of(ctx)));
        } else if (memory.restore(agent(ctx), to, callers.of(ctx))) {
            ctx.status(202);
            answer(ctx, Json.object().put("agent_id", agent(ctx)).put("pending", BlockRoutes.PENDING));
        } else {
            answer(ctx, status(memory.views().status(agent(ctx))));
        }
    }

    private void diff(Context ctx) {
        String label = ctx.queryParam("label");
        String to = ctx.queryParam("to");
        Views.Diff diff = memory.views()
                .diff(
                        agent(ctx),
                        label == null ? null : Label.of(label),
                        Requests.required(ctx, "from"),
                        to == null ? "HEAD" : to);
        ObjectNode json = Json.object().put("from", diff.fromSha()).put("to", diff.toSha());
        ArrayNode files = json.putArray("files");
        diff.files().forEach(file -> files.addObject()
                .put("path", file.path())
                .put("change", file.type().name().toLowerCase(java.util.Locale.ROOT))
                .put("additions", file.additions())
                .put("deletions", file.deletions())
                .put("patch", file.patch()));
        answer(ctx, json);
    }

    private void block(Context ctx) {
        Label label = Label.of(ctx.pathParam("label"));
        answer(ctx, BlockJson.at(memory.views().blockAt(agent(ctx), label, revision(ctx))));
    }

    private void blocks(Context ctx) {
        ArrayNode json = Json.array();
        memory.views().blocksAt(agent(ctx), revision(ctx)).forEach(b -> json.add(BlockJson.at(b)));
        answer(ctx, json);
    }

    private void compared(Context ctx, List<Difference> differences) {
        ObjectNode json = status(memory.views().status(agent(ctx)));
        ArrayNode array = json.putArray("differences");
        for (Difference difference : differences) {
            array.addObject()
                    .put("label", difference.label())
                    .put("kind", difference.kind().name().toLowerCase(java.util.Locale.ROOT))
                    .put("what", difference.what())
                    .put("done", difference.done());
        }
        answer(ctx, json);
    }

    private static ObjectNode enabled(Enabled enabled) {
        ObjectNode json = status(enabled.status());
        ArrayNode renamed = json.putArray("renamed");
        enabled.renamed()
                .forEach(label -> renamed.addObject().put("from", label.from()).put("to", label.to()));
        return json;
    }

    private static ObjectNode status(Views.Status status) {
        ObjectNode json = Json.object()
                .put("agent_id", status.agentId())
                .put("organization_id", status.organizationId())
                .put("state", status.state())
                .put("head_sha", status.headSha())
                .put("applied_sha", status.appliedSha())
                .put("entries", status.entries())
                .put("commits", status.commits())
                .put("last_error", status.lastError());
        ArrayNode leftOut = json.putArray("left_out");
        status.leftOut().forEach(block -> leftOut.addObject()
                .put("block_id", block.blockId())
                .put("label", block.label())
                .put("reason", block.reason()));
        ArrayNode notPortable = json.putArray("not_portable");
        status.notPortable()
                .forEach(label ->
                        notPortable.addObject().put("label", label.label()).put("reason", label.reason()));
        return json;
    }

    private static ObjectNode commit(CommitInfo commit) {
        ObjectNode json = Json.object()
                .put("sha", commit.sha())
                .put("parent_sha", commit.parentSha())
                .put("message", commit.message())
                .put("author_type", commit.author().type().word())
                .put("author_id", commit.author().id())
                .put("author_name", commit.author().name())
                .put("timestamp", commit.timestamp().toString());
        ArrayNode files = json.putArray("files_changed");
        commit.filesChanged().forEach(files::add);
        return json.put("additions", commit.additions()).put("deletions", commit.deletions());
    }
}
