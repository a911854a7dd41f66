package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What stays of a file when its block changes. */
class RerenderTest {

    private static final Label LABEL = Label.of("persona");

    private static final String BY_HAND = """
            ---
            # kept by hand
            owner: ops            # unknown key
            limit: 20000          # characters
            description: 'Who I am'   # for the agent

            metadata:
              team: a   # first
              ids:
                - 1
                - 2
            # and then
            read_only: true # for now
            nested: {limit: 7}
            ---
            value
            """;

    @Test
    void aNewValueLeavesTheFrontMatterAsItIs() {
        assertThat(rerender(BY_HAND, block -> block.withValue("---\nnew")))
                .isEqualTo(BY_HAND.replace("---\nvalue\n", "---\n---\nnew"));
    }

    @Test
    void aNewValueKeepsByteOrderMarkAndCarriageReturns() {
        String old = "\uFEFF" + BY_HAND.replace("\n", "\r\n");

        assertThat(rerender(old, block -> block.withValue("new\n"))).isEqualTo(old.replace("value\r\n", "new\n"));
    }

    @Test
    void aNewLimitChangesItsNumberOnly() {
        assertThat(rerender(BY_HAND, block -> block.withLimit(5))).isEqualTo(BY_HAND.replace("20000", "5"));
    }

    @Test
    void aNewDescriptionChangesItsTextOnly() {
        assertThat(rerender(BY_HAND, block -> block.withDescription("a\nb")))
                .isEqualTo(BY_HAND.replace("'Who I am'", "\"a\\nb\""));
        assertThat(rerender(BY_HAND, block -> block.withDescription(null)))
                .as("a comment behind a text without quotes would be text")
                .isEqualTo(BY_HAND.replaceFirst("'Who I am'.*", "null"));
    }

    @Test
    void aBlockThatIsWritableAgainLosesTheLine() {
        assertThat(rerender(BY_HAND, block -> block.withReadOnly(false)))
                .isEqualTo(BY_HAND.replace("read_only: true # for now\n", ""));
    }

    @Test
    void metadataOfSeveralLinesIsReplacedOrRemovedAsOne() {
        String lines = "metadata:\n  team: a   # first\n  ids:\n    - 1\n    - 2\n";

        assertThat(rerender(BY_HAND, block -> block.withMetadata(Metadata.of("{\"b\": 1}"))))
                .isEqualTo(BY_HAND.replace(lines, "metadata: {\"b\":1}\n"));
        assertThat(rerender(BY_HAND, block -> block.withMetadata(Metadata.EMPTY)))
                .isEqualTo(BY_HAND.replace(lines, ""));
    }

    @Test
    void aFieldThatWasNotThereGetsALineBehindItsNeighbour() {
        String old = "---\n# first\nlimit: 5 # small\nowner: ops\n---\nx";

        assertThat(rerender(old, block -> block.withDescription("a")))
                .isEqualTo("---\ndescription: a\n# first\nlimit: 5 # small\nowner: ops\n---\nx");
        assertThat(rerender(old, block -> block.withReadOnly(true).withMetadata(Metadata.of("{\"a\":1}"))))
                .isEqualTo("---\n# first\nlimit: 5 # small\nread_only: true\nmetadata: {\"a\":1}\nowner: ops\n---\nx");
    }

    @Test
    void aFieldLeftEmptyIsFilledWhereItStands() {
        assertThat(rerender("---\ndescription:\nlimit: # of what?\n---\n", block -> block.withDescription("a")
                        .withLimit(5)))
                .isEqualTo("---\ndescription: a\nlimit: 5 # of what?\n---\n");
    }

    @Test
    void aTextOfSeveralLinesGivesWayToOneLine() {
        assertThat(rerender(
                        "---\ndescription: |\n  two\n  lines\n\nowner: ops\n---\n",
                        block -> block.withDescription("a")))
                .isEqualTo("---\ndescription: a\nowner: ops\n---\n");
    }

    @Test
    void indentedFrontMatterStaysIndented() {
        assertThat(rerender("---\n  owner: ops\n  limit: 5\n---\n", block -> block.withReadOnly(true)
                        .withDescription("a")))
                .isEqualTo("---\n  description: a\n  owner: ops\n  limit: 5\n  read_only: true\n---\n");
    }

    @Test
    void frontMatterInBracesStaysInBraces() {
        assertThat(rerender(
                        "---\n{owner: ops, limit: 5, read_only: true} # terse\n---\n",
                        block -> block.withDescription("a, b").withLimit(6).withReadOnly(false)))
                .isEqualTo("---\n{description: \"a, b\", owner: ops, limit: 6, read_only: false} # terse\n---\n");
    }

    @Test
    void frontMatterOfCommentsOnlyKeepsThem() {
        assertThat(rerender("---\n# nothing yet\n---\nx", block -> block.withLimit(5)))
                .isEqualTo("---\nlimit: 5\n# nothing yet\n---\nx");
    }

