package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.postgres.ExtraColumn;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an update changes of a block. Label, value, limit and read_only can't be null: who builds a patch refuses that.
 *
 * @param extras columns that PostgreSQL alone keeps
 */
public record BlockPatch(
        Change<Label> label,
        Change<String> value,
        Change<String> description,
        Change<Integer> limit,
        Change<Boolean> readOnly,
        Change<Metadata> metadata,
        Change<List<String>> tags,
        Map<ExtraColumn, @Nullable Object> extras) {

    private static final Label ANY = Label.of("any");

    /**
     * Checks what can be checked without the block; the rules are the same for every agent.
     *
     * @throws dev.gitmemory.block.RuleViolation if a value is none that a block can have
     */
    public BlockPatch {
        String newValue = value.value();
        Integer newLimit = limit.value();
        new Block(
                ANY,
                newValue == null ? "" : newValue,
                description.value(),
                newLimit == null ? Block.DEFAULT_LIMIT : newLimit,
                false,
                Metadata.EMPTY);
        extras = Collections.unmodifiableMap(new EnumMap<>(extras));
    }

    /** Whether anything is changed that git mirrors. */
    boolean touchesGit() {
        return label.given()
                || value.given()
                || description.given()
                || limit.given()
                || readOnly.given()
                || metadata.given();
    }

    boolean touchesExtras() {
        return tags.given() || !extras.isEmpty();
    }

    /**
     * The block after the change.
     *
     * @throws dev.gitmemory.block.RuleViolation if the value is longer than the limit, though a value that was over
     *     its limit before may stay as it is; or if the metadata that stays is more than PostgreSQL can be given
     */
    Block applyTo(Block old) {
        Label newLabel = label.orKeep(old.label());
        String newValue = value.orKeep(old.value());
        Integer newLimit = limit.orKeep(old.limit());
        Boolean newReadOnly = readOnly.orKeep(old.readOnly());
        Metadata newMetadata = metadata.orKeep(old.metadata());
        if (newLabel == null || newValue == null || newLimit == null || newReadOnly == null) {
            throw new IllegalArgumentException("label, value, limit and read_only can't be null");
        }
        Block changed = new Block(
                newLabel,
                newValue,
                description.orKeep(old.description()),
                newLimit,
                newReadOnly,
                newMetadata == null ? Metadata.EMPTY : newMetadata);
        if (value.given() || limit.given()) {
            changed.checkLimit();
        }
        changed.metadata().requireApplicable(); // else the write would be committed, and never arrive in PostgreSQL
        return changed;
    }
}
