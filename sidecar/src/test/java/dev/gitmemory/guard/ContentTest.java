package dev.gitmemory.guard;

import static dev.gitmemory.guard.GuardedDatabase.run;
import static dev.gitmemory.guard.GuardedDatabase.string;
import static dev.gitmemory.guard.GuardedDatabase.strings;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can stand in a block: SQL, which fills the ledger, and the engine, which judges, must digest it alike. */
@OnEveryTarget
class ContentTest extends GuardTest {
    ContentTest(GuardTarget target) throws SQLException {
        super(target);
    }

    static Stream<String> values() {
        return Stream.of(
                "",
                " ",
                "\n",
                "\r\n",
                "a,1:b;~",
                "'\"\\",
                "null",
                "ünïcödé",
                "e\u0301 and \u00e9",
                "\ud83d\ude00 \ud83d\udc69\u200d\ud83d\udc67",
                "\ufeffBOM",
                "\u202eright to left",
                "\u0001\u001f\u007f\u0085\u2028",
                "\uffff\ufffd",
                "\udbff\udfff",
                "x".repeat(1_048_576),
                "\ud83d\ude00".repeat(262_144));
    }

    @ParameterizedTest
    @MethodSource("values")
    void anyTextMayBeAMemory(String text) throws SQLException {
        Memory memory = world.enabled();

        Memory written = accept(memory, text, text, null);
        assertThat(world.value(written)).isEqualTo(text);

        Refusal.otherContent(written)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = value || '.' WHERE id = ?", memory.block()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\": 1}",
                "{ \"b\" : 2 , \"a\" : [1, 2.50, -0.0, 1e5, 1E-7] }",
                "{\"\": {\"\": []}}",
                "{\"k\": \"\\ud83d\\ude00 \\u00e9 \\n \\\\ \\\"\"}",
                "{\"big\": 123456789012345678901234567890.123456789012345678901234567890}",
                "[1, \"two\", null]",
                "\"text\"",
                "1.0",
                "true"
            })
    void anyMetadataMayBeAMemorys(String json) throws SQLException {
        Memory memory = world.enabled();

        Memory written = accept(memory, "v", null, json);

        Refusal.otherContent(written)
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET metadata_ = '{\"other\": true}' WHERE id = ?",
                                memory.block()));
    }

    @Test
    void metadataIsComparedByMeaningAndNumbersByTheirText() throws SQLException {
        Memory memory = accept(world.enabled(), "v", null, "{\"b\": 1.0, \"a\": {\"y\": 1, \"x\": 2}}");

        run(
                db.app(),
                "UPDATE block SET metadata_ = '{\"\\u0061\":{\"x\":2,\"y\":1},\n  \"b\" :1.0}' WHERE id = ?",
                memory.block());
        assertThat(world.drift(memory.agent())).isEmpty();

        Refusal.otherContent(memory)
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET metadata_ = '{\"b\": 1.00, \"a\": {\"y\": 1, \"x\": 2}}'"
                                        + " WHERE id = ?",
                                memory.block()));
    }

    /** A reader that takes the first of two keys, or one that reads the text, would read what git never had. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"role\": \"admin\", \"role\": \"user\"}",
                "{\"role\": \"user\", \"role\": \"user\"}",
                "{\"role\": \"admin\", \"\\u0072ole\": \"user\"}",
                "{\"role\": \"user\"BLANKS}",
            })
    void refusesMetadataThatOthersReadDifferently(String json) throws SQLException {
        String text = json.replace("BLANKS", " ".repeat(1_000_000));
        Memory memory = accept(world.enabled(), "v", null, "{\"role\": \"user\"}");
        String reason = json.contains("BLANKS") ? "1000016 bytes of text for 16 bytes of JSON" : "a key is there twice";

        Refusal.of(
                        "MG003",
                        memory.agent(),
                        memory.label(),
                        "the content of commit " + memory.sha(),
                        "metadata that git cannot have (" + reason + ")")
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET metadata_ = CAST(? AS json) WHERE id = ?",
                                text,
                                memory.block()));
    }

    @Test
    void escapesAreNoOtherMetadata() throws SQLException {
        Memory memory = accept(world.enabled(), "v", null, "{\"role\": \"" + "a".repeat(9000) + "\"}");
        run(
                db.app(),
                "UPDATE block SET metadata_ = CAST(? AS json) WHERE id = ?",
                "{\"role\": \"" + "\\u0061".repeat(9000) + "\"}",
                memory.block());
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void aColonOrAnEscapedQuoteInATextIsNoKey() throws SQLException {
        Memory memory =
                accept(world.enabled(), "v", null, "{\"a:b\":\"c:\\\"d\\\":e\",\"f\\\\\":[{\"g\":1},{\"g\":2}]}");
        run(
                db.app(),
                "UPDATE block SET metadata_ = CAST(? AS json) WHERE id = ?",
                "{ \"a:b\" : \"c:\\\"d\\\":e\", \"f\\\\\" : [ {\"g\":1}, {\"g\":2} ] }",
                memory.block());
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void metadataIsReadAlikeWhateverBackslashesMeanToASession() throws SQLException {
        Memory memory = accept(world.enabled(), "v", null, "{\"a\\\"b\": [1, 2.50], \"c\\\\\": 1}");
        try (Connection app = db.newApp()) {
            run(app, "SET standard_conforming_strings = off");
            run(
                    app,
                    "UPDATE block SET metadata_ = CAST(replace(metadata_::text, ' ', '  ') AS json) WHERE id = ?",
                    memory.block());
            run(
                    app,
                    "UPDATE block SET metadata_ = CAST(? AS json) WHERE id = ?",
                    "{\"c\\\\\":1,\"a\\\"b\":[1,2.50]}",
                    memory.block());
        }
        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @Test
    void metadataThatOthersReadDifferentlyShowsWhereTheGuardDidNotSeeIt() throws SQLException {
        Memory memory = accept(world.enabled(), "v", null, "{\"role\": \"user\"}");
        try (Connection admin = db.newAdmin()) {
            run(admin, "BEGIN");
            run(admin, "ALTER TABLE block DISABLE TRIGGER USER");
            run(
                    admin,
                    "UPDATE block SET metadata_ = '{\"role\": \"admin\", \"role\": \"user\"}' WHERE id = ?",
                    memory.block());
            assertThat(strings(
                            admin,
                            "SELECT state || ' ' || label FROM git_memory.drift WHERE agent_id = ?",
                            memory.agent()))
                    .containsExactly("MG003 " + memory.label());
            run(admin, "ROLLBACK");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": \"\\u0000\"}", "{\"a\": \"\\ud800\"}", "{\"a\": 1e200000}"})
    void refusesJsonThatCannotBeComparedAndSaysSo(String json) throws SQLException {
        Memory memory = world.enabled();
        String reason = string(db.admin(), "SELECT substr(git_memory.metadata_seen(CAST(? AS json)), 2)", json);
        assertThat(reason).isNotEmpty();

        Refusal.of(
                        "MG003",
                        memory.agent(),
                        memory.label(),
                        "the content of commit " + memory.sha(),
                        "metadata that git cannot have (" + reason + ")")
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET metadata_ = CAST(? AS json) WHERE id = ?",
                                json,
                                memory.block()));
        Memory plain = world.plain();
        assertThat(run(db.app(), "UPDATE block SET metadata_ = CAST(? AS json) WHERE id = ?", json, plain.block()))
                .isEqualTo(1);
    }

    @Test
    void nullAndEmptyAreDifferentDescriptions() throws SQLException {
        Memory memory = accept(world.enabled(), "v", null, null);

        Refusal.otherContent(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET description = '' WHERE id = ?", memory.block()));

        Memory empty = accept(memory, "v", "", null);
        Refusal.otherContent(empty)
                .ends(db, () -> run(db.app(), "UPDATE block SET description = NULL WHERE id = ?", memory.block()));
    }

    @Test
    void noTextPassesForAnotherBySlidingAcrossFields() throws SQLException {
        Memory memory = accept(world.enabled(), "a", "b,1:c", null);

        Refusal.otherContent(memory)
                .ends(
                        db,
                        () -> run(
                                db.app(),
                                "UPDATE block SET value = 'a,5:b', description = 'c' WHERE id = ?",
                                memory.block()));
    }

    @Test
    void theLargestLimitIsALimit() throws SQLException {
        Memory memory = world.enabled();
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        run(
                sidecar,
                "UPDATE git_memory.file SET digest = git_memory.digest('first', 'who', 2147483647, true, NULL)"
                        + " WHERE agent_id = ?",
                memory.agent());
        run(sidecar, "UPDATE block SET \"limit\" = 2147483647, read_only = true WHERE id = ?", memory.block());
        sidecar.commit();

        assertThat(world.drift(memory.agent())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"system/Ünï côdé", "a \"quoted\" label", "%s %1$s", "back\\slash", "it's"})
    void anyLabelAppearsAsItIs(String label) throws SQLException {
        Memory plain = world.remember(world.agent(), label);
        world.takeOver(plain.agent());
        Memory memory = world.current(plain);

        Refusal.otherContent(memory)
                .ends(db, () -> run(db.app(), "UPDATE block SET value = 'x' WHERE id = ?", memory.block()));
    }

    /** Writes through the ledger; PostgreSQL must accept it, and the drift view agree. */
    private Memory accept(Memory memory, String value, @Nullable String description, @Nullable String metadata)
            throws SQLException {
        Connection sidecar = db.sidecar();
        sidecar.setAutoCommit(false);
        String sha = World.newSha();
        run(
                sidecar,
                "UPDATE git_memory.file SET commit_sha = ?,"
                        + " digest = git_memory.digest(?, ?, 1000, false, CAST(? AS json)) WHERE agent_id = ?",
                sha,
                value,
                description,
                metadata,
                memory.agent());
        run(
                sidecar,
                "UPDATE block SET value = ?, description = ?, metadata_ = CAST(? AS json), git_sha = ? WHERE id = ?",
                value,
                description,
                metadata,
                sha,
                memory.block());
        sidecar.commit();
        assertThat(world.drift(memory.agent())).isEmpty();
        return memory.withSha(sha);
    }
}
