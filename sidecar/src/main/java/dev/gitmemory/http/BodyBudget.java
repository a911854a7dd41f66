package dev.gitmemory.http;

import java.util.concurrent.Semaphore;

/**
 * How many bytes of bodies may be in memory at a time, in proportion to the heap. The beginnings of bodies have a share of
 * their own, so that a few large bodies don't keep out the many small ones. Thread-safe.
 */
final class BodyBudget {

    /** What a body may take while it is read, as a multiple of its bytes: with it the worst bodies go through a heap of 512 MB. */
    private static final int MOST_HEAP_PER_BYTE = 10;

    /** Bodies of people and agents are shorter than that. */
    static final int BEGINNING = 64 * 1024;

    private final Semaphore beginnings;
    private final Semaphore rest;

    /**
     * A budget.
     *
     * @param heapBytes the largest size that the heap may have
     * @param largestBody bytes; one of these always fits, in the smallest heap
     */
    BodyBudget(long heapBytes, int largestBody) {
        this.beginnings = new Semaphore(permits(heapBytes / 8));
        this.rest = new Semaphore(Math.max(permits(heapBytes / 3), largestBody));
    }

    private static int permits(long heapBytes) {
        return (int) Math.min(heapBytes / MOST_HEAP_PER_BYTE, Integer.MAX_VALUE);
    }

    /** A body's part of the budget. Used by one thread at a time. */
    final class Share {
        private int ofBeginnings;
        private int ofRest;

        private Share() {}

        /** Takes so many bytes more; false if they are not to be had, and nothing was taken. */
        boolean take(int bytes) {
            int begins = Math.min(bytes, BEGINNING - ofBeginnings);
            if (!beginnings.tryAcquire(begins)) {
                return false;
            }
            if (!rest.tryAcquire(bytes - begins)) {
                beginnings.release(begins);
                return false;
            }
            ofBeginnings += begins;
            ofRest += bytes - begins;
            return true;
        }

        /** Gives all of it back. */
        void release() {
            beginnings.release(ofBeginnings);
            rest.release(ofRest);
            ofBeginnings = 0;
            ofRest = 0;
        }
    }

    /** A share of nothing yet. */
    Share share() {
        return new Share();
    }
}
