package dev.gitmemory.race;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What an application may do in one transaction, with full rights on its own tables; see {@link Cast} for the letters.
 *
 * @param isDangerous whether it is run in pairs, too: it changes a fact by which the guard judges what another writes, or
 *     writes what another may have made somebody's
 */
record Transaction(String name, boolean isDangerous, List<String> statements) {

    private static final String WRITE = "UPDATE block SET value = 'by the application' WHERE id = ";
    private static final String MARK = "UPDATE block SET git_sha = 'pending' WHERE id = '{n}'";
    private static final String COPY =
            "INSERT INTO block (id, label, value, description, \"limit\", read_only, metadata_, organization_id, git_sha)"
                    + " SELECT '{x}', label, value, description, \"limit\", read_only, metadata_, organization_id, %s"
                    + " FROM block WHERE id = '{n}'";
    private static final String COPY_WITH_SHA = COPY.formatted("git_sha");
    private static final String TO_COPY =
            "UPDATE blocks_agents SET block_id = '{x}' WHERE agent_id = '{a}' AND block_id = '{n}'";
    private static final String TAG = "INSERT INTO agents_tags VALUES ('{%s}', 'git-memory-enabled')";
    private static final String UNTAG = "DELETE FROM agents_tags WHERE agent_id = '{%s}'";
    private static final String UNLINK = "DELETE FROM blocks_agents WHERE agent_id = '{a}' AND block_id = '{n}'";
    private static final String LINK = "INSERT INTO blocks_agents VALUES ('{a}', '{n}', 'system/note')";
    private static final String DEFERRED = "SET CONSTRAINTS ALL DEFERRED; "; // means nothing to others

    static final List<Transaction> ALL = all();

    static List<Transaction> dangerous() {
        return ALL.stream().filter(Transaction::isDangerous).toList();
    }

    /** Whether it writes into {n} that it waits to be taken over, which a plain row may be given, too. */
    boolean marksByItself() {
        return statements.contains(MARK);
    }

    Set<String> names() {
        return Cast.names(statements);
    }

    Script script(Level level, Cast cast) {
        return Script.sql(name, level, statements.stream().map(cast::sql).toList());
    }

    private static List<Transaction> all() {
        List<Transaction> all = new ArrayList<>();
        rows(all);
        copies(all);
        links(all);
        tags(all);
        sharing(all);
        return List.copyOf(all);
    }

    private static void rows(List<Transaction> all) {
        dangerous(all, "write", WRITE + "'{n}'");
        plain(all, "describe", "UPDATE block SET description = 'other' WHERE id = '{n}'");
        plain(all, "metadata", "UPDATE block SET metadata_ = '{\"k\": 2}' WHERE id = '{n}'");
        plain(all, "rename", "UPDATE block SET label = 'system/taken' WHERE id = '{n}'");
        dangerous(all, "new id", "UPDATE block SET id = '{n}-new' WHERE id = '{n}'");
        plain(all, "hide", "UPDATE block SET hidden = true WHERE id = '{n}'");
        plain(all, "hold row", "SELECT FROM block WHERE id = '{n}' FOR UPDATE");
        plain(all, "hold link", "SELECT FROM blocks_agents WHERE block_id = '{n}' FOR UPDATE");
        plain(all, "no sha", "UPDATE block SET git_sha = NULL WHERE id = '{n}'");
        plain(all, "sha pending", MARK);
        plain(
                all,
                "another's sha",
                "UPDATE block SET git_sha = (SELECT git_sha FROM block WHERE id = '{m}') WHERE id = '{n}'");
        plain(
                all,
                "sha for free",
                "UPDATE block SET git_sha = (SELECT git_sha FROM block WHERE id = '{n}') WHERE id = '{f}'");
        dangerous(all, "delete row", "DELETE FROM block WHERE id = '{n}'");
        plain(all, "write and back", DEFERRED + WRITE + "'{n}'", "UPDATE block SET value = 'first' WHERE id = '{n}'");
        dangerous(all, "write free", WRITE + "'{f}'");
    }

