package dev.gitmemory.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.eclipse.jgit.lib.Constants;

/**
 * Where the objects of a bundle are kept: on the heap, but for big blobs, which stay in the store. A repository costs
 * heap for what is read often, and a movie in it is not.
 *
 * @param objects those of the bundle
 * @param heapBytes how many bytes of the bundle are kept on the heap
 */
record Placement(List<LoggedObject> objects, long heapBytes) {

    /** A blob of more deflated bytes than these is big. A block of a million characters is not. */
    static final int BIG = 1 << 20;

    /** All on the heap. */
    static Placement heap(byte[] bytes, List<LoggedObject> objects) {
        return new Placement(objects, bytes.length);
    }

    /**
     * Big blobs in the store.
     *
     * @param bytes of a whole bundle
     * @param objects the bundle's objects, as they are on the heap in {@code bytes}
     * @param packEnd where the last object ends
     */
    static Placement of(byte[] bytes, List<LoggedObject> objects, int packEnd, ObjectSource stored) {
        if (bytes.length <= BIG) {
            return heap(bytes, objects);
        }
        List<LoggedObject> inOrder = new ArrayList<>(objects);
        inOrder.sort(Comparator.comparingInt(LoggedObject::offset));
        List<Integer> big = new ArrayList<>();
        for (int i = 0; i < inOrder.size(); i++) {
            LoggedObject object = inOrder.get(i);
            if (object.type() == Constants.OBJ_BLOB && end(inOrder, i, packEnd) - object.offset() > BIG) {
                big.add(i);
            }
        }
        return big.isEmpty() ? heap(bytes, objects) : without(big, bytes, inOrder, packEnd, stored);
    }

    private static Placement without(
            List<Integer> big, byte[] bytes, List<LoggedObject> inOrder, int packEnd, ObjectSource stored) {
        List<LoggedObject> placed = new ArrayList<>(inOrder.size());
        HeapPack pieces = null;
        long kept = 0;
        int begin = 0;
        int first = 0;
        for (int i = 0; i <= big.size(); i++) {
            int next = i < big.size() ? big.get(i) : inOrder.size();
            int end = i < big.size() ? inOrder.get(next).offset() : packEnd;
            HeapPack piece = new HeapPack(Arrays.copyOfRange(bytes, begin, end), begin, pieces);
            inOrder.subList(first, next).forEach(object -> placed.add(object.in(piece)));
            pieces = piece;
            kept += end - begin;
            if (i < big.size()) {
                placed.add(inOrder.get(next).in(stored));
                begin = end(inOrder, next, packEnd);
                first = next + 1;
            }
        }
        return new Placement(placed, kept);
    }

    private static int end(List<LoggedObject> inOrder, int index, int packEnd) {
        return index + 1 < inOrder.size() ? inOrder.get(index + 1).offset() : packEnd;
    }
}
