package dev.gitmemory.log;

import java.io.IOException;

/** What was to be appended at once is more than an entry may hold; nothing was committed. */
public final class EntryTooLargeException extends IOException {

    private static final long serialVersionUID = 1L;

    EntryTooLargeException(long bytes, long limit) {
        super("%d bytes of new objects at once are more than the %d MiB that an entry may hold; push in smaller steps"
                .formatted(bytes, limit >> 20));
    }
}