    private static void copies(List<Transaction> all) {
        plain(all, "copy", COPY_WITH_SHA);
        plain(all, "copy without sha", COPY.formatted("NULL"));
        dangerous(all, "copy and move", COPY_WITH_SHA, TO_COPY);
        plain(all, "copy and move, deferred", DEFERRED + COPY_WITH_SHA, TO_COPY);
        dangerous(all, "move to copy", TO_COPY.replace("{x}", "{c}"));
        dangerous(all, "write copy", WRITE + "'{c}'");
        plain(
                all,
                "move and back",
                TO_COPY.replace("{x}", "{c}"),
                "UPDATE blocks_agents SET block_id = '{n}' WHERE agent_id = '{a}' AND block_id = '{c}'");
        dangerous(
                all, "copy and link", COPY_WITH_SHA, "INSERT INTO blocks_agents VALUES ('{a}', '{x}', 'system/note')");
        plain(
                all,
                "copy and link, deferred",
                DEFERRED + COPY_WITH_SHA,
                "INSERT INTO blocks_agents VALUES ('{a}', '{x}', 'system/note')");
    }

    private static void links(List<Transaction> all) {
        plain(all, "link free", "INSERT INTO blocks_agents VALUES ('{a}', '{f}', 'system/free')");
        plain(all, "link another's", "INSERT INTO blocks_agents VALUES ('{a}', '{m}', 'system/other')");
        plain(all, "unlink", UNLINK);
        dangerous(all, "unlink and link", UNLINK, LINK);
        plain(all, "unlink and link at once", UNLINK, LINK, "SET CONSTRAINTS ALL IMMEDIATE");
        plain(all, "link plain", "INSERT INTO blocks_agents VALUES ('{p}', '{f}', 'system/free')");
        plain(all, "unlink plain", "DELETE FROM blocks_agents WHERE agent_id = '{p}' AND block_id = '{q}'");
        plain(all, "write plain", WRITE + "'{q}'");
    }

    private static void tags(List<Transaction> all) {
        dangerous(all, "untag", UNTAG.formatted("a"));
        plain(all, "untag and write", UNTAG.formatted("a"), WRITE + "'{n}'");
        dangerous(all, "untag, write, tag", UNTAG.formatted("a"), WRITE + "'{n}'", TAG.formatted("a"));
        plain(all, "delete agent", UNTAG.formatted("a"), "DELETE FROM agents WHERE id = '{a}'");
        plain(all, "tag plain", TAG.formatted("p"));
        dangerous(
                all,
                "tag plain and link",
                TAG.formatted("p"),
                "INSERT INTO blocks_agents VALUES ('{p}', '{f}', 'system/free')");
        plain(all, "write waiting", WRITE + "'{y}'");
        dangerous(
                all,
                "tag again and link",
                UNTAG.formatted("z"),
                TAG.formatted("z"),
                "INSERT INTO block (id, label, value, \"limit\", organization_id) VALUES ('{x}', 'system/evil', 'evil', 50, '{o}');"
                        + " INSERT INTO blocks_agents VALUES ('{z}', '{x}', 'system/evil')");
        plain(all, "untag waiting", UNTAG.formatted("z"));
        plain(all, "tag former", TAG.formatted("u"));
        plain(all, "write former and tag", WRITE + "'{v}'", TAG.formatted("u"));
    }

    private static void sharing(List<Transaction> all) {
        dangerous(all, "share", "INSERT INTO blocks_agents VALUES ('{p}', '{n}', 'system/note')");
        plain(all, "leave shared", "DELETE FROM blocks_agents WHERE agent_id = '{p}' AND block_id = '{s}'");
        plain(all, "write shared", WRITE + "'{s}'");
        plain(
                all,
                "share and write",
                "INSERT INTO blocks_agents VALUES ('{p}', '{n}', 'system/note')",
                WRITE + "'{n}'");
    }

    private static void plain(List<Transaction> all, String name, String... statements) {
        all.add(new Transaction(name, false, Arrays.asList(statements)));
    }

    private static void dangerous(List<Transaction> all, String name, String... statements) {
        all.add(new Transaction(name, true, Arrays.asList(statements)));
    }
}
