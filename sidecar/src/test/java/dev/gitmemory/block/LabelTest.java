package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.eclipse.jgit.lib.ObjectChecker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelTest {

    @ParameterizedTest
    @CsvSource({
        "persona, persona.md",
        "system/human, system/human.md",
        "a/b/c.d, a/b/c.d.md",
        "notes.md, notes.md.md",
        "skills, skills.md",
        "skills/search, skills/search/SKILL.md",
        "Skills/search, Skills/search.md",
        "system/skills/search, system/skills/search.md",
        ".github/notes, .github/notes.md",
        "über uns/漢字, über uns/漢字.md",
    })
    void aLabelHasOnePathAndThePathOneLabel(String label, String path) {
        assertThat(Label.of(label).path()).isEqualTo(path);
        assertThat(Label.ofPath(path)).contains(Label.of(label));
    }

    @Property
    void theWayToThePathAndBackLosesNothing(@ForAll("labels") Label label) {
        assertThat(Label.ofPath(label.path())).contains(label);
    }

    @Property
    void theWayFromThePathAndBackLosesNothing(@ForAll("paths") String path) {
        Optional<Label> label;
        try {
            label = Label.ofPath(path);
        } catch (RuleViolation notALabel) {
            assertThat(notALabel.field()).isEqualTo("label");
            return;
        }
        label.ifPresent(present -> assertThat(present.path()).isEqualTo(path));
    }

    @Property
    void noLabelsFileIsAnotherLabelsFolder(@ForAll("labels") Label one, @ForAll("labels") Label other) {
        assertThat(one.path()).doesNotStartWith(other.path() + "/");
    }

    @Property
    void gitTakesThePathOfEveryLabelOnEveryPlatform(@ForAll("labels") Label label) {
        assertThatCode(() -> new ObjectChecker().setSafeForMacOS(true).checkPath(label.path()))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "README",
                "system/persona",
                "a.txt",
                "a.MD",
                "skills/search/notes.md",
                "skills/search.md",
                "skills/SKILL.md",
                "skills/a/b/SKILL.md",
                "skills//SKILL.md",
                "skills/search/skill.md",
                "skills/search/SKILL.md/x.md"
            })
    void otherFilesBelongToTheRepository(String path) {
        assertThat(Label.ofPath(path)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".md",
                "a/.md",
                "a..md",
                "notes.md/a.md",
                "a\\b.md",
                "skills/x.md/SKILL.md",
                "git~1.md",
                "\u0001.md"
            })
    void aBlocksFileWithABadLabelIsNamed(String path) {
        assertRefused(() -> Label.ofPath(path));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``| label '' is empty",
                "/a| label '/a' begins with a slash",
                "a/| label 'a/' ends with a slash",
                "a//b| label 'a//b' has an empty segment between two slashes",
                ".| label '.' has a segment '.'",
                "a/../b| label 'a/../b' has a segment '..'",
                "a.| label 'a.' has a segment that ends with a dot",
                "a./b| label 'a./b' has a segment that ends with a dot",
                "a\\b| label 'a\\b' holds a backslash",
                "skills/a/b| label 'skills/a/b' lies deeper than skills/<name>, and a skill is one folder",
                "a.md/b| label 'a.md/b' has a folder that ends with .md, where another block's file may be",
                "a.MD/b| label 'a.MD/b' has a folder that ends with .md, where another block's file may be",
                "skills/a.md| label 'skills/a.md' has a folder that ends with .md, where another block's file may be",
            })
    void aRefusalSaysWhatIsWrong(String label, String message) {
        assertThatThrownBy(() -> Label.of(label))
                .isInstanceOf(RuleViolation.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".git",
                ".GIT",
                "a/.gIt/b",
                ".git ",
                ".git. .",
                ".git::$INDEX_ALLOCATION",
                ".g\u200Cit",
                "\uFEFF.git",
                "git~1",
                "a/GIT~1",
                ".gitmodules",
                ".gitattributes/x",
                "GITMOD~1",
                "gi7eba~1"
            })
    void whatAFileSystemTakesForGitsOwnFileIsNoSegment(String label) {
        assertRefused(() -> Label.of(label));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000", "a\nb", "a\tb", "\u007F", "\u009F", "\uD800", "\uDC00x", "a\uD83D"})
    void whatIsNoTextIsNoLabel(String label) {
        assertRefused(() -> Label.of(label));
    }

    @Test
    void aLabelMayBeAsLongAsAFileSystemAllows() {
        String segment = "a".repeat(Label.MAX_SEGMENT_BYTES - ".md".length());

        assertThat(Label.of(segment).path()).hasSize(Label.MAX_SEGMENT_BYTES);
        assertRefused(() -> Label.of(segment + "a"));
        assertThat(Label.of("a".repeat(Label.MAX_SEGMENT_BYTES) + "/b").path()).endsWith("/b.md");
        assertRefused(() -> Label.of("漢".repeat(Label.MAX_SEGMENT_BYTES / 3)));
        assertThat(Label.of("🙂/".repeat(Label.MAX_CHARACTERS / 2 - 1) + "ab").text())
                .isNotEmpty();
        assertRefused(() -> Label.of("🙂/".repeat(Label.MAX_CHARACTERS / 2) + "a"));
    }

    @Test
    void aLongLabelIsShownShortened() {
        assertThatThrownBy(() -> Label.of("🙂".repeat(600)))
                .hasMessage("label '" + "🙂".repeat(40) + "…' is longer than 500 characters");
    }

    @Test
    void theSystemPrefixIsAddedOnce() {
        assertThat(Label.of("persona").withSystemPrefix()).isEqualTo(Label.of("system/persona"));
        assertThat(Label.of("system/persona").withSystemPrefix()).isEqualTo(Label.of("system/persona"));
        assertThat(Label.of("system").withSystemPrefix()).isEqualTo(Label.of("system/system"));
    }

    @Test
    void labelsAreOrderedByTheirText() {
        assertThat(Label.of("a")).isLessThan(Label.of("b")).isGreaterThan(Label.of("B"));
        assertThat(Label.of("a")).hasToString("a");
    }

    @Provide
    Arbitrary<Label> labels() {
        return Samples.validLabels();
    }

    @Provide
    Arbitrary<String> paths() {
        return Samples.labels().map(label -> label + ".md");
    }

    private static void assertRefused(Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(RuleViolation.class, violation -> assertThat(violation.field())
                        .isEqualTo("label"));
    }
}
