package dev.gitmemory.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.ConstraintException;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.OutOfHeapException;
import dev.gitmemory.postgres.RowsLockedException;
import dev.gitmemory.postgres.UnfitDatabaseException;
import dev.gitmemory.service.MemoryException;
import dev.gitmemory.service.Reason;
import dev.gitmemory.store.StoreException;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns every failure into a problem document (RFC 9457), in one place. */
final class Problems {

    private static final Logger log = LoggerFactory.getLogger(Problems.class);

    /** How long a client should wait before it asks again, in seconds. */
    static final String RETRY_AFTER = "5";

    private static final String CONTENT_TYPE = "application/problem+json";

    private static final String ROWS_LOCKED =
            "Another transaction holds locks on the agent's rows for too long (pg_stat_activity and pg_locks tell whose); git was not touched";

    private Problems() {}

    static void register(RoutesConfig routes) {
        routes.exception(RequestException.class, (e, ctx) -> answer(ctx, e.problem(), e.field(), e.getMessage()));
        routes.exception(MemoryException.class, (e, ctx) -> {
            if (e.reason() == Reason.UNAVAILABLE
                    || e.reason() == Reason.UNKNOWN) { // only the log says where on this machine the store is
                log.warn("{} {}: {}", ctx.method(), ctx.path(), e.getMessage());
            }
            Problem problem = e.getCause() instanceof UnfitDatabaseException ? Problem.UNFIT : Problem.of(e.reason());
            answer(ctx, problem, e.field(), StoreException.forClients(e));
        });
        routes.exception(RuleViolation.class, (e, ctx) -> answer(ctx, Problem.RULE, e.field(), e.getMessage()));
        routes.exception(ConstraintException.class, (e, ctx) -> answer(ctx, Problem.CONFLICT, null, e.getMessage()));
        routes.exception(RowsLockedException.class, (e, ctx) -> {
            log.warn("{} {}: {}", ctx.method(), ctx.path(), e.getMessage());
            answer(ctx, Problem.UNAVAILABLE, null, ROWS_LOCKED);
        });
        routes.exception(OutOfHeapException.class, (e, ctx) -> {
            log.warn("{} {}: {}", ctx.method(), ctx.path(), e.getMessage());
            answer(ctx, Problem.UNAVAILABLE, null, e.getMessage());
        });
        routes.exception(UnfitDatabaseException.class, (e, ctx) -> {
            log.warn("{} {}: {}", ctx.method(), ctx.path(), e.getMessage());
            answer(ctx, Problem.UNFIT, null, e.getMessage());
        });
        routes.exception(DatabaseUnavailableException.class, (e, ctx) -> {
            log.warn("{} {}: {}", ctx.method(), ctx.path(), e.getMessage());
            answer(ctx, Problem.UNAVAILABLE, null, "PostgreSQL does not answer; git was not touched");
        });
        routes.exception(MethodNotAllowedResponse.class, (e, ctx) -> {
            String allowed = String.join(", ", e.getDetails().values());
            ctx.header("Allow", allowed);
            answer(
                    ctx,
                    Problem.METHOD_NOT_ALLOWED,
                    null,
                    "%s does not go with this address; %s do".formatted(ctx.method(), allowed));
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

    /** Answers a request that ended by an error of the VM, such as one for which the heap does not suffice. */
    static void answer(HttpServletResponse response, Error error) {
        log.error("A request failed", error);
        if (response.isCommitted()) {
            return; // it has begun: that its end is missing is all that can be told
        }
        Problem problem = error instanceof OutOfMemoryError ? Problem.UNAVAILABLE : Problem.INTERNAL;
        String detail = error instanceof OutOfMemoryError ? OutOfHeapException.text() : "The log tells more";
        response.reset();
        response.setStatus(problem.status());
        response.setContentType(CONTENT_TYPE);
        if (problem == Problem.UNAVAILABLE) {
            response.setHeader("Retry-After", RETRY_AFTER);
        }
        try {
            response.getOutputStream().write(Json.bytes(document(problem, detail)));
        } catch (IOException e) {
            log.debug("The client has gone before it was told", e);
        }
    }

    private static ObjectNode document(Problem problem, @Nullable String detail) {
        ObjectNode document = Json.object();
        document.put("type", "about:blank");
        document.put("title", problem.title());
        document.put("status", problem.status());
        document.put("detail", detail);
        return document;
    }

    static void answer(Context ctx, Problem problem, @Nullable String field, @Nullable String detail) {
        ObjectNode document = document(problem, detail);
        document.put("instance", ctx.path());
        if (problem == Problem.UNKNOWN) {
            document.put("outcome", "unknown");
        }
        if (field != null) {
            document.put("field", field);
        }
        if (problem == Problem.UNAVAILABLE || problem == Problem.UNKNOWN || problem == Problem.UNFIT) {
            ctx.header("Retry-After", RETRY_AFTER);
        }
        ctx.status(problem.status());
        ctx.result(Json.bytes(document)).contentType(CONTENT_TYPE);
    }
}
