package dev.gitmemory.log;

/**
 * What an open log has in memory: every object, the newest state, and what came since the newest checkpoint. Read by
 * any thread; changed by one at a time, which is the caller's to see to.
 */
final class LogMemory {

    private final RepoLog entries;
    private final LoggedObjects objects = new LoggedObjects();
    private final Tail tail = new Tail();
    private volatile LogState state = LogState.EMPTY;

    LogMemory(RepoLog entries) {
        this.entries = entries;
    }

    LoggedObjects objects() {
        return objects;
    }

    LogState state() {
        return state;
    }

    /** For those who change this only. */
    Tail tail() {
        return tail;
    }

    /** Whether every object of {@code entry} is here. */
    boolean hasAll(Bundle entry) {
        return entry.objects().stream().allMatch(objects::has);
    }

    /**
     * Takes the next entry.
     *
     * @throws CorruptLogException if it does not follow; nothing is changed
     */
    void install(long number, Bundle entry) throws CorruptLogException {
        try {
            Addition addition = new Addition(objects, entry);
            LogState after = after(number, entry, addition);
            objects.add(addition);
            tail.add(number, addition.objects().values(), entry.bytes().length);
            state = after;
        } catch (MalformedBundleException e) {
            throw Fetched.corrupt(entries.key(number), e);
        }
    }

    /**
     * Checks an entry that is about to be written.
     *
     * @throws IllegalArgumentException if nobody would read it as the next one
     */
    void check(long number, Bundle entry) {
        try {
            after(number, entry, new Addition(objects, entry));
        } catch (MalformedBundleException e) {
            throw new IllegalArgumentException("Entry " + number + " is not written: " + e.getMessage(), e);
        }
    }

    private LogState after(long number, Bundle entry, Addition addition) throws MalformedBundleException {
        LogStates.checkFollows(entry, state, entries.owner());
        LogState after = LogStates.after(entry.header().refs(), number, ChainLink.sha256(entry.bytes()), addition);
        MainRule.check(state.head(), after, addition);
        return after;
    }

    /**
     * Takes everything up to entry {@code number} at once.
     *
     * @param last the entry itself, which every checkpoint's is kept for: it shows that the two belong together, and
     *     the entry after it is tied to it
     * @throws CorruptLogException if they don't fit; nothing is changed
     */
    void installCheckpoint(long number, Bundle checkpoint, Bundle last) throws CorruptLogException {
        String digest;
        try {
            entries.owner().check(last.header(), false);
            LogStates.checkIsEntry(last, number);
            digest = ChainLink.sha256(last.bytes());
        } catch (MalformedBundleException e) {
            throw Fetched.corrupt(entries.key(number), e);
        }
        try {
            entries.owner().check(checkpoint.header(), Owner.isIn(last.header()));
            if (!checkpoint.header().refs().equals(last.header().refs())) {
                throw new MalformedBundleException("its refs are not those of entry " + number);
            }
            Addition addition = new Addition(objects, checkpoint);
            for (LoggedObject object : last.objects()) {
                if (addition.get(object) == null) {
                    throw new MalformedBundleException("it lacks object " + object.name() + " of entry " + number);
                }
            }
            LogState after = LogStates.after(checkpoint.header().refs(), number, digest, addition);
            MainRule.check(state.head(), after, addition);
            objects.add(addition);
            tail.checkpointed(number, checkpoint.bytes().length);
            state = after;
        } catch (MalformedBundleException e) {
            throw new CorruptLogException(
                    entries.checkpointKey(number),
                    e.getMessage() + "; put the object as it was back, from a backup of the store. If all entries after"
                            + " the checkpoint before, or from 1 on, are there, it may be deleted instead",
                    e);
        }
    }
}
