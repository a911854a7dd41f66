package dev.gitmemory.repo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class RepoIdTest {

    @Test
    void ordinaryIdsAppearAsTheyAre() {
        assertThat(new RepoId("org-1", "agent-9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d").prefix())
                .isEqualTo("org-1/agent-9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d/repo.git");
    }

    @Test
    void oddIdsAreEscaped() {
        assertThat(new RepoId("..", ".").prefix()).isEqualTo("%2e%2e/%2e/repo.git");
        assertThat(new RepoId("a/b", "Ü x").prefix()).isEqualTo("a%2fb/%c3%9c%20x/repo.git");
        assertThat(new RepoId("ORG", "%41").prefix()).isEqualTo("%4f%52%47/%2541/repo.git");
        assertThatThrownBy(() -> new RepoId("", "a")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new RepoId("o", "")).isInstanceOf(IllegalArgumentException.class);
    }

    @Property
    void aNameIsOneSafeSegmentOfBoundedLength(@ForAll("ids") String id) {
        assertThat(SafeName.of(id))
                .matches("[a-z0-9_%-]([a-z0-9._%~-]*[a-z0-9_%-])?")
                .hasSizeLessThanOrEqualTo(200);
    }

    @Property
    void differentIdsHaveDifferentNamesAlsoWhereCaseIsIgnored(@ForAll("ids") String one, @ForAll("ids") String other) {
        boolean same = SafeName.of(one)
                .toLowerCase(Locale.ROOT)
                .equals(SafeName.of(other).toLowerCase(Locale.ROOT));

        assertThat(same).isEqualTo(one.equals(other));
    }

    @Provide
    Arbitrary<String> ids() {
        Arbitrary<String> pieces = Arbitraries.of(
                "a", "A", "b", ".", "/", "%", "~", "%41", "é", "😀", " ", "\n", "x".repeat(90), "X".repeat(90));
        return pieces.list().ofMinSize(1).ofMaxSize(5).map(list -> String.join("", list));
    }
}
