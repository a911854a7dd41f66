package dev.gitmemory.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.RequestQueue.Taken;
import dev.gitmemory.postgres.Tombstones.Tombstone;
import dev.gitmemory.repo.Author;
import dev.gitmemory.repo.FileChange;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the requests of the SQL interface ask for. Thread-safe. */
final class SqlOperations {

    /** What PostgreSQL has taken is judged by the rules for blocks, not by limits of the parser. */
    private static final JsonMapper MAPPER = mapper(Integer.MAX_VALUE);

    /**
     * The same, but numbers of very many digits are refused before they are computed, which takes time that grows with the
     * square of their length. PostgreSQL has written them out already.
     */
    private static final JsonMapper ARGUMENTS = mapper(3 * Metadata.MAX_DIGITS);

    private static final Set<String> WRITES =
            Set.of("write_block", "create_block", "delete_block", "attach_block", "detach_block", "restore_block");

    private static JsonMapper mapper(int maxNumberCharacters) {
        return JsonMapper.builder(JsonFactory.builder()
                        .streamReadConstraints(StreamReadConstraints.builder()
                                .maxNestingDepth(Integer.MAX_VALUE)
                                .maxStringLength(Integer.MAX_VALUE)
                                .maxNameLength(Integer.MAX_VALUE)
                                .maxNumberLength(maxNumberCharacters)
                                .build())
                        .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES) // keys of any length would be kept
                        .build())
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }

    private final GitMemory memory;
    private final AllAgents allAgents;

    SqlOperations(GitMemory memory, AllAgents allAgents) {
        this.memory = memory;
        this.allAgents = allAgents;
    }

    /**
     * Carries a request out.
     *
     * @return its result, a JSON object
     * @throws MemoryException if it is refused
     * @throws RuleViolation if a value is none that a block can have
     * @throws Once.Lost if another sidecar has the request now
     */
    String run(Taken request, Once once) {
        Arguments arguments = new Arguments(request);
        Optional<String> settled = leavesCommit(request) ? settled(request, arguments, once) : Optional.empty();
        return settled.isPresent() ? settled.get() : attempt(request, arguments, once);
    }

    /** Whether the commit that carries its number is all that there is to do for a request. */
    private static boolean leavesCommit(Taken request) {
        return WRITES.contains(request.kind());
    }

    private String attempt(Taken request, Arguments arguments, Once once) {
        try {
            return carryOut(request, arguments, once);
        } catch (Once.DoneBefore e) {
            return settled(arguments, e.sha());
        } catch (MemoryException | RuleViolation e) {
            // What an earlier attempt did may be just what this one met.
            if (leavesCommit(request) && !once.isFirstAttempt()) {
                Optional<String> settled = settled(request, arguments, once);
                if (settled.isPresent()) {
                    return settled.get();
                }
            }
            throw e;
        }
    }

    private Optional<String> settled(Taken request, Arguments arguments, Once once) {
        return memory.settledRequests()
                .commit(Objects.requireNonNull(request.agentId()), once)
                .map(sha -> settled(arguments, sha));
    }

    /** The result of a write whose commit is there. */
    private String settled(Arguments arguments, String sha) {
        String blockId = arguments.optional("block_id");
        String label = arguments.labelAfterwards();
        if (blockId == null && label != null) {
            blockId = memory.settledRequests().blockId(arguments.agent(), label).orElse(null);
        }
        return RequestResult.ofBlock(blockId, sha);
    }

    private String carryOut(Taken request, Arguments a, Once once) {
        Caller caller = caller(request, once);
        return switch (request.kind()) {
            case "enable_agent" -> enabled(memory.enable(a.agent(), caller));
            case "disable_agent" -> {
                memory.disable(a.agent(), once);
                yield RequestResult.object().toString();
            }
            case "purge_agent" -> purged(memory.purge(a.agent(), null, caller.userId()));
            case "sync_agent" -> differences(a.agent(), memory.sync(a.agent()), Difference::canBeMended);
            case "verify_agent" -> differences(a.agent(), memory.verify(a.agent()), difference -> true);
            case "sync_all" -> allAgents.run(request, "sync", memory::sync).toString();
            case "verify_all" ->
                allAgents.run(request, "verify", memory::verify).toString();
            case "write_block" ->
                written(memory.blocks()
                        .update(
                                a.agent(),
                                a.text("label"),
                                new BlockFields(a.object("changes")).patch(),
                                a.optional("if_match"),
                                caller));
            case "create_block" ->
                written(memory.blocks().create(a.agent(), new BlockFields(a.object("block")).created(), caller));
            case "delete_block" -> delete(a, caller);
            case "attach_block" -> written(memory.blocks().attach(a.agent(), a.text("block_id"), caller));
            case "detach_block" -> written(memory.blocks().detach(a.agent(), a.text("block_id"), caller));
            case "restore_block" -> written(memory.restore(a.agent(), Label.of(a.text("label")), a.text("at"), caller));
            case "block_at" -> blockAt(memory.views().blockAt(a.agent(), Label.of(a.text("label")), a.text("at")));
            case "diff" -> diff(a);
            default ->
                throw MemoryException.malformed(
                        "kind",
                        "This sidecar is older than the database's migrations: it knows no request '%s'"
                                .formatted(request.kind()));
        };
    }

    /** Roles are who calls; who acts for another by SET ROLE is named, too. */
    private static Caller caller(Taken request, Once once) {
        String role = request.roleName();
        String name = role.equals(request.loginName()) ? role : "%s (%s)".formatted(role, request.loginName());
        return new Caller(role, new Author(Author.Type.USER, role, name), once);
    }

    /** @param counted which of them are counted; all are told */
    private String differences(String agentId, List<Difference> differences, Predicate<Difference> counted) {
        ObjectNode result = RequestResult.object()
                .put("differences", differences.stream().filter(counted).count())
                .put("git_sha", memory.views().status(agentId).headSha());
        RequestResult.putNotices(
                result, differences.stream().map(Difference::toString).toList());
        return result.toString();
    }

    private static String enabled(Enabled enabled) {
        Views.Status status = enabled.status();
        ObjectNode result = RequestResult.object().put("git_sha", status.headSha());
        List<String> notices = new ArrayList<>();
        status.leftOut()
                .forEach(b -> notices.add(
                        "'%s': block %s was left out and is frozen: %s".formatted(b.label(), b.blockId(), b.reason())));
        status.notPortable()
                .forEach(l -> notices.add("'%s' can't be checked out on every system, and can be renamed: %s"
                        .formatted(l.label(), l.reason())));
        enabled.renamed().forEach(l -> notices.add("'%s' was renamed to '%s'".formatted(l.from(), l.to())));
        RequestResult.putNotices(result, notices);
        return result.toString();
    }

    private static String purged(Tombstone tombstone) {
        return RequestResult.object()
                .put("removed", tombstone.removed())
                .put("purged_at", String.valueOf(tombstone.purgedAt()))
                .toString();
    }

    private static String written(Written written) {
        requireApplied(written.pending());
        return RequestResult.ofBlock(written.row().id(), written.sha());
    }

    private String delete(Arguments a, Caller caller) {
        BlockRow row = memory.blocks().toWrite(a.agent(), a.text("label"));
        Blocks.Removed removed = memory.blocks().remove(a.agent(), row.id(), a.optional("if_match"), caller);
        requireApplied(removed.pending());
        return RequestResult.ofBlock(row.id(), removed.sha());
    }

    /** Who waits for the answer will look at the rows next. */
    private static void requireApplied(boolean pending) {
        if (pending) {
            throw new Once.Unfinished();
        }
    }

    private static String blockAt(Views.BlockAt at) {
        Block block = at.block();
        ObjectNode result = RequestResult.object()
                .put("value", block.value())
                .put("description", block.description())
                .put("limit", block.limit())
                .put("read_only", block.readOnly())
                .put("git_sha", at.gitSha());
        result.set("metadata", parse(block.metadata().json()));
        return result.toString();
    }

    private String diff(Arguments a) {
        String label = a.optional("label");
        Views.Diff diff =
                memory.views().diff(a.agent(), label == null ? null : Label.of(label), a.text("from"), a.text("to"));
        StringBuilder patch = new StringBuilder();
        diff.files().forEach(file -> patch.append(file.patch()));
        return RequestResult.object()
                // A file that is no block may hold one, and PostgreSQL's text can't.
                .put("patch", patch.toString().replace('\0', '\uFFFD'))
                .put(
                        "additions",
                        diff.files().stream().mapToInt(FileChange::additions).sum())
                .put(
                        "deletions",
                        diff.files().stream().mapToInt(FileChange::deletions).sum())
                .toString();
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("PostgreSQL's JSON is none", e);
        }
    }

    /** A request's arguments, as the submit_ functions have written them. */
    private static final class Arguments {
        private final @Nullable String agentId;
        private final JsonNode json;

        Arguments(Taken request) {
            this.agentId = request.agentId();
            this.json = read(request.arguments());
        }

        private static JsonNode read(String arguments) {
            try {
                return ARGUMENTS.readTree(arguments);
            } catch (StreamConstraintsException e) {
                throw new RuleViolation(
                        "metadata",
                        "metadata holds a number that has more than %d digits when it is written out; at most %d are allowed"
                                .formatted(3 * Metadata.MAX_DIGITS, Metadata.MAX_DIGITS));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException("PostgreSQL's JSON is none", e);
            }
        }

        String agent() {
            return Objects.requireNonNull(agentId, "the request names no agent");
        }

        String text(String name) {
            return Objects.requireNonNull(optional(name), name);
        }

        @Nullable
        String optional(String name) {
            JsonNode node = json.get(name);
            return node == null || node.isNull() ? null : node.asText();
        }

        ObjectNode object(String name) {
            return (ObjectNode) json.get(name);
        }

        /** The label under which the block that was written is found; null where none was. */
        @Nullable
        String labelAfterwards() {
            for (String within : List.of("changes", "block")) {
                JsonNode label = json.path(within).get("label");
                if (label != null && !label.isNull()) {
                    return label.asText();
                }
            }
            return optional("label");
        }
    }
}
