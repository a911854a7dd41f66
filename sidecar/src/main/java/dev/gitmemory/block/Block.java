package dev.gitmemory.block;

import org.jspecify.annotations.Nullable;

/**
 * A block of an agent's memory: exactly the fields that git and PostgreSQL both hold.
 *
 * <p>A block can be built from every row that git can hold. Its value may be longer than its limit, because a row may
 * be so already; whoever writes a new value calls {@link #checkLimit()}.
 *
 * @param label under which the agent knows the block; unique in an agent
 * @param value the text itself; may be empty
 * @param description what the block is for; null when there is none, which differs from an empty one
 * @param limit the longest value allowed, in Unicode code points, as PostgreSQL's {@code length()} counts; 1 or more
 * @param readOnly true when the agent itself may not change the block
 * @param metadata the application's own notes; {@link Metadata#EMPTY} when there are none
 */
public record Block(
        Label label, String value, @Nullable String description, int limit, boolean readOnly, Metadata metadata) {

    /**
     * The limit of a file that states none, in code points: Letta's {@code CORE_MEMORY_BLOCK_CHAR_LIMIT}. It is part of
     * the file format, since another number would change what committed files mean.
     */
    public static final int DEFAULT_LIMIT = 100_000;

    /**
     * Takes what both git and PostgreSQL can hold.
     *
     * @throws RuleViolation if the value or the description holds a NUL or half of a surrogate pair (neither git's
     *     UTF-8 nor PostgreSQL's text can), the limit is less than 1, or the block's file would be longer than
     *     {@link BlockMarkdown#MAX_BYTES}
     */
    public Block(
            Label label, String value, @Nullable String description, int limit, boolean readOnly, Metadata metadata) {
        Text.requireStorable("value", value);
        if (description != null) {
            Text.requireStorable("description", description);
        }
        if (limit < 1) {
            throw new RuleViolation("limit", "limit must be 1 or more characters, not " + limit);
        }
        this.label = label;
        this.value = value;
        this.description = description;
        this.limit = limit;
        this.readOnly = readOnly;
        this.metadata = metadata;
        BlockMarkdown.requireFits(this);
    }

    /**
     * Checks the value against the limit.
     *
     * @throws RuleViolation of the field {@code value} if it has more code points than the limit allows
     */
    public void checkLimit() {
        int length = length();
        if (length > limit) {
            throw new RuleViolation(
                    "value", "value is " + length + " characters long, over the limit of " + limit + " of this block");
        }
    }

    /** The length of the value that the limit limits: its code points. */
    public int length() {
        return value.codePointCount(0, value.length());
    }

    public Block withLabel(Label newLabel) {
        return new Block(newLabel, value, description, limit, readOnly, metadata);
    }

    public Block withValue(String newValue) {
        return new Block(label, newValue, description, limit, readOnly, metadata);
    }

    public Block withDescription(@Nullable String newDescription) {
        return new Block(label, value, newDescription, limit, readOnly, metadata);
    }

    public Block withLimit(int newLimit) {
        return new Block(label, value, description, newLimit, readOnly, metadata);
    }

    public Block withReadOnly(boolean newReadOnly) {
        return new Block(label, value, description, limit, newReadOnly, metadata);
    }

    public Block withMetadata(Metadata newMetadata) {
        return new Block(label, value, description, limit, readOnly, newMetadata);
    }
}
