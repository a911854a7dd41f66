package dev.gitmemory.race;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every order of the steps of several players, each of whom keeps his own order, as the numbers of the players whose turn it
 * is; sorted. Of orders that differ only in steps that are all one ({@link Step#areIndependent}) some are left out, never
 * all: an order goes where a neighbouring pair of such steps stands with the greater player first, for with the two
 * exchanged it is there, too, or one that comes before that one is.
 */
final class Orders {

    private static final Map<List<List<Step.Kind>>, List<byte[]>> KNOWN = new ConcurrentHashMap<>();

    private final List<List<Step.Kind>> kinds;
    private final byte[] order;
    private final int[] taken;
    private final List<byte[]> all = new ArrayList<>();

    private Orders(List<List<Step.Kind>> kinds) {
        this.kinds = kinds;
        this.order = new byte[kinds.stream().mapToInt(List::size).sum()];
        this.taken = new int[kinds.size()];
    }

    /** @param kinds the steps of each player */
    static List<byte[]> of(List<List<Step.Kind>> kinds) {
        return KNOWN.computeIfAbsent(kinds, key -> {
            Orders orders = new Orders(key);
            orders.fill(0);
            return orders.all;
        });
    }

    private void fill(int length) {
        if (length == order.length) {
            all.add(order.clone());
            return;
        }
        for (byte player = 0; player < taken.length; player++) {
            if (taken[player] < kinds.get(player).size() && !comesTooLate(player, length)) {
                order[length] = player;
                taken[player]++;
                fill(length + 1);
                taken[player]--;
            }
        }
    }

    private boolean comesTooLate(byte player, int length) {
        if (length == 0 || order[length - 1] <= player) {
            return false;
        }
        byte before = order[length - 1];
        return Step.areIndependent(
                kinds.get(before).get(taken[before] - 1), kinds.get(player).get(taken[player]));
    }

    /** The first order after {@code index} that begins otherwise; the number of orders if there is none. */
    static int after(List<byte[]> orders, int index, int prefix) {
        byte[] order = orders.get(index);
        int next = index + 1;
        while (next < orders.size() && beginAlike(orders.get(next), order, prefix)) {
            next++;
        }
        return next;
    }

    static boolean beginAlike(byte[] one, byte[] other, int prefix) {
        return Arrays.equals(one, 0, prefix, other, 0, prefix);
    }
}
