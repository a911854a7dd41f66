package dev.gitmemory.race;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Beginnings of orders that come to the same. As long as no session has waited or failed, it is all one in which order the
 * statements between two commits have run: others see nothing of a statement but its locks, and those were free, whichever came
 * first. (At SERIALIZABLE PostgreSQL may choose another transaction to fail, which then is as if it had not been there.)
 */
final class Beginnings {

    private final List<List<Step.Kind>> kinds;
    private final Map<List<Integer>, byte[]> first = new HashMap<>();

    Beginnings(List<List<Step.Kind>> kinds) {
        this.kinds = kinds;
    }

    /** The first {@code length} steps were run, and no session has waited or failed. */
    void areApart(byte[] order, int length) {
        first.putIfAbsent(meaning(order, length), Arrays.copyOf(order, length));
    }

    /**
     * The length of the shortest beginning that comes to the same as another that was run before; 0 if there is none. All
     * orders that begin so have their like among those that begin as the other.
     */
    int repeated(byte[] order) {
        for (int length = 2; length <= order.length; length++) {
            byte[] other = first.get(meaning(order, length));
            if (other != null && !Orders.beginAlike(order, other, length)) {
                return length;
            }
        }
        return 0;
    }

    /** How far each player is, and who was how far at each commit. */
    private List<Integer> meaning(byte[] order, int length) {
        int[] taken = new int[kinds.size()];
        List<Integer> meaning = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            int player = order[i];
            if (kinds.get(player).get(taken[player]++) == Step.Kind.COMMIT) {
                meaning.add(player);
                Arrays.stream(taken).forEach(meaning::add);
            }
        }
        Arrays.stream(taken).forEach(meaning::add);
        return meaning;
    }
}
