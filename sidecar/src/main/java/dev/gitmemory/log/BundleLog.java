package dev.gitmemory.log;

import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Repository;
import org.jspecify.annotations.Nullable;

/**
 * A git repository that is kept as a log of numbered bundles in an object store, and in memory while it is open.
 *
 * <h2>The log</h2>
 *
 * Entry N is a standard git bundle: all refs as they are after it, and a pack of the objects that no earlier entry has.
 * The newest entry's refs are the repository's. Appending is one conditional create of the next number; nothing
 * else is written, nothing is ever changed, so there is no lock and no order of writes to get wrong, and any number of
 * processes may append. Each entry names the one before by its digest ({@link ChainLink}). Stock git restores
 * everything: {@code git fetch N.bundle '+refs/*:refs/*'} in order.
 *
 * <h2>In memory</h2>
 *
 * All objects by their ids, deflated as in the bundles, and the newest state, an immutable value. Two instances over
 * one log, in this process or another, can't disagree for long: an append that is not on top of the newest entry is
 * refused by the store, and the loser then reads what it has missed. Only reads may be old until {@link #refresh}.
 *
 * <p>Thread-safe. Appends wait for each other; reads wait for nobody.
 */
public final class BundleLog {

    /**
     * How often a change is made again when another entry comes first each time, before {@link LogContendedException}
     * is thrown. With eight processes that write without a rest some lose fifty times in a row.
     */
    public static final int MOST_ATTEMPTS = 200;

    private final RepoLog entries;
    private final String name;
    private final EntryWriter writer;
    private final EntryReader reader;
    private final LoggedObjects objects = new LoggedObjects();
    private final ReentrantLock appending = new ReentrantLock(true);
    private volatile LogState state = LogState.EMPTY;

    /** Guarded by {@link #appending}, as is {@link #reader}. */
    private int racesLostInARow;

    private BundleLog(RepoLog entries, EntryReader reader, String name) {
        this.entries = entries;
        this.name = name;
        this.writer = new EntryWriter(entries, reader);
        this.reader = reader;
    }

    /**
     * Opens the log with all entries that it has now.
     *
     * @param prefix the folder of the repository in the store, without a slash at the end
     * @param readers reads entries in parallel, now and when many have to be caught up with
     * @param parallelism how many entries are asked for at the same time
     * @throws CorruptLogException if an entry is missing or can't be used
     * @throws IOException if the store can't be read
     */
    public static BundleLog open(ObjectStore store, String prefix, Executor readers, int parallelism)
            throws IOException {
        RepoLog entries = new RepoLog(store, prefix);
        EntryReader reader = new EntryReader(entries, readers, parallelism);
        BundleLog log = new BundleLog(entries, reader, prefix);
        reader.readAll(entries.newest(), log::install);
        return log;
    }

    /** Where the log stands, as known to this instance. */
    public LogState state() {
        return state;
    }

    /**
     * Reads the entries that others have appended since; without waiting when there are none.
     *
     * @throws CorruptLogException if one can't be used; the state is the one before it
     * @throws IOException if the store can't be read
     */
    public LogState refresh() throws IOException {
        long number = state.entry() + 1;
        byte[] next = entries.read(number);
        if (next == null) {
            return state;
        }
        appending.lock();
        try {
            if (state.entry() + 1 == number) {
                install(number, Fetched.decode(entries.key(number), next).bundle());
            }
            reader.readOn(state.entry() + 1, this::install);
            return state;
        } finally {
            appending.unlock();
        }
    }

    /**
     * Appends an entry: the new refs, and of what is staged the objects that they need. When it returns a state, the
     * entry is stored durably.
     *
     * @param on the state that the change was made for
     * @param refs all refs as they shall be, {@link LogState#MAIN} among them
     * @return the new state, or null when another entry came first: nothing was appended, and {@link #state} is newer
     *     than {@code on}, though maybe not the newest
     * @throws org.eclipse.jgit.errors.MissingObjectException if an object is neither staged nor in the log
     * @throws CorruptLogException if another entry came first and can't be used
     * @throws UnknownOutcomeException if the entry may be stored or not; {@link #refresh} tells when the store is back
     * @throws StoreUnavailableException if the entry is not stored
     */
    public @Nullable LogState append(LogState on, SortedMap<String, ObjectId> refs, Staging staged) throws IOException {
        if (!refs.containsKey(LogState.MAIN)) {
            throw new IllegalArgumentException("A repository must have " + LogState.MAIN + ", got " + refs.keySet());
        }
        List<NewObject> fresh = new NewObjectsWalk(objects, staged).from(refs.values());
        appending.lock();
        try {
            if (state.entry() != on.entry()) {
                return null;
            }
            long number = on.entry() + 1;
            BundleHeader header = LogStates.next(on, refs, UUID.randomUUID().toString());
            Bundle entry = BundleCodec.encode(header, fresh);
            return write(number, entry) ? state : null;
        } finally {
            appending.unlock();
        }
    }

    /** New objects on top of this log. */
    public Staging stage() {
        return new Staging(objects);
    }

    /**
     * A view for JGit: a bare repository for one operation such as a push, not thread-safe. What is inserted is seen
     * through this view only, until a ref update puts it into the log. The caller closes it.
     */
    public Repository newRepository() {
        return new LogRepository(this, objects);
    }

    /** Reads the objects of this log. The caller closes it. */
    public ObjectReader newReader() {
        return new LogObjectReader(objects, null, null);
    }

    /** The commit with this id, or null if the log has none. */
    public @Nullable LoggedCommit commit(AnyObjectId id) {
        return objects.get(id) instanceof LoggedCommit commit ? commit : null;
    }

    /** The commits whose ids begin so, in ascending order. */
    public List<LoggedCommit> commitsStartingWith(AbbreviatedObjectId abbreviation) {
        return objects.startingWith(abbreviation).stream()
                .filter(LoggedCommit.class::isInstance)
                .map(LoggedCommit.class::cast)
                .toList();
    }

    /** How many commits the log has, reachable or not. */
    public long commits() {
        return objects.commits();
    }

    /** About how much heap this log takes. */
    public long bytes() {
        return objects.bytes();
    }

    /** The folder of the repository in the store. */
    public String name() {
        return name;
    }

    private boolean write(long number, Bundle entry) throws IOException {
        if (racesLostInARow > 1) {
            // Others are writing, most likely at this moment: whoever reads only after having lost is late again.
            reader.begin(number, 2);
        }
        byte[] others = writer.write(number, entry.bytes());
        if (others == null) {
            racesLostInARow = 0;
            reader.forgetBegun();
            install(number, entry);
            return true;
        }
        install(number, Fetched.decode(entries.key(number), others).bundle());
        if (racesLostInARow++ > 0) {
            reader.readOn(number + 1, this::install);
        }
        return false;
    }

    private void install(long number, Bundle entry) throws CorruptLogException {
        try {
            LogStates.checkFollows(entry, state);
            Addition addition = new Addition(objects, entry);
            LogState after = LogStates.after(entry, number, addition);
            objects.add(addition);
            state = after;
        } catch (MalformedBundleException e) {
            throw Fetched.corrupt(entries.key(number), e);
        }
    }
}
