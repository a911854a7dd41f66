package dev.gitmemory.service;

import dev.gitmemory.block.Block;
import dev.gitmemory.block.Label;
import dev.gitmemory.block.Metadata;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.ExtraColumn;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an update changes of a block. Label, value, limit and read_only can't become null: who builds a patch sees to that.
 *
 * @param extras columns that PostgreSQL alone keeps
 * @param unchangeable fields that nobody can write, by name, as the caller believes them to be
 */
public record BlockPatch(
        Change<Label> label,
        Change<String> value,
        Change<String> description,
        Change<Integer> limit,
        Change<Boolean> readOnly,
        Change<Metadata> metadata,
        Change<List<String>> tags,
        Map<ExtraColumn, @Nullable Object> extras,
        Map<String, @Nullable String> unchangeable) {

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
        unchangeable = Collections.unmodifiableMap(new TreeMap<>(unchangeable));
    }

    /**
     * Refuses to change what can't be changed; a client may send back what it was given.
     *
     * @throws MemoryException if such a field is not what the row has
     */
    void requireUnchanged(BlockRow row) {
        unchangeable.forEach((field, given) -> {
            Object present =
                    switch (field) {
                        case "id" -> row.id();
                        case "git_sha" -> row.gitSha();
                        default -> row.others().get(field);
                    };
            if (!Objects.equals(given, present)) {
                throw MemoryException.malformed(
                        field,
                        "'%s' can't be written, and is %s; leave it out"
                                .formatted(field, present == null ? "null" : Shown.of(present.toString())));
            }
        });
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
