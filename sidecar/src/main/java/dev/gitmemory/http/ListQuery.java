package dev.gitmemory.http;

import dev.gitmemory.postgres.BlockFilter;
import dev.gitmemory.postgres.Page;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a list is asked for in its query, by the names of Letta's clients. A parameter that is not known is refused: an answer
 * that has all would be taken for what was asked. Used by one thread.
 */
final class ListQuery {

    private static final Set<String> PAGE = Set.of("after", "before", "limit", "order", "order_by");

    private static final Set<String> FILTERS = Set.of(
            "label",
            "label_search",
            "value_search",
            "description_search",
            "name",
            "project_id",
            "templates_only",
            "show_hidden_blocks",
            "tags",
            "match_all_tags",
            "connected_to_agents_count_eq",
            "connected_to_agents_count_gt",
            "connected_to_agents_count_lt");

    /** Parameters of Letta's that ask for what is in no table here, and why. */
    private static final Map<String, String> UNKNOWN_HERE = Map.of(
            "identity_id", "identities are the Letta server's",
            "identifier_keys", "identities are the Letta server's");

    private final Context ctx;
    private final Set<String> known = new TreeSet<>();

    ListQuery(Context ctx) {
        this.ctx = ctx;
    }

    /** Which blocks are asked for. */
    BlockFilter filter() {
        known.addAll(FILTERS);
        return new BlockFilter(
                text("label"),
                text("label_search"),
                text("value_search"),
                text("description_search"),
                text("name"),
                text("project_id"),
                Requests.flag(ctx, "templates_only"),
                Requests.flag(ctx, "show_hidden_blocks"),
                ctx.queryParams("tags"),
                Requests.flag(ctx, "match_all_tags"),
                numbers("connected_to_agents_count_eq"),
                number("connected_to_agents_count_gt"),
                number("connected_to_agents_count_lt"));
    }

    /**
     * Which part is asked for.
     *
     * @param ascending the order where none is asked for
     * @param orderBy what the list is ordered by; the only one that may be asked for
     * @param limit the most elements where nothing is asked for; null for all
     */
    Page page(boolean ascending, String orderBy, @Nullable Integer limit) {
        known.addAll(PAGE);
        String order = text("order");
        if (order != null && !order.equals("asc") && !order.equals("desc")) {
            throw RequestException.malformed("order", "'order' must be asc or desc");
        }
        String by = text("order_by");
        if (by != null && !by.equals(orderBy)) {
            throw RequestException.malformed("order_by", "'order_by' must be %s, or left out".formatted(orderBy));
        }
        return new Page(
                text("after"),
                text("before"),
                order == null ? ascending : order.equals("asc"),
                ctx.queryParam("limit") == null ? limit : Integer.valueOf(Requests.limit(ctx)));
    }

    /** Refuses what nothing was read for. */
    void requireNothingElse() {
        for (String name : ctx.queryParamMap().keySet()) {
            if (UNKNOWN_HERE.containsKey(name)) {
                throw RequestException.malformed(
                        name, "'%s' can't be asked for: %s".formatted(name, UNKNOWN_HERE.get(name)));
            }
            if (!known.contains(name)) {
                throw RequestException.malformed(
                        name,
                        "There is no parameter '%s' here; there are %s".formatted(name, String.join(", ", known)));
            }
        }
    }

    private @Nullable String text(String name) {
        List<String> given = ctx.queryParams(name);
        if (given.size() > 1) {
            throw RequestException.malformed(name, "'%s' is given more than once".formatted(name));
        }
        return given.isEmpty() ? null : given.get(0);
    }

    private @Nullable Integer number(String name) {
        String text = text(name);
        return text == null ? null : number(name, text);
    }

    private List<Integer> numbers(String name) {
        List<Integer> numbers = new ArrayList<>();
        for (String text : ctx.queryParams(name)) {
            numbers.add(number(name, text));
        }
        return numbers;
    }

    private static int number(String name, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw RequestException.malformed(name, "'%s' must be a whole number".formatted(name));
        }
    }
}
