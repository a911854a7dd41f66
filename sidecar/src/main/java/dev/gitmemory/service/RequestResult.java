package dev.gitmemory.service;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The results of SQL requests: JSON objects whose members are the procedures' output parameters. */
final class RequestResult {

    private static final JsonMapper MAPPER = new JsonMapper();

    /** More than this nobody reads in a session; the differences are still there to be asked for. */
    private static final int MOST_NOTICES = 100;

    private RequestResult() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** A write's: both are null where there is none. */
    static String ofBlock(@Nullable String blockId, @Nullable String gitSha) {
        return object().put("block_id", blockId).put("git_sha", gitSha).toString();
    }

    /** What the procedure tells its caller besides, a line each. */
    static void putNotices(ObjectNode result, List<String> notices) {
        notices.stream().limit(MOST_NOTICES).forEach(result.withArray("notices")::add);
        if (notices.size() > MOST_NOTICES) {
            result.withArray("notices").add("... and %d more".formatted(notices.size() - MOST_NOTICES));
        }
    }
}
