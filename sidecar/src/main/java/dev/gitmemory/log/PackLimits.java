package dev.gitmemory.log;

import org.eclipse.jgit.lib.Constants;

/**
 * What a pack may ask for, checked before memory is taken for it: what git-memory may itself have written keeps to it, and
 * whoever may write to the store writes what he likes.
 */
final class PackLimits {

    /** Deflating makes nothing smaller than by this factor. */
    private static final long MOST_INFLATED = 1032;

    /** The header of an object and the deflated form of nothing. */
    private static final int SMALLEST_OBJECT = 9;

    /** As JGit's pack writer has it where nothing else is set. */
    static final int DEEPEST_DELTA = 50;

    /** Commits, trees and tags are parsed on the heap: one may take this part of it. */
    private static final int PARSED_SHARE = 8;

    /** What is kept of all objects may take this part of the heap, their contents apart. */
    private static final int INDEX_SHARE = 2;

    private PackLimits() {}

    /** @throws MalformedBundleException if so many objects are not in so many bytes, or are more than the heap can hold */
    static void checkCount(long count, long bytes) throws MalformedBundleException {
        if (count > bytes / SMALLEST_OBJECT) {
            throw new MalformedBundleException(
                    "its pack announces %d objects, which %d bytes can't hold".formatted(count, bytes));
        }
        long heap = Runtime.getRuntime().maxMemory();
        if (count > heap / INDEX_SHARE / LoggedObject.OVERHEAD_BYTES) {
            throw new MalformedBundleException(
                    "its pack holds %d objects, too many for a heap of %d MiB; if it should hold them, give the process more (-Xmx)"
                            .formatted(count, heap >> 20));
        }
    }

    /** @throws MalformedBundleException if what is deflated in {@code bytes} bytes at most can't have {@code size} bytes */
    static void checkSize(int type, long size, long bytes) throws MalformedBundleException {
        if (size > bytes * MOST_INFLATED) {
            throw new MalformedBundleException(
                    "an object of its pack claims %d bytes, which %d deflated bytes can't hold".formatted(size, bytes));
        }
        long heap = Runtime.getRuntime().maxMemory();
        if (type != Constants.OBJ_BLOB && size > heap / PARSED_SHARE) {
            throw new MalformedBundleException(
                    "a %s of its pack has %d bytes, too many for a heap of %d MiB; if it should have, give the process more (-Xmx)"
                            .formatted(name(type), size, heap >> 20));
        }
    }

    /** @throws MalformedBundleException if it is more than an entry may hold */
    static void checkTotal(long size) throws MalformedBundleException {
        if (size > BundleLog.LARGEST_ENTRY_BYTES) {
            throw new MalformedBundleException(
                    "its objects have more than %d MiB together, which is the most of an entry"
                            .formatted(BundleLog.LARGEST_ENTRY_BYTES >> 20));
        }
    }

    private static String name(int type) {
        return type <= Constants.OBJ_TAG ? Constants.typeString(type) : "delta";
    }
}
