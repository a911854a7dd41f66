package dev.gitmemory.block;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class BlockMarkdownPropertyTest {

    private static final Label LABEL = Label.of("persona");

    @Property
    void aRenderedBlockReadsBackAsItself(@ForAll("blocks") Block block) {
        assertThat(BlockMarkdown.parse(block.label(), BlockMarkdown.render(block)))
                .isEqualTo(block);
    }

    @Property(tries = 2000)
    void whateverTheOldFileWasTheNewOneReadsBackAsTheBlock(@ForAll("files") String old, @ForAll("blocks") Block block) {
        assertThat(BlockMarkdown.parse(block.label(), BlockMarkdown.rerender(old, block)))
                .isEqualTo(block);
    }

    @Property(tries = 2000)
    void anyTextIsEitherABlockOrAViolationThatNamesItsField(@ForAll("files") String file) {
        try {
            assertThat(file).endsWith(BlockMarkdown.parse(LABEL, file).value());
        } catch (RuleViolation violation) {
            assertThat(violation.field())
                    .isIn("value", "description", "limit", "read_only", "metadata", "front matter");
        }
    }

    @Property(tries = 2000)
    void aNewValueLeavesAllBeforeItAsItWas(@ForAll("files") String old, @ForAll("texts") String value) {
        Block before;
        try {
            before = BlockMarkdown.parse(LABEL, old);
        } catch (RuleViolation unreadable) {
            return;
        }
        String header = old.substring(0, old.length() - before.value().length());

        String changed = BlockMarkdown.rerender(old, before.withValue(value));

        if (header.isEmpty()) {
            assertThat(changed).endsWith(value);
        } else {
            assertThat(changed).startsWith(header).endsWith(value);
            assertThat(changed.length() - value.length() - header.length())
                    .as("a line end where the old file ended with its closing fence")
                    .isBetween(0, 2);
        }
    }

    @Property
    void renderingAgainWithoutAChangeGivesTheSameFile(@ForAll("blocks") Block block) {
        String file = BlockMarkdown.render(block);

        assertThat(BlockMarkdown.rerender(file, block)).isEqualTo(file);
    }

    @Property
    void aBlockRenderedOverAnotherOneIsTheBlockRenderedAlone(
            @ForAll("blocks") Block old, @ForAll("blocks") Block block) {
        assertThat(BlockMarkdown.rerender(BlockMarkdown.render(old), block)).isEqualTo(BlockMarkdown.render(block));
    }

    @Provide
    Arbitrary<Block> blocks() {
        return Samples.blocks();
    }

    @Provide
    Arbitrary<String> texts() {
        return Samples.texts();
    }

    @Provide
    Arbitrary<String> files() {
        return Arbitraries.frequencyOf(
                Tuple.of(5, Samples.files()), Tuple.of(1, Samples.blocks().map(BlockMarkdown::render)));
    }
}
