package dev.gitmemory.guard;

import static dev.gitmemory.guard.RaceSql.blockOf;
import static dev.gitmemory.guard.RaceSql.content;
import static dev.gitmemory.guard.RaceSql.forgets;
import static dev.gitmemory.guard.RaceSql.insert;
import static dev.gitmemory.guard.RaceSql.move;
import static dev.gitmemory.guard.RaceSql.moveTo;
import static dev.gitmemory.guard.RaceSql.row;
import static dev.gitmemory.guard.RaceSql.says;
import static dev.gitmemory.guard.RaceSql.sha;
import static dev.gitmemory.guard.RaceSql.tag;
import static dev.gitmemory.guard.RaceSql.unlink;
import static dev.gitmemory.guard.RaceSql.untag;
import static dev.gitmemory.guard.RaceSql.update;

import java.util.ArrayList;
import java.util.List;

/**
 * What sessions try at the same time. Letters in braces are ids:
 *
 * <ul>
 *   <li>agents: a and b are enabled, p has no tag, z and k have it and were not taken over, u was enabled once
 *   <li>blocks: n (system/note) of a, m (system/other) of b, s (system/shared) of a and b, t (system/half) of a and p, q
 *       (system/plain) of p, y (system/waiting) of z, v (system/former) of u, f (system/free) of no agent, c a copy of n
 *   <li>x is free
 * </ul>
 *
 * @param one what an application's transaction does, at the level of the run
 * @param two what another one does, at READ COMMITTED; empty for none
 * @param sidecar what a sidecar's transaction does; empty for none
 */
record RaceAttempt(String name, List<String> one, List<String> two, List<String> sidecar) {

    /** Stands for the statement that makes the engine's functions anew, in {@link #two}, by a superuser. */
    static final String INSTALL_AGAIN = "install the engine again";

    private static final String COPY_X = RaceWorld.COPY.formatted("x", "git_sha");
    private static final String DEFERRED = "SET CONSTRAINTS ALL DEFERRED; ";

    // What a sidecar does, under the locks that it takes first, to the blocks that agents have by then.
    private static final List<String> WRITES =
            List.of("lock {a}", says("a", "note", 1), content(blockOf("a", "note"), 1));
    private static final List<String> WRITES_SHARED = List.of(
            "lock {a}", "lock {b}", says("a", "shared", 2), says("b", "shared", 2), content(blockOf("a", "shared"), 2));
    private static final List<String> WRITES_HALF =
            List.of("lock {a}", says("a", "half", 3), content(blockOf("a", "half"), 3));
    private static final List<String> DELETES =
            List.of("lock {a}", forgets("a", "note"), "DELETE FROM block WHERE id = " + blockOf("a", "note"));
    private static final List<String> DETACHES = List.of(
            "lock {a}",
            forgets("a", "note"),
            "WITH gone AS (DELETE FROM blocks_agents WHERE agent_id = '{a}' AND block_label = 'system/note' RETURNING block_id)"
                    + " UPDATE block SET git_sha = NULL WHERE id IN (SELECT block_id FROM gone)");
    private static final List<String> RENAMES = List.of(
            "lock {a}",
            forgets("a", "note"),
            says("a", "renamed", 4),
            "UPDATE block SET label = 'system/renamed', value = 'from git 4', git_sha = " + sha(4) + " WHERE id = "
                    + blockOf("a", "note"));
    private static final List<String> ATTACHES =
            List.of("lock {a}", says("a", "free", 5), content("'{f}'", 5), insert("a", "f", "free"));
    private static final List<String> SHARES = List.of(
            "lock {a}",
            "lock {b}",
            "INSERT INTO git_memory.file SELECT '{b}', label, " + sha(6) + ", digest FROM git_memory.file"
                    + " WHERE agent_id = '{a}' AND label = 'system/note'",
            "INSERT INTO blocks_agents SELECT '{b}', block_id, block_label FROM blocks_agents WHERE agent_id = '{a}'"
                    + " AND block_label = 'system/note'");
    private static final List<String> LEAVES_SHARED = List.of(
            "lock {a}",
            "lock {b}",
            forgets("a", "shared"),
            unlink("a", "s"),
            "UPDATE block SET git_sha = (SELECT commit_sha FROM git_memory.file WHERE agent_id = '{b}' AND label = 'system/shared')"
                    + " WHERE id = '{s}'");
    private static final String NOT_TAGGED =
            " NOT EXISTS (SELECT FROM agents_tags WHERE agent_id = '{u}' AND tag = 'git-memory-enabled')";
    private static final List<String> PURGES = List.of(
            "SELECT id FROM agents WHERE id = '{u}' FOR UPDATE",
            "UPDATE git_memory.repo SET state = 'disabled' WHERE agent_id = '{u}' AND" + NOT_TAGGED,
            "INSERT INTO git_memory.tombstone (agent_id, organization_id, role_name) SELECT '{u}', 'org', 'test' WHERE"
                    + NOT_TAGGED);