    @Test
    void aClosingFenceAtTheEndOfTheFileGetsALineEndOnlyWhenAValueFollows() {
        assertThat(rerender("---\r\nlimit: 5\r\n---", block -> block.withLimit(6)))
                .isEqualTo("---\r\nlimit: 6\r\n---");
        assertThat(rerender("---\r\nlimit: 5\r\n---", block -> block.withValue("x")))
                .isEqualTo("---\r\nlimit: 5\r\n---\r\nx");
    }

    @Test
    void aFieldOfAWrongTypeIsMendedInPlace() {
        Block block = new Block(LABEL, "x", null, 5, false, Metadata.EMPTY);

        assertThat(BlockMarkdown.rerender("---\n# mine\nlimit: abc\n---\nold", block))
                .isEqualTo("---\n# mine\nlimit: 5\n---\nx");
    }

    @Test
    void frontMatterThatIsRefusedIsWrittenAnew() {
        Block block = new Block(LABEL, "x", null, 5, false, Metadata.EMPTY);

        assertThat(BlockMarkdown.rerender("---\nlimit: 5\nlimit: 6\n---\nold", block))
                .isEqualTo(BlockMarkdown.render(block));
        assertThat(BlockMarkdown.rerender("---\na: &a 1\n---\nold", block)).isEqualTo(BlockMarkdown.render(block));
    }

    @Test
    void aShapeThatCantBeChangedInPlaceIsWrittenAnew() {
        Block block = new Block(LABEL, "x", "a", 5, false, Metadata.EMPTY);

        assertThat(BlockMarkdown.rerender("---\n? description\n? limit\n---\nold", block))
                .isEqualTo(BlockMarkdown.render(block));
    }

    /** Lines of front matter that say something of a field. */
    private static List<String> linesOf(String field) {
        return switch (field) {
            case "description" ->
                List.of(
                        "description: Who I am\n",
                        "description: 'x' # c\n",
                        "description: |\n  a\n  b\n\n",
                        "description:\n  a\n  b\n");
            case "limit" -> List.of("limit: 7\n", "\"limit\":   7   # c\n", "limit: # c\n");
            case "read_only" -> List.of("read_only: true\n", "read_only: false\n");
            default -> List.of("metadata: {a: 1}\n", "metadata:\n  a: 1\n  b:\n  - 🙂\n", "metadata: {\n  a: 1\n  }\n");
        };
    }

    @Property(tries = 500)
    void whenOneFieldChangesAllOtherLinesStay(
            @ForAll("fieldsInAnyOrder") List<String> lines,
            @ForAll("fieldNames") String field,
            @ForAll("blocks") Block wanted,
            @ForAll("lineEnds") String lineEnd) {
        String old = ("---\n" + String.join("", lines) + "---\nvalue").replace("\n", lineEnd);

        String changed = rerender(old, block -> change(block, field, wanted));

        int from = 0;
        for (String line : lines) {
            if (!linesOf(field).contains(line)) {
                int at = changed.indexOf(line.replace("\n", lineEnd), from);
                assertThat(at).as("%s in %s", line, changed).isNotNegative();
                from = at;
            }
        }
    }

    @Provide
    Arbitrary<List<String>> fieldsInAnyOrder() {
        Arbitrary<List<String>> others = Arbitraries.of("# comment\n", "\n", "name🙂: x\n", "tags:\n- a\n", "# last\n")
                .list()
                .ofMaxSize(4)
                .uniqueElements();
        return Combinators.combine(one("description"), one("limit"), one("read_only"), one("metadata"), others)
                .as((description, limit, readOnly, metadata, rest) -> {
                    List<String> all = new ArrayList<>(rest);
                    List.of(description, limit, readOnly, metadata).forEach(all::addAll);
                    return all;
                })
                .flatMap(Arbitraries::shuffle)
                .withoutEdgeCases();
    }

    private static Arbitrary<List<String>> one(String field) {
        return Arbitraries.of(linesOf(field)).list().ofMaxSize(1);
    }

    @Provide
    Arbitrary<String> fieldNames() {
        return Arbitraries.of("description", "limit", "read_only", "metadata");
    }

    @Provide
    Arbitrary<String> lineEnds() {
        return Arbitraries.of("\n", "\r\n");
    }

    @Provide
    Arbitrary<Block> blocks() {
        return Samples.blocks();
    }

    private static Block change(Block block, String field, Block wanted) {
        return switch (field) {
            case "description" -> block.withDescription(wanted.description());
            case "limit" -> block.withLimit(wanted.limit());
            case "read_only" -> block.withReadOnly(wanted.readOnly());
            default -> block.withMetadata(wanted.metadata());
        };
    }

    private static String rerender(String old, UnaryOperator<Block> change) {
        Block block = change.apply(BlockMarkdown.parse(LABEL, old));
        String file = BlockMarkdown.rerender(old, block);
        assertThat(BlockMarkdown.parse(LABEL, file)).isEqualTo(block);
        return file;
    }
}
