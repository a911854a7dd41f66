package dev.gitmemory.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.Page;
import dev.gitmemory.service.BlockFields;
import dev.gitmemory.service.Blocks;
import dev.gitmemory.service.NewBlock;
import dev.gitmemory.service.Written;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;

/** Blocks by id and by label, on the addresses of a Letta server. */
final class BlockRoutes {

    static final String PENDING =
            "The write is in git. PostgreSQL fell before it got there and will get it when it is back.";

    /** Elements of a list where nobody says how many. */
    private static final int PAGE_LENGTH = 50;

    private final Blocks blocks;
    private final Callers callers;

    BlockRoutes(Blocks blocks, Callers callers) {
        this.blocks = blocks;
        this.callers = callers;
    }

    void register(RoutesConfig routes) {
        Takes nothing = Takes.nothing();
        Takes changes = Takes.body().ifMatch();
        Requests.get(routes, "/v1/blocks", ListQuery.FILTERED_AND_PAGED.by(this::list));
        Requests.get(routes, "/v1/blocks/count", ListQuery.FILTERED.by(this::count));
        Requests.get(routes, "/v1/blocks/{id}/agents", ListQuery.PAGED.by(this::agents));
        routes.post("/v1/blocks", Takes.body().by(this::create));
        Requests.get(routes, "/v1/blocks/{id}", nothing.by(ctx -> row(ctx, blocks.get(ctx.pathParam("id")))));
        routes.patch("/v1/blocks/{id}", changes.by(this::update));
        routes.delete("/v1/blocks/{id}", nothing.ifMatch().by(this::delete));

        String ofAgent = "/v1/agents/{agent}/core-memory/blocks";
        Requests.get(routes, ofAgent, ListQuery.PAGED.by(this::listOfAgent));
        routes.post(ofAgent, Takes.body().by(this::createOfAgent));
        // Before the label's own address: a label is never "attach/<block id>".
        routes.patch(ofAgent + "/attach/{id}", nothing.by(ctx -> relink(ctx, blocks::attach)));
        routes.patch(ofAgent + "/detach/{id}", nothing.by(ctx -> relink(ctx, blocks::detach)));
        Requests.get(routes, ofAgent + "/<label>", nothing.by(this::getOfAgent));
        routes.patch(ofAgent + "/<label>", changes.by(this::updateOfAgent));
    }

    private void list(Context ctx) {
        ListQuery query = new ListQuery(ctx);
        json(ctx, BlockJson.rows(blocks.list(query.filter(), query.page(false, "created_at", PAGE_LENGTH))));
    }

    private void count(Context ctx) {
        json(ctx, LongNode.valueOf(blocks.count(new ListQuery(ctx).filter())));
    }

    private void listOfAgent(Context ctx) {
        Page page = new ListQuery(ctx).page(true, "label", null);
        json(ctx, BlockJson.rows(blocks.ofAgent(ctx.pathParam("agent"), page)));
    }

    private void getOfAgent(Context ctx) {
        row(ctx, blocks.ofAgent(ctx.pathParam("agent"), ctx.pathParam("label")));
    }

    /** Of each agent what is here: Letta's has more. */
    private void agents(Context ctx) {
        ArrayNode agents = Json.array();
        blocks.agentsOf(ctx.pathParam("id"), new ListQuery(ctx).page(true, "id", PAGE_LENGTH))
                .forEach(agent -> agents.addObject().put("id", agent.id()).put("name", agent.name()));
        json(ctx, agents);
    }

    private void create(Context ctx) {
        row(ctx, blocks.create(newBlock(ctx), callers.of(ctx)));
    }

    private void createOfAgent(Context ctx) {
        ctx.status(201);
        written(ctx, blocks.create(ctx.pathParam("agent"), newBlock(ctx), callers.of(ctx)));
    }

    private NewBlock newBlock(Context ctx) {
        return new BlockFields(body(ctx)).created();
    }

    private void update(Context ctx) {
        BlockFields fields = new BlockFields(body(ctx));
        written(ctx, blocks.update(ctx.pathParam("id"), fields.patch(), Requests.ifMatch(ctx), callers.of(ctx)));
    }

    private void updateOfAgent(Context ctx) {
        BlockFields fields = new BlockFields(body(ctx));
        written(
                ctx,
                blocks.update(
                        ctx.pathParam("agent"),
                        ctx.pathParam("label"),
                        fields.patch(),
                        Requests.ifMatch(ctx),
                        callers.of(ctx)));
    }

    private void delete(Context ctx) {
        BlockRow row = blocks.get(ctx.pathParam("id"));
        boolean pending = blocks.delete(row.id(), Requests.ifMatch(ctx), callers.of(ctx));
        written(ctx, new Written(row, pending));
    }

    private interface Relink {
        Written apply(String agentId, String blockId, dev.gitmemory.service.Caller caller);
    }

    /** Answers the agent with its blocks: the part of Letta's agent that is about memory. */
    private void relink(Context ctx, Relink relink) {
        String agentId = ctx.pathParam("agent");
        Written written = relink.apply(agentId, ctx.pathParam("id"), callers.of(ctx));
        ObjectNode agent = Json.object();
        agent.put("id", agentId);
        agent.putObject("memory").set("blocks", BlockJson.rows(blocks.ofAgent(agentId)));
        pending(ctx, written, agent);
        json(ctx, agent);
    }

    private ObjectNode body(Context ctx) {
        return Json.body(ctx.bodyInputStream());
    }

    static void written(Context ctx, Written written) {
        ObjectNode json = BlockJson.row(written.row());
        pending(ctx, written, json);
        etag(ctx, written.row());
        json(ctx, json);
    }

    private static void pending(Context ctx, Written written, ObjectNode json) {
        if (written.pending()) {
            ctx.status(202);
            json.put("pending", PENDING);
        }
    }

    private static void row(Context ctx, BlockRow row) {
        etag(ctx, row);
        json(ctx, BlockJson.row(row));
    }

    private static void etag(Context ctx, BlockRow row) {
        if (row.gitSha() != null) {
            ctx.header("ETag", '"' + row.gitSha() + '"');
        }
    }

    static void json(Context ctx, JsonNode json) {
        ctx.result(Json.bytes(json)).contentType("application/json");
    }
}