    /** All of them. */
    static List<RaceAttempt> all() {
        List<RaceAttempt> all = new ArrayList<>();
        updatesOfRowsThatWereLinkedSince(all);
        linksOfLabelsThatGitDeletedSince(all);
        tagsOfAgentsThatWereTakenOverSince(all);
        tagsOfAgentsThatWerePurgedSince(all);
        marksAndDisablingInBetween(all);
        ownersThatComeAndGo(all);
        movesOfLinks(all);
        newIds(all);
        threeAtOnce(all);
        return all;
    }

    private static void updatesOfRowsThatWereLinkedSince(List<RaceAttempt> all) {
        for (String change : List.of(
                "value = 'mine'",
                "description = 'mine'",
                "\"limit\" = 7",
                "read_only = true",
                "metadata_ = '{\"mine\": 1}'",
                "label = 'system/mine'",
                "git_sha = NULL",
                "hidden = true")) {
            sidecar(all, "f gets " + change + ", attach", ATTACHES, update("f", change));
            sidecar(all, "q gets " + change + ", take over p", List.of("take over {p}"), update("q", change));
        }
        sidecar(all, "f is deleted, attach", ATTACHES, "DELETE FROM block WHERE id = '{f}'");
        sidecar(all, "q is deleted, take over p", List.of("take over {p}"), "DELETE FROM block WHERE id = '{q}'");
        sidecar(all, "t is written, take over p", List.of("take over {p}"), update("t", "value = 'mine'"));
        two(
                all,
                "c is written, a's link moves to it",
                List.of(update("c", "value = 'mine'")),
                List.of(move("a", "n", "c")));
        two(
                all,
                "c gets another description, a's link moves to it",
                List.of(update("c", "description = 'mine'")),
                List.of(move("a", "n", "c")));
        two(
                all,
                "c loses its commit, a's link moves to it",
                List.of(update("c", "git_sha = NULL")),
                List.of(move("a", "n", "c")));
        two(
                all,
                "c is deleted, a's link moves to it",
                List.of("DELETE FROM block WHERE id = '{c}'"),
                List.of(move("a", "n", "c")));
    }

    private static void linksOfLabelsThatGitDeletedSince(List<RaceAttempt> all) {
        String link = insert("a", "x", "note");
        sidecar(all, "a copy is linked, delete", DELETES, COPY_X, link);
        sidecar(all, "a copy is linked at the end, delete", DELETES, DEFERRED + COPY_X, link);
        sidecar(all, "a copy without commit is linked, delete", DELETES, RaceWorld.COPY.formatted("x", "NULL"), link);
        sidecar(all, "c is linked, delete", DELETES, insert("a", "c", "note"));
        sidecar(all, "a copy is linked, detach", DETACHES, COPY_X, link);
        sidecar(all, "a copy is linked at the end, detach", DETACHES, DEFERRED + COPY_X, link);
        sidecar(all, "n is linked again, detach", DETACHES, unlink("a", "n"), insert("a", "n", "note"));
        sidecar(all, "a copy is linked, rename", RENAMES, COPY_X, link);
        sidecar(all, "a copy is linked at the end, rename", RENAMES, DEFERRED + COPY_X, link);
        sidecar(all, "n is written, delete", DELETES, update("n", "value = 'mine'"));
        sidecar(all, "n is written, detach", DETACHES, update("n", "value = 'mine'"));
        sidecar(all, "n is written, rename", RENAMES, update("n", "value = 'mine'"));
    }

