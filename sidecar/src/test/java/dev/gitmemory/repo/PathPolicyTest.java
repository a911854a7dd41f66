package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gitmemory.block.RuleViolation;
import dev.gitmemory.store.Stores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathPolicyTest {

    private static final String A_UMLAUT = "\u00e4";
    private static final String A_AND_DIAERESIS = "a\u0308";

    private static String problem(List<String> before, String path) {
        List<String> after = new ArrayList<>(before);
        after.add(path);
        var problems = PathPolicy.PORTABLE.problems(before, after);
        assertThat(problems.keySet()).isSubsetOf(path);
        return problems.getOrDefault(path, "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aux.md",
                "NUL.md",
                "con/x.md",
                "x/CoN.md",
                "prn.txt.md",
                "com0.md",
                "COM1.md",
                "lpt9/x/y.md",
                "LPT0.md",
                "CONIN$.md",
                "conout$.md",
                "com\u00b9.md",
                "LPT\u00b3.md",
                "nul .md",
                "aux",
                "skills/nul/SKILL.md",
                "12:30 notes.md",
                "a?b.md",
                "a*b.md",
                "a<b.md",
                "a>b.md",
                "x|y.md",
                "\"q\".md",
                "a\\b.md",
                "a\u0001.md",
                "tail /x.md",
                "dot./x.md",
                "x ",
                "x.",
                "git~1/x.md",
                "GIT~1"
            })
    void whatWindowsCanNotHaveMayNotComeAnew(String path) {
        assertThat(problem(List.of(), path)).startsWith("Windows can't have its file '" + path + "'");
        assertThat(PathPolicy.ANY.problems(Set.of(), Set.of(path))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "auxiliary.md",
                "console/x.md",
                "my aux.md",
                "aux-1.md",
                "com10.md",
                "COM.md",
                "nulls.md",
                "com\u2074.md",
                "a b.md",
                "tail .md",
                ".hidden/x.md",
                ".gitattributes",
                "caf\u00e9.md",
                "\u65e5\u672c\u8a9e/\u8a18\u61b6.md",
                "\ud83d\udcdd.md",
                "a'b & c (d) [e] {f} #g %h !i @j =k ;l,m~n`o^p$q+r.md",
                "skills/x/SKILL.md"
            })
    void everythingElseMay(String path) {
        assertThat(problem(List.of("system/persona.md", "x.md"), path)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "system/persona.md, system/Persona.md, in case",
        "system/persona.md, system/PERSONA.md, in case",
        "system/persona.md, System/human.md, in case",
        "Notes/a.md, notes/b.md, in case",
        "Notes/a/b.md, Notes/A/c.md, in case",
        "notes, Notes/a.md, in case",
        "stra\u00dfe.md, STRASSE.md, in case",
        "\u03bf\u03b4\u03cc\u03c2.md, \u039f\u0394\u038c\u03a3.md, in case",
        "\u03bf\u03b4\u03cc\u03c2.md, \u03bf\u03b4\u03cc\u03c3.md, in case",
        "\u212a.md, k.md, in case",
        "skills/a/skill.md, skills/a/SKILL.md, in case",
        A_UMLAUT + ".md, " + A_AND_DIAERESIS + ".md, in how its letters are encoded",
        A_AND_DIAERESIS + "/x.md, " + A_UMLAUT + "/y.md, in how its letters are encoded",
        "\ud55c.md, \u1112\u1161\u11ab.md, in how its letters are encoded",
        "ab.md, a\u200db.md, in characters that are not shown",
        A_UMLAUT + ".md, A\u0308.md, in case"
    })
    void neitherMayATwin(String there, String twin, String how) {
        assertThat(problem(List.of("x.md", there), twin)).contains("differs from '", "only " + how);
        assertThat(problem(List.of("x.md", twin), there)).contains("differs from '", "only " + how);
        assertThat(PathPolicy.PORTABLE.problems(Set.of(), Set.of(there, twin)).keySet())
                .as("both are new")
                .contains(there, twin);
    }

    @ParameterizedTest
    @CsvSource({
        "k\u0131z.md, kiz.md", // Turkish has both
        "resume.md, r\u00e9sum\u00e9.md",
        "2.md, \u00b2.md",
        "system/persona.md, other/Persona.md",
        "Notes.md, notes/a.md"
    })
    void whatOnlyLooksAlikeMay(String there, String path) {
        assertThat(problem(List.of(there), path)).isEmpty();
        assertThat(problem(List.of(path), there)).isEmpty();
    }

    @Test
    void whatIsThereIsNotAskedAboutAndATwinThatGoesIsNone() {
        Set<String> there = Set.of("aux.md", "x.md", "X.md", "Notes/a.md", "notes/a.md");
        assertThat(PathPolicy.PORTABLE.problems(there, there)).isEmpty();
        assertThat(PathPolicy.PORTABLE.problems(there, Set.of("Notes/a.md", "notes/a.md", "y.md")))
                .isEmpty();
        assertThat(PathPolicy.PORTABLE.problems(there, Set.of("aux.md", "notes/b.md", "Notes/a.md")))
                .as("a folder that was there")
                .isEmpty();
        assertThat(PathPolicy.PORTABLE.problems(there, Set.of("Notes/b.md", "notes/B.md")))
                .as("files in it")
                .containsOnlyKeys("Notes/b.md", "notes/B.md");
        assertThat(PathPolicy.PORTABLE.problems(Set.of("persona.md"), Set.of("Persona.md")))
                .as("a rename")
                .isEmpty();
        assertThat(problem(List.of("con/x.md"), "con/y.md"))
                .as("a folder that Windows can't have holds no new file")
                .contains("'con' means a device there");
    }

    @Test
    void theRefusalNamesTheLabelTheReasonAndTheWayOut() {
        assertThatThrownBy(() -> PathPolicy.PORTABLE.require(Set.of("x.md"), Set.of("x.md", "system/aux.md")))
                .isInstanceOfSatisfying(
                        RuleViolation.class, e -> assertThat(e.field()).isEqualTo("label"))
                .hasMessage(
                        "label 'system/aux' can't come anew: Windows can't have its file 'system/aux.md', since 'aux'"
                                + " means a device there, with any ending; take another name, or allow it by"
                                + " --no-portable-labels");
        assertThatThrownBy(() -> PathPolicy.PORTABLE.require(Set.of(), Set.of("skills/x/a?")))
                .hasMessageStartingWith("file 'skills/x/a?' can't come anew: ");
        PathPolicy.PORTABLE.require(Set.of(), Set.of("system/auxiliary.md"));
    }

    /** Of pieces that make twins and names of devices likely. */
    @Provide
    Arbitrary<List<String>> paths() {
        Arbitrary<String> segment = Arbitraries.of(
                        "a",
                        "A",
                        "b",
                        A_UMLAUT,
                        A_AND_DIAERESIS,
                        "A\u0308",
                        "aux",
                        "Con",
                        "com1",
                        " ",
                        ".",
                        "x",
                        "?",
                        ":",
                        "-",
                        "git~1",
                        "\u200d")
                .list()
                .ofMinSize(1)
                .ofMaxSize(2)
                .map(parts -> String.join("", parts));
        return segment.list()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(segments -> String.join("/", segments) + ".md")
                .list()
                .ofMaxSize(12);
    }

    /** JGit's own check of whole trees, which serves receiving repositories, judges what came one after the other. */
    @Property(tries = 500)
    void whatMayComeMakesTreesThatJgitFindsSafeForWindowsAndMacos(@ForAll("paths") List<String> wanted)
            throws IOException {
        MemoryRepository repository = RepositoryFixture.open(Stores.open("memory:"));
        int refused = 0;
        for (String path : wanted) {
            Outcome outcome = repository
                    .commit(List.of(RepositoryFixture.writing(path, path)))
                    .get(0);
            refused += outcome instanceof Outcome.Rejected ? 1 : 0;
        }
        Statistics.label("refused some").collect(refused > 0);
        Head head = repository.head();
        if (head == null) {
            return;
        }
        try (var view = repository.jgit();
                ObjectReader reader = view.newObjectReader();
                TreeWalk walk = new TreeWalk(reader)) {
            ObjectId root = view.parseCommit(ObjectId.fromString(head.sha())).getTree();
            check(reader, root);
            walk.addTree(root);
            while (walk.next()) {
                if (walk.isSubtree()) {
                    check(reader, walk.getObjectId(0));
                    walk.enterSubtree();
                }
            }
        }
    }

    private static void check(ObjectReader reader, ObjectId tree) throws IOException {
        byte[] raw = reader.open(tree, Constants.OBJ_TREE).getBytes();
        try {
            new ObjectChecker().setSafeForWindows(true).setSafeForMacOS(true).checkTree(raw);
        } catch (CorruptObjectException e) {
            throw new AssertionError(e.getMessage() + " in " + new String(raw, StandardCharsets.UTF_8), e);
        }
    }
}
