package dev.gitmemory.http;

import dev.gitmemory.postgres.BlockFilter;
import dev.gitmemory.postgres.Page;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a list is asked for in its query, by the names of Letta's clients. Used by one thread. */
final class ListQuery {

    private static final String TAGS = "tags";
    private static final String COUNTS = "connected_to_agents_count_eq";

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
            TAGS,
            "match_all_tags",
            COUNTS,
            "connected_to_agents_count_gt",
            "connected_to_agents_count_lt");

    /** Takes what narrows a list of blocks. */
    static final Takes FILTERED = Takes.parameters(FILTERS).repeated(TAGS, COUNTS);

    /** Takes what asks for a part of a list. */
    static final Takes PAGED = Takes.parameters(PAGE);

    /** Takes both. */
    static final Takes FILTERED_AND_PAGED = FILTERED.and(PAGED);

    private final Context ctx;

    ListQuery(Context ctx) {
        this.ctx = ctx;
    }

    /** Which blocks are asked for. */
    BlockFilter filter() {
        return new BlockFilter(
                ctx.queryParam("label"),
                ctx.queryParam("label_search"),
                ctx.queryParam("value_search"),
                ctx.queryParam("description_search"),
                ctx.queryParam("name"),
                ctx.queryParam("project_id"),
                Requests.flag(ctx, "templates_only"),
                Requests.flag(ctx, "show_hidden_blocks"),
                ctx.queryParams(TAGS),
                Requests.flag(ctx, "match_all_tags"),
                numbers(COUNTS),
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
        String order = ctx.queryParam("order");
        if (order != null && !order.equals("asc") && !order.equals("desc")) {
            throw RequestException.malformed("order", "'order' must be asc or desc");
        }
        String by = ctx.queryParam("order_by");
        if (by != null && !by.equals(orderBy)) {
            throw RequestException.malformed("order_by", "'order_by' must be %s, or left out".formatted(orderBy));
        }
        return new Page(
                ctx.queryParam("after"),
                ctx.queryParam("before"),
                order == null ? ascending : order.equals("asc"),
                ctx.queryParam("limit") == null ? limit : Integer.valueOf(Requests.limit(ctx)));
    }

    private @Nullable Integer number(String name) {
        String text = ctx.queryParam(name);
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