    private static void tagsOfAgentsThatWereTakenOverSince(List<RaceAttempt> all) {
        List<String> takesOver = List.of("take over {z}");
        String evil = RaceWorld.BLOCK + row("x", "evil") + "; " + insert("z", "x", "evil");
        sidecar(all, "z is tagged again and linked, take over", takesOver, untag("z"), tag("z"), evil);
        sidecar(
                all,
                "z is tagged again and f linked, take over",
                takesOver,
                untag("z"),
                tag("z"),
                insert("z", "f", "free"));
        sidecar(
                all,
                "k, without blocks, is tagged again and linked, take over",
                List.of("take over {k}"),
                untag("k"),
                tag("k"),
                RaceWorld.BLOCK + row("x", "evil") + "; " + insert("k", "x", "evil"));
        sidecar(all, "z's tag is written anew, take over", takesOver, untag("z") + "; " + tag("z"));
        sidecar(all, "z is untagged, take over", takesOver, untag("z"));
        sidecar(
                all,
                "z is untagged, written, tagged, take over",
                takesOver,
                untag("z"),
                update("y", "value = 'mine'"),
                tag("z"));
        sidecar(all, "z gets f, take over", takesOver, insert("z", "f", "free"));
        sidecar(all, "z loses y, take over", takesOver, unlink("z", "y"));
        sidecar(all, "y is written, take over", takesOver, update("y", "value = 'mine'"));
        sidecar(all, "p is tagged, take over p", List.of("take over {p}"), tag("p"));
        sidecar(
                all,
                "p is tagged and gets f, take over p",
                List.of("take over {p}"),
                tag("p"),
                insert("p", "f", "free"));
        sidecar(all, "p gets f, take over p", List.of("take over {p}"), insert("p", "f", "free"));
        sidecar(all, "p loses q, take over p", List.of("take over {p}"), unlink("p", "q"));
        sidecar(all, "p's link moves to f, take over p", List.of("take over {p}"), moveTo("p", "q", "f", "free"));
        sidecar(
                all,
                "u is written and tagged, take over u",
                List.of("take over {u}"),
                update("v", "value = 'mine'"),
                tag("u"));
    }

    private static void tagsOfAgentsThatWerePurgedSince(List<RaceAttempt> all) {
        sidecar(all, "u is tagged, purge", PURGES, tag("u"));
        sidecar(all, "u is tagged and gets f, purge", PURGES, tag("u"), insert("u", "f", "free"));
        sidecar(all, "v is written, u is tagged, purge", PURGES, update("v", "value = 'mine'"), tag("u"));
        sidecar(
                all,
                "u's mood becomes the tag, purge",
                PURGES,
                "UPDATE agents_tags SET tag = 'git-memory-enabled' WHERE agent_id = '{u}' AND tag = 'mood'");
        sidecar(all, "u is tagged for a moment, purge", PURGES, tag("u"), untag("u"));
    }

    private static void marksAndDisablingInBetween(List<RaceAttempt> all) {
        for (String statement : List.of(
                update("q", "value = 'mine'"),
                insert("p", "f", "free"),
                unlink("p", "q"),
                "DELETE FROM block WHERE id = '{q}'")) {
            two(all, "p is tagged, " + statement, List.of(statement), List.of(tag("p")));
        }
        for (String statement : List.of(
                update("n", "value = 'mine'"),
                insert("a", "f", "free"),
                unlink("a", "n"),
                update("n", "git_sha = NULL"),
                COPY_X)) {
            two(all, "a is untagged, " + statement, List.of(statement), List.of(untag("a")));
        }
        two(all, "a is untagged, its link moves to a copy", List.of(untag("a")), List.of(COPY_X, move("a", "n", "x")));
        two(all, "a is untagged, its link moves to c", List.of(untag("a")), List.of(move("a", "n", "c")));
        two(
                all,
                "a is untagged twice",
                List.of(untag("a"), update("n", "value = 'mine'"), tag("a")),
                List.of(untag("a")));
        sidecar(all, "a is untagged, write", WRITES, untag("a"));
        sidecar(
                all,
                "a is untagged, written, tagged, write",
                WRITES,
                untag("a"),
                update("n", "value = 'mine'"),
                tag("a"));
    }

