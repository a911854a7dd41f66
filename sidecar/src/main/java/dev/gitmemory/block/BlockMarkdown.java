package dev.gitmemory.block;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The file of a block: Markdown whose YAML front matter holds the fields, followed by the value, byte for byte.
 *
 * <pre>{@code
 * ---
 * description: Who I am
 * limit: 20000
 * read_only: true
 * metadata: {"owner":"ops"}
 * ---
 * the value
 * }</pre>
 *
 * <p><b>Writing.</b> {@code description} ({@code null} when there is none) and {@code limit} are always written,
 * {@code read_only} only when true, {@code metadata} only when there is any; each on one line, lines end in LF. The value
 * begins right after the closing line and may be anything, also empty or more front matter.
 *
 * <p><b>Reading.</b> What a file says depends on the file alone, never on what the block was before, so that PostgreSQL
 * can be rebuilt from git:
 *
 * <ul>
 *   <li>Front matter stands between two lines of {@code ---}, the first of them at the very beginning; a byte order mark
 *       before it, CRLF, and blanks behind the dashes are understood. ({@code ----} and {@code ...} close nothing.) A file
 *       without it is value only, and so is one with other text between such lines: the whole file is the value.
 *   <li>What stands between them is YAML; where it is none, each key is read by itself ({@link LineParser}), as the client
 *       Letta Code does, which writes {@code description: } and any text without quotes. Where even so something can't be
 *       read, {@link #parseNew} refuses the file by name; a file that git has already stays value.
 *   <li>A description on one line and without quotes is all of that line: {@code #} is part of it, which in YAML begins a
 *       comment, and so are brackets and what YAML calls anchors, aliases and tags.
 *   <li>A key that is absent or null, in a file that is value only all of them, says: no description, a limit of
 *       {@link Block#DEFAULT_LIMIT}, writable, no metadata. Unknown keys are let be.
 *   <li>YAML is read by the core schema of YAML 1.2; any scalar may be a description. Refused as a
 *       {@link RuleViolation} are known keys of a wrong type, keys given twice, and, since a file of a few lines could
 *       fill the memory with them, anchors, aliases and tags wherever they stand, and nesting deeper than
 *       {@value Metadata#MAX_DEPTH} levels.
 * </ul>
 *
 * <p><b>Letta Code.</b> The pre-commit hook that this client puts into a clone accepts what is written here, with one
 * exception: under {@code system/} and {@code reference/} it knows the keys {@code description}, {@code limit} and
 * {@code read_only} only, and refuses a commit that changes the file of a block that has metadata. A description that needs
 * quotes in YAML is shown by this client with them, and written back as it was. Its rules for an
 * agent's own commits on {@code read_only} are its own; the server writes and changes that key freely.
 */
public final class BlockMarkdown {

    /**
     * The longest file of a block, in bytes: 16 MiB. It is part of the file format, since what is longer is not read as
     * text.
     */
    public static final int MAX_BYTES = 16 << 20;

    /**
     * The edition of the rules by which files are read, here: a file may say something else by an earlier one. In the first,
     * front matter that is no YAML was value, and {@code #} ended a description.
     */
    public static final int READING = 2;

    /** As a {@code \\u} escape. */
    private static final int MOST_BYTES_OF_A_CHAR = 6;

    /** Keys, limit and lines around them, with room to spare. */
    private static final int MOST_BYTES_BESIDES = 256;

    private BlockMarkdown() {}

    /** The file of a block that has none yet. {@code parse(b.label(), render(b))} equals {@code b} for every block. */
    public static String render(Block block) {
        StringBuilder out = new StringBuilder(block.value().length() + 256)
                .append("---\n")
                .append("description: ")
                .append(description(block.description()))
                .append("\nlimit: ")
                .append(block.limit())
                .append('\n');
        if (block.readOnly()) {
            out.append("read_only: true\n");
        }
        if (!block.metadata().isEmpty()) {
            out.append("metadata: ").append(block.metadata().yamlFlow()).append('\n');
        }
        return out.append("---\n").append(block.value()).toString();
    }

    /**
     * The block that a file of git's is.
     *
     * @param label of the block, from the file's path
     * @param file the whole text of the file
     * @throws RuleViolation if front matter breaks a rule named above, or the block that it describes would break one of
     *     {@link Block}; a value over its limit is not refused here
     */
    public static Block parse(Label label, String file) {
        FrontMatter frontMatter = FrontMatter.of(file);
        if (frontMatter == null) {
            return valueOnly(label, file);
        }
        try {
            return block(label, frontMatter);
        } catch (RuleViolation e) {
            if (frontMatter.byLine()) {
                return valueOnly(label, file); // as it was before lines were read one by one
            }
            throw e;
        }
    }

    /**
     * The block that a new file is: as {@link #parse}, but front matter of which something can't be read is
     * refused.
     *
     * @throws RuleViolation as {@link #parse}, and if lines that are meant as front matter are neither YAML nor can be read
     *     one by one, or have no end
     */
    public static Block parseNew(Label label, String file) {
        FrontMatter frontMatter = FrontMatter.ofNew(file);
        if (frontMatter == null) {
            return valueOnly(label, file);
        }
        frontMatter.requireNoLookalikes();
        return block(label, frontMatter);
    }

    /**
     * Whether a new file says what its block's limit is.
     *
     * @throws RuleViolation as {@link #parseNew}
     */
    public static boolean statesLimit(String file) {
        FrontMatter frontMatter = FrontMatter.ofNew(file);
        return frontMatter != null && Fields.has(frontMatter, FrontMatter.LIMIT);
    }

    private static Block valueOnly(Label label, String file) {
        return new Block(label, file, null, Block.DEFAULT_LIMIT, false, Metadata.EMPTY);
    }

    private static Block block(Label label, FrontMatter frontMatter) {
        return new Block(
                label,
                frontMatter.value(),
                Fields.description(frontMatter),
                Fields.limit(frontMatter),
                Fields.readOnly(frontMatter),
                Fields.metadata(frontMatter));
    }

    /**
     * The next version of a file, with as much of the old one as can stay.
     *
     * <p>When only the value changes, everything before it stays byte for byte. When a field changes, its value in the
     * front matter is replaced, or its line added or removed; other keys, comments, order, line ends and a byte order
     * mark stay. Front matter of a shape that can't be changed so, or that {@link #parse} refuses, is written anew, and so
     * is one with which the file would become too long.
     *
     * @param oldFile any text
     * @param block what the file is to say: {@code parse(block.label(), rerender(oldFile, block))} equals {@code block}
     */
    public static String rerender(String oldFile, Block block) {
        String edited = edit(oldFile, block);
        return edited != null && fits(edited) && says(edited, block) ? edited : render(block);
    }

    private static @Nullable String edit(String oldFile, Block block) {
        try {
            FrontMatter old = FrontMatter.of(oldFile);
            return old == null ? block.value() : FrontMatterEditor.edit(old, block);
        } catch (RuleViolation unsupported) {
            return null;
        }
    }

    private static boolean says(String file, Block block) {
        try {
            return parseNew(block.label(), file).equals(block);
        } catch (RuleViolation unsupported) {
            return false;
        }
    }

    /** @throws RuleViolation of the longest field if the block's file would be longer than {@link #MAX_BYTES} */
    static void requireFits(Block block) {
        int value = block.value().length();
        int description = block.description() == null ? 0 : block.description().length();
        int metadata = block.metadata().json().length();
        if (((long) value + description + metadata) * MOST_BYTES_OF_A_CHAR + MOST_BYTES_BESIDES <= MAX_BYTES
                || fits(render(block))) {
            return;
        }
        String field = value >= Math.max(description, metadata)
                ? "value"
                : description >= metadata ? "description" : "metadata";
        throw tooLong(field);
    }

    /** What is said of a block whose file would be longer than {@link #MAX_BYTES}, for the field that makes it so long. */
    public static RuleViolation tooLong(String field) {
        return new RuleViolation(
                field,
                field + " is too long: as a file in git the block would have more than " + MAX_BYTES
                        + " bytes (16 MiB)");
    }

    private static boolean fits(String file) {
        return file.length() <= MAX_BYTES / 3 || file.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }

    static String description(@Nullable String description) {
        return description == null ? "null" : YamlText.scalar(description);
    }
}
