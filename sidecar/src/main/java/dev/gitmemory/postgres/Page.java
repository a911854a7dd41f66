package dev.gitmemory.postgres;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of an ordered list.
 *
 * @param after the id behind which it begins; null for the beginning
 * @param before the id before which it ends: with it alone, the part is what stands directly before; null for the end
 * @param ascending whether the list is in its order, else in the reverse
 * @param limit the most elements; null for all
 */
public record Page(
        @Nullable String after,
        @Nullable String before,
        boolean ascending,
        @Nullable Integer limit) {

    /** Whether it is read from its end, since it is what stands directly before something. */
    private boolean fromItsEnd() {
        return after == null && before != null;
    }

    /** The operator that holds between an element and {@link #after}. */
    String behind() {
        return ascending ? ">" : "<";
    }

    /** The operator that holds between an element and {@link #before}. */
    String ahead() {
        return ascending ? "<" : ">";
    }

    /** The direction in which elements are read. */
    String direction() {
        return ascending == fromItsEnd() ? "DESC" : "ASC";
    }

    /** What was read, in the order of the list. */
    <T> List<T> inOrder(List<T> read) {
        if (!fromItsEnd()) {
            return read;
        }
        List<T> reversed = new ArrayList<>(read);
        Collections.reverse(reversed);
        return reversed;
    }
}