    private static void ownersThatComeAndGo(List<RaceAttempt> all) {
        sidecar(all, "b is untagged, write of s", WRITES_SHARED, untag("b"));
        sidecar(all, "a is untagged, write of s", WRITES_SHARED, untag("a"));
        sidecar(all, "b loses s, write of s", WRITES_SHARED, unlink("b", "s"));
        sidecar(all, "s is written, a leaves it", LEAVES_SHARED, update("s", "value = 'mine'"));
        sidecar(all, "b is untagged, a leaves s", LEAVES_SHARED, untag("b"));
        sidecar(all, "n is written, b gets it", SHARES, update("n", "value = 'mine'"));
        sidecar(all, "a is untagged, b gets n", SHARES, untag("a"));
        sidecar(all, "a loses n, b gets it", SHARES, unlink("a", "n"));
        sidecar(all, "p leaves t, write of t", WRITES_HALF, unlink("p", "t"));
        sidecar(all, "p gets n, write", WRITES, insert("p", "n", "note"));
        sidecar(all, "p gets n, delete", DELETES, insert("p", "n", "note"));
        sidecar(all, "p gets n and is tagged, write", WRITES, insert("p", "n", "note"), tag("p"));
        two(all, "t is written, a is untagged", List.of(update("t", "value = 'mine'")), List.of(untag("a")));
        two(all, "s is written, a is untagged", List.of(update("s", "value = 'mine'")), List.of(untag("a")));
        two(all, "a and b are untagged", List.of(untag("b")), List.of(untag("a")));
        two(all, "a is untagged, p gets n", List.of(insert("p", "n", "note")), List.of(untag("a")));
    }

    private static void movesOfLinks(List<RaceAttempt> all) {
        sidecar(all, "a's link moves to a copy, write", WRITES, COPY_X, move("a", "n", "x"));
        sidecar(all, "a's link moves to a copy at the end, write", WRITES, DEFERRED + COPY_X, move("a", "n", "x"));
        sidecar(all, "a's link moves to c, write", WRITES, move("a", "n", "c"));
        sidecar(all, "a's link moves to c and back, write", WRITES, move("a", "n", "c"), move("a", "c", "n"));
        sidecar(all, "a's link moves to a copy, delete", DELETES, COPY_X, move("a", "n", "x"));
        sidecar(all, "a's link moves to a copy, rename", RENAMES, COPY_X, move("a", "n", "x"));
        sidecar(all, "a's link goes and comes, write", WRITES, unlink("a", "n"), insert("a", "n", "note"));
        sidecar(all, "a's link goes and comes, attach", ATTACHES, unlink("a", "n"), insert("a", "n", "note"));
        two(
                all,
                "a's link moves to c and back, c is written",
                List.of(move("a", "n", "c"), move("a", "c", "n")),
                List.of(update("c", "value = 'mine'")));
        two(
                all,
                "a's link moves to c twice",
                List.of(move("a", "n", "c")),
                List.of(DEFERRED + COPY_X, move("a", "n", "x")));
        two(
                all,
                "p's link moves to n, a is untagged",
                List.of(
                        "UPDATE blocks_agents SET block_id = '{n}', block_label = 'system/note' WHERE agent_id = '{p}' AND block_id = '{q}'"),
                List.of(untag("a")));
        two(
                all,
                "two links change places",
                List.of(unlink("a", "n"), insert("a", "n", "note")),
                List.of(unlink("a", "n"), insert("a", "n", "note")));
    }

