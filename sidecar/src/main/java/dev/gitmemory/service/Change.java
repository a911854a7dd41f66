package dev.gitmemory.service;

import org.jspecify.annotations.Nullable;

/**
 * What an update says of one field. Absent and null are different things: an absent field keeps its value, null clears
 * it, and an empty text is a value like any other.
 *
 * @param given false when the update does not mention the field
 * @param value the new value, null to clear
 */
public record Change<T>(boolean given, @Nullable T value) {

    public static <T> Change<T> keep() {
        return new Change<>(false, null);
    }

    public static <T> Change<T> to(@Nullable T value) {
        return new Change<>(true, value);
    }

    /** The new value where one is given, else the old. */
    @Nullable
    T orKeep(@Nullable T old) {
        return given ? value : old;
    }
}
