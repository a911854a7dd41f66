package dev.gitmemory.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.ConstraintException;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.service.MemoryException;
import dev.gitmemory.service.Reason;
import dev.gitmemory.store.StoreException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns every failure into a problem document (RFC 9457), in one place. */
final class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    /** How long a client should wait before it asks again, in seconds. */
    static final String RETRY_AFTER = "5";

    private Problems() {}

    static void register(RoutesConfig routes) {
        routes.exception(RequestException.class, (e, ctx) -> answer(ctx, e.problem(), e.field(), e.getMessage()));
        routes.exception(MemoryException.class, (e, ctx) -> {
            if (e.reason() == Reason.UNAVAILABLE) { // only the log says where on this machine the store is
                log.warn("{} {}: {}", ctx.method(), ctx.path(), e.getMessage());
            }
            answer(ctx, Problem.of(e.reason()), e.field(), StoreException.forClients(e));
        });
        routes.exception(RuleViolation.class, (e, ctx) -> answer(ctx, Problem.RULE, e.field(), e.getMessage()));
        routes.exception(ConstraintException.class, (e, ctx) -> answer(ctx, Problem.CONFLICT, null, e.getMessage()));
        routes.exception(DatabaseUnavailableException.class, (e, ctx) -> {
            log.warn("{} {}: {}", ctx.method(), ctx.path(), e.getMessage());
            answer(ctx, Problem.UNAVAILABLE, null, "PostgreSQL does not answer; git was not touched");
        });
        routes.exception(
                HttpResponseException.class,
                (e, ctx) -> answer(ctx, Problem.ofStatus(e.getStatus()), null, e.getMessage()));
        routes.exception(Exception.class, (e, ctx) -> {
            String number = UUID.randomUUID().toString(); // lets a caller's report be found in the log
            log.error("{} {} failed, number {}", ctx.method(), ctx.path(), number, e);
            answer(ctx, Problem.INTERNAL, null, "The log tells more under number " + number);
        });
    }

    static void answer(Context ctx, Problem problem, @Nullable String field, @Nullable String detail) {
        ObjectNode document = Json.object();
        document.put("type", "about:blank");
        document.put("title", problem.title());
        document.put("status", problem.status());
        document.put("detail", detail);
        document.put("instance", ctx.path());
        if (field != null) {
            document.put("field", field);
        }
        if (problem == Problem.UNAVAILABLE) {
            ctx.header("Retry-After", RETRY_AFTER);
        }
        ctx.status(problem.status());
        ctx.result(Json.bytes(document)).contentType("application/problem+json");
    }
}