    private static void newIds(List<RaceAttempt> all) {
        String newId = update("n", "id = '{n}-new'");
        sidecar(all, "n gets a new id, write", WRITES, newId);
        sidecar(all, "n gets a new id, delete", DELETES, newId);
        sidecar(all, "n gets a new id, rename", RENAMES, newId);
        sidecar(
                all,
                "n gets a new id and its old one, write",
                WRITES,
                newId,
                "UPDATE block SET id = '{n}' WHERE id = '{n}-new'");
        sidecar(all, "f gets a new id, attach", ATTACHES, update("f", "id = '{f}-new'"));
        sidecar(all, "q gets a new id, take over p", List.of("take over {p}"), update("q", "id = '{q}-new'"));
        two(all, "n gets a new id, a is untagged", List.of(newId), List.of(untag("a")));
        two(all, "n gets a new id, c is linked for it", List.of(newId), List.of(move("a", "n", "c")));
    }

    private static void threeAtOnce(List<RaceAttempt> all) {
        add(
                all,
                "c is written, a's link moves to it, write",
                update("c", "value = 'mine'"),
                move("a", "n", "c"),
                WRITES);
        add(
                all,
                "c is written, a's link moves to it, delete",
                update("c", "value = 'mine'"),
                move("a", "n", "c"),
                DELETES);
        add(all, "n is written, a is untagged, write", update("n", "value = 'mine'"), untag("a"), WRITES);
        add(
                all,
                "q is written, p is tagged, take over p",
                update("q", "value = 'mine'"),
                tag("p"),
                List.of("take over {p}"));
        add(all, "p gets f, p is tagged, take over p", insert("p", "f", "free"), tag("p"), List.of("take over {p}"));
        add(
                all,
                "y is written, z is untagged, take over",
                update("y", "value = 'mine'"),
                untag("z"),
                List.of("take over {z}"));
        add(all, "f is written, p gets f, attach", update("f", "value = 'mine'"), insert("p", "f", "free"), ATTACHES);
        add(all, "s is written, b is untagged, a leaves s", update("s", "value = 'mine'"), untag("b"), LEAVES_SHARED);
        add(all, "u is tagged, v is written, purge", tag("u"), update("v", "value = 'mine'"), PURGES);
        add(all, "n gets a new id, p gets n, write", update("n", "id = '{n}-new'"), insert("p", "n", "note"), WRITES);
        for (RaceAttempt in : List.copyOf(all)) {
            if (List.of(
                            "f gets value = 'mine', attach",
                            "q gets value = 'mine', take over p",
                            "a's link moves to c, write",
                            "z is tagged again and linked, take over",
                            "u is tagged, purge")
                    .contains(in.name)) {
                all.add(new RaceAttempt(
                        "the engine is installed again, " + in.name, in.one, List.of(INSTALL_AGAIN), in.sidecar));
            }
        }
    }

    private static void sidecar(List<RaceAttempt> all, String name, List<String> sidecar, String... one) {
        all.add(new RaceAttempt(name, List.of(one), List.of(), sidecar));
    }

    private static void two(List<RaceAttempt> all, String name, List<String> one, List<String> two) {
        all.add(new RaceAttempt(name, one, two, List.of()));
    }

    private static void add(List<RaceAttempt> all, String name, String one, String two, List<String> sidecar) {
        all.add(new RaceAttempt(name, List.of(one), List.of(two), sidecar));
    }

    /** The agents to be taken over before: those that it has to do with. */
    List<String> enabled() {
        String text = one + " " + two + " " + sidecar;
        List<String> enabled = new ArrayList<>(List.of("{a}"));
        if (text.contains("{b}") || text.contains("{m}") || text.contains("{s}")) {
            enabled.add("{b}");
        }
        if (text.contains("{u}") || text.contains("{v}")) {
            enabled.add("{u}");
        }
        return enabled;
    }

    @Override
    public String toString() {
        return name;
    }
}
