package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The rules that the client Letta Code checks before a commit in its clone, told in our own words: a file under
 * {@code system/} or {@code reference/} begins with front matter that is closed; each line of it that is neither empty
 * nor indented has a known key before its first colon; the description is there and not empty.
 */
class LettaCodeRulesTest {

    private static final Set<String> KNOWN_KEYS = Set.of("description", "limit", "read_only");

    @Property
    void everyBlockWithoutMetadataPasses(@ForAll("blocks") Block block) {
        assertThat(complaints(BlockMarkdown.render(block.withMetadata(Metadata.EMPTY))))
                .isEmpty();
    }

    @Property
    void metadataIsTheOneKeyThatItDoesNotKnow(@ForAll("blocks") Block block) {
        assertThat(complaints(BlockMarkdown.render(block)))
                .isEqualTo(block.metadata().isEmpty() ? List.of() : List.of("unknown key metadata"));
    }

    @Property
    void aFileThatPassesStillDoesWithAnotherBlockInIt(@ForAll("blocks") Block old, @ForAll("blocks") Block block) {
        String file = BlockMarkdown.render(old.withMetadata(Metadata.EMPTY));

        assertThat(complaints(BlockMarkdown.rerender(file, block.withMetadata(Metadata.EMPTY))))
                .isEmpty();
    }

    @Example
    void theRulesAreTheOnesMeant() {
        assertThat(complaints("text")).containsExactly("no front matter");
        assertThat(complaints("---\ndescription: a\n")).containsExactly("not closed");
        assertThat(complaints("---\nlimit: 5\n---\n")).containsExactly("no description");
        assertThat(complaints("---\ndescription:\n---\n")).containsExactly("empty description");
        assertThat(complaints("---\ndescription: >\n  a: b\n\nowner: x\n---\n")).containsExactly("unknown key owner");
    }

    @Provide
    Arbitrary<Block> blocks() {
        return Samples.blocks();
    }

    private static List<String> complaints(String file) {
        List<String> lines = List.of(file.split("\n", -1));
        if (!lines.get(0).equals("---")) {
            return List.of("no front matter");
        }
        int closing = lines.subList(1, lines.size()).indexOf("---");
        if (closing < 0) {
            return List.of("not closed");
        }
        List<String> complaints = new ArrayList<>();
        boolean described = false;
        for (String line : lines.subList(1, closing + 1)) {
            if (line.isEmpty() || line.startsWith(" ") || line.startsWith("\t")) {
                continue;
            }
            int colon = line.indexOf(':');
            String key = (colon < 0 ? line : line.substring(0, colon)).replace(" ", "");
            String value = colon < 0 ? line : line.substring(colon + 1);
            if (!KNOWN_KEYS.contains(key)) {
                complaints.add("unknown key " + key);
            }
            if (key.equals("description")) {
                described = true;
                if (value.isBlank()) {
                    complaints.add("empty description");
                }
            }
        }
        if (!described) {
            complaints.add("no description");
        }
        return complaints;
    }
}
