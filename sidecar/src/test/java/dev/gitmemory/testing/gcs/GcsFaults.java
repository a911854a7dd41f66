package dev.gitmemory.testing.gcs;

import dev.gitmemory.testing.gcs.GcsRequest.Kind;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The faults that are to come: each is used up by the next request that it is for. Thread-safe. */
public final class GcsFaults {

    private static final List<GcsFault> ANY_TIME = List.of(
            GcsFault.TOO_MANY_REQUESTS,
            GcsFault.UNAVAILABLE,
            GcsFault.REQUEST_TIMEOUT,
            GcsFault.RESET_BEFORE,
            GcsFault.RESET_AFTER,
            GcsFault.STALL_BEFORE,
            GcsFault.STALL_AFTER,
            GcsFault.LATE,
            GcsFault.TRUNCATED,
            GcsFault.PRECONDITION_FAILED,
            GcsFault.CORRUPTED);

    private final Map<Kind, Queue<GcsFault>> next = new EnumMap<>(Kind.class);
    private @Nullable Random random;
    private int oneIn;
    private @Nullable GcsFault always;
    private @Nullable Plan plan;

    /** Decides what goes wrong with each request. */
    @FunctionalInterface
    public interface Plan {
        /**
         * What goes wrong with a request; null for nothing.
         *
         * @param upload whether an object is to be created, which others than uploads don't
         * @param object the object's name; of a listing what names begin with
         */
        @Nullable
        GcsFault of(boolean upload, String object);
    }

    /** From now on requests fail as planned; null for none. */
    public synchronized void plan(@Nullable Plan plan) {
        this.plan = plan;
    }

    /** The next uploads fail so, one after the other. */
    public GcsFaults nextUploads(GcsFault... faults) {
        return add(Kind.UPLOAD, faults);
    }

    /** The next requests for objects' contents fail so. */
    public GcsFaults nextDownloads(GcsFault... faults) {
        return add(Kind.DOWNLOAD, faults);
    }

    /** The next requests for objects' metadata fail so. */
    public GcsFaults nextMetadata(GcsFault... faults) {
        return add(Kind.METADATA, faults);
    }

    /** The next listings fail so. */
    public GcsFaults nextLists(GcsFault... faults) {
        return add(Kind.LIST, faults);
    }

    /** The next deletions fail so. */
    public GcsFaults nextDeletes(GcsFault... faults) {
        return add(Kind.DELETE, faults);
    }

    private synchronized GcsFaults add(Kind kind, GcsFault... faults) {
        next.computeIfAbsent(kind, k -> new ArrayDeque<>()).addAll(Arrays.asList(faults));
        return this;
    }

    /** From now on every request fails so; null for none. */
    public synchronized void always(@Nullable GcsFault fault) {
        always = fault;
    }

    /** From now on about one request in {@code n} fails, in one of the ways that pass; 0 ends it. */
    public synchronized void oneIn(int n, long seed) {
        oneIn = n;
        random = new Random(seed);
    }

    synchronized @Nullable GcsFault next(GcsRequest request) {
        Queue<GcsFault> told = next.get(request.kind());
        if (told != null && !told.isEmpty()) {
            return told.poll();
        }
        if (always != null) {
            return always;
        }
        if (plan != null && request.kind() != Kind.OTHER) {
            GcsFault planned = plan.of(request.kind() == Kind.UPLOAD, request.name());
            return planned == null ? null : possible(planned, request);
        }
        return oneIn > 0 && random != null && random.nextInt(oneIn) == 0
                ? possible(ANY_TIME.get(random.nextInt(ANY_TIME.size())), request)
                : null;
    }

    /** A precondition has who uploads, and a checksum what is uploaded, or downloaded whole; others meet an outage. */
    private static GcsFault possible(GcsFault fault, GcsRequest request) {
        boolean upload = request.kind() == Kind.UPLOAD;
        boolean whole = request.kind() == Kind.DOWNLOAD && !request.headers().containsKey("range");
        boolean possible =
                switch (fault) {
                    case PRECONDITION_FAILED, PRECONDITION_FAILED_AFTER -> upload;
                    case CORRUPTED -> upload || whole;
                    default -> true;
                };
        return possible ? fault : GcsFault.UNAVAILABLE;
    }
}
