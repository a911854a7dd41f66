package dev.gitmemory.http;

import dev.gitmemory.service.Suggestion;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a route takes besides its address. Whatever else a request brings would have no effect, and is refused: one that asks
 * for a dry run of what knows none must not be carried out. Immutable.
 */
final class Takes {

    /** Parameters of Letta's that ask for what is in no table here, and why. */
    private static final Map<String, String> UNKNOWN_HERE = Map.of(
            "identity_id", "identities are the Letta server's",
            "identifier_keys", "identities are the Letta server's");

    private static final Takes NOTHING = new Takes(Set.of(), Set.of(), false, false);

    private final Set<String> parameters;
    private final Set<String> repeated;
    private final boolean body;
    private final boolean ifMatch;

    private Takes(Set<String> parameters, Set<String> repeated, boolean body, boolean ifMatch) {
        this.parameters = parameters;
        this.repeated = repeated;
        this.body = body;
        this.ifMatch = ifMatch;
    }

    static Takes nothing() {
        return NOTHING;
    }

    /** A body, and nothing else. */
    static Takes body() {
        return new Takes(Set.of(), Set.of(), true, false);
    }

    /** Parameters of the query, and nothing else. */
    static Takes parameters(Set<String> names) {
        return new Takes(names, Set.of(), false, false);
    }

    /** The same, and these parameters more than once. */
    Takes repeated(String... names) {
        return new Takes(parameters, Set.of(names), body, ifMatch);
    }

    /** The same, and the parameters of another one. */
    Takes and(Takes other) {
        Set<String> all = new TreeSet<>(parameters);
        all.addAll(other.parameters);
        return new Takes(all, repeated, body, ifMatch);
    }

    /** The same, and the header {@code If-Match}. */
    Takes ifMatch() {
        return new Takes(parameters, repeated, body, true);
    }

    /** The handler, for requests that bring nothing else. */
    Handler by(Handler handler) {
        return ctx -> {
            for (Map.Entry<String, List<String>> given : ctx.queryParamMap().entrySet()) {
                requireKnown(given.getKey());
                if (!repeated.contains(given.getKey())) {
                    Requests.requireOnce(given.getKey(), given.getValue());
                }
            }
            for (String name : Callers.HEADERS) {
                Requests.header(ctx, name);
            }
            if (!ifMatch && ctx.header(Requests.IF_MATCH) != null) {
                throw RequestException.malformed(
                        Requests.IF_MATCH, "If-Match can't be asked for here: it goes with the writes of one block");
            }
            if (!body) {
                requireNoBody(ctx);
            }
            handler.handle(ctx);
        };
    }

    private void requireKnown(String name) {
        String why = UNKNOWN_HERE.get(name);
        if (why != null && !parameters.isEmpty()) {
            throw RequestException.malformed(name, "'%s' can't be asked for: %s".formatted(name, why));
        }
        if (!parameters.contains(name)) {
            throw RequestException.malformed(
                    name,
                    "There is no parameter '%s' here%s"
                            .formatted(
                                    name,
                                    parameters.isEmpty()
                                            ? ""
                                            : "; there are " + String.join(", ", new TreeSet<>(parameters))));
        }
    }

    /** An empty object is what some clients send for nothing. */
    private static void requireNoBody(Context ctx) {
        byte[] content = ctx.bodyAsBytes();
        if (content.length > 0 && !Json.body(new ByteArrayInputStream(content)).isEmpty()) {
            throw RequestException.malformed(null, "Nothing can be asked for in a body here. Nothing was changed");
        }
    }

    /** Refuses members of a body that nothing is read from. */
    static void requireMembers(Iterable<String> given, Set<String> known) {
        for (String name : given) {
            if (!known.contains(name)) {
                throw RequestException.malformed(
                        name, "There is no field '%s' here%s".formatted(name, Suggestion.among(known, name)));
            }
        }
    }
}
