package dev.gitmemory.log;

import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.ObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
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

    /**
     * How many bytes of new objects an entry may hold, before they are deflated: it is one object in the store, and is
     * held on the heap as a whole, several times, while it is written or read.
     */
    public static final long LARGEST_ENTRY_BYTES = 512L << 20;

    private final RepoLog entries;
    private final String name;
    private final LogMemory memory;
    private final EntryWriter writer;
    private final EntryReader reader;
    private final LogFollower follower;
    private final Checkpointer checkpointer;
    private final Trust trust;
    private final KnownDamage damage;
    private final Consumer<BundleLog> whenAppended;
    private final SharedAnswer<LogState> refreshed = new SharedAnswer<>(this::readNewer);
    private final ReentrantLock appending = new ReentrantLock(true);

    /** Guarded by {@link #appending}, as are {@link #reader}, {@link #follower} and changes of {@link #memory}. */
    private int racesLostInARow;

    private BundleLog(
            ObjectStore store,
            String prefix,
            Executor readers,
            int parallelism,
            Consumer<BundleLog> whenAppended,
            Trust trust) {
        this.entries = new RepoLog(store, prefix, this::find);
        this.name = prefix;
        this.damage = new KnownDamage(store);
        this.memory = new LogMemory(entries);
        this.reader = new EntryReader(entries, readers, parallelism);
        this.writer = new EntryWriter(entries, reader);
        this.follower = new LogFollower(entries, reader, memory, trust);
        this.checkpointer = new Checkpointer(entries, Runtime.getRuntime().maxMemory() / Checkpointer.HEAP_SHARE);
        this.whenAppended = whenAppended;
        this.trust = trust;
    }

    /**
     * Opens the log with all entries that it has now.
     *
     * @param prefix the folder of the repository in the store, without a slash at the end
     * @param readers reads entries in parallel, now and when many have to be caught up with
     * @param parallelism how many entries are asked for at the same time
     * @param whenAppended told of every entry that this instance has appended, by the thread that did; must be quick
     * @throws CorruptLogException if an object is missing or can't be used
     * @throws IOException if the store can't be read
     */
    public static BundleLog open(
            ObjectStore store, String prefix, Executor readers, int parallelism, Consumer<BundleLog> whenAppended)
            throws IOException {
        return open(store, prefix, readers, parallelism, whenAppended, new Trust());
    }

    static BundleLog open(
            ObjectStore store,
            String prefix,
            Executor readers,
            int parallelism,
            Consumer<BundleLog> whenAppended,
            Trust trust)
            throws IOException {
        BundleLog log = new BundleLog(store, prefix, readers, parallelism, whenAppended, trust);
        log.deadline().during(() -> {
            log.follower.open();
            return log;
        });
        return log;
    }

    /** Where the log stands, as known to this instance. */
    public LogState state() {
        return memory.state();
    }

    /**
     * Reads the entries that others have appended since: all that were there when this was called. One request when
     * there are none, and calls that come together share it.
     *
     * @throws CorruptLogException if one can't be used; the state is the one before it
     * @throws IOException if the store can't be read
     */
    public LogState refresh() throws IOException {
        return deadline().during(refreshed::get);
    }

    /** By when a write or a {@link #refresh} that begins now on this thread is over. */
    public Deadline deadline() {
        return entries.deadline();
    }

    private LogState readNewer() throws IOException {
        return damage.sparing(this::readOn);
    }

    private LogState readOn() throws IOException {
        long number = state().entry() + 1;
        Trust.Moment asked = trust.now();
        byte[] next = entries.read(number);
        if (next == null && trust.renew(asked)) {
            return state();
        }
        Deadline.current().lock(appending, "Can't read entry " + number + " of '" + name + "'");
        try {
            if (next != null) {
                follower.accept(number, Fetched.entry(entries, number, next));
            }
            follower.follow();
            return state();
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
     * @throws IllegalArgumentException if main does not continue what it was; nothing was stored
     * @throws EntryTooLargeException if that is more than {@link #LARGEST_ENTRY_BYTES}
     * @throws CorruptLogException if another entry came first and can't be used
     * @throws UnknownOutcomeException if the entry may be stored, or come to be stored, or not; {@link #refresh} tells
     * @throws StoreUnavailableException if the entry is not stored; also where the store is known to have lost the one
     *     before it
     */
    @SuppressWarnings("NullAway") // does not know that a lambda may answer null here
    public @Nullable LogState append(LogState on, SortedMap<String, ObjectId> refs, Staging staged) throws IOException {
        if (!refs.containsKey(LogState.MAIN)) {
            throw new IllegalArgumentException("A repository must have " + LogState.MAIN + ", got " + refs.keySet());
        }
        List<NewObject> fresh = new NewObjectsWalk(memory.objects(), staged).from(refs.values());
        long size = fresh.stream().mapToLong(NewObject::size).sum();
        if (size > LARGEST_ENTRY_BYTES) {
            throw new EntryTooLargeException(size, LARGEST_ENTRY_BYTES);
        }
        LogState after = deadline().during(() -> damage.<@Nullable LogState>sparing(() -> append(on, refs, fresh)));
        if (after != null) {
            whenAppended.accept(this);
        }
        return after;
    }

    private @Nullable LogState append(LogState on, SortedMap<String, ObjectId> refs, List<NewObject> fresh)
            throws IOException {
        Deadline.current().lock(appending, "Nothing is committed to '" + name + "'");
        try {
            follower.makeTrusted();
            if (state().entry() != on.entry()) {
                return null;
            }
            if (!follower.hasNewest()) {
                return null;
            }
            long number = on.entry() + 1;
            BundleHeader header = LogStates.next(
                    on, entries.owner().sign(refs), UUID.randomUUID().toString());
            Bundle entry = BundleCodec.encode(header, signed(fresh)).placed(entries.stored(entries.key(number)));
            memory.check(number, entry);
            return write(number, entry) ? state() : null;
        } finally {
            appending.unlock();
        }
    }

    /** With what says whose log it is, where that is not in it yet. */
    private List<NewObject> signed(List<NewObject> fresh) {
        NewObject owner = entries.owner().blob();
        if (memory.objects().has(owner.id()) || fresh.stream().anyMatch(o -> o.id().equals(owner.id()))) {
            return fresh;
        }
        List<NewObject> all = new ArrayList<>(fresh);
        all.add(owner);
        return all;
    }

    /** How many entries came after the newest checkpoint that this instance knows. */
    public int entriesSinceCheckpoint() {
        return memory.tail().entries();
    }

    /** The size of these entries in the store. */
    public long bytesSinceCheckpoint() {
        return memory.tail().bytes();
    }

    /** The size of the newest checkpoint that this instance knows; 0 if it knows none. */
    public long checkpointBytes() {
        return memory.tail().checkpointBytes();
    }

    /**
     * Makes a checkpoint of everything up to the newest entry, unless there is one already, and removes older ones but
     * one. Holds up nobody but other checkpoints; takes several requests, and for a while about twice the
     * checkpoint's size of heap, which is refused if it is more than half of all. A crash anywhere in it leaves at worst a checkpoint too many.
     *
     * @return whether this call has made one
     * @throws IOException if the store failed, or what was made is not what it should be; the log goes on without it
     */
    public boolean checkpoint() throws IOException {
        refresh();
        return checkpointer.run(this::snapshot, this::checkpointed, memory.objects());
    }

    private Checkpointer.Snapshot snapshot() {
        appending.lock();
        try {
            return new Checkpointer.Snapshot(
                    state(),
                    memory.objects().count(),
                    memory.tail().checkpoint(),
                    memory.tail().objects(),
                    memory.tail().checkpointBytes() + memory.tail().bytes());
        } finally {
            appending.unlock();
        }
    }

    private void checkpointed(long number, long size) {
        appending.lock();
        try {
            memory.tail().checkpointed(number, size);
        } finally {
            appending.unlock();
        }
    }

    /** New objects on top of this log. */
    public Staging stage() {
        return new Staging(memory.objects());
    }

    /**
     * A view for JGit: a bare repository for one operation such as a push, not thread-safe. What is inserted is seen
     * through this view only, until a ref update puts it into the log. The caller closes it.
     */
    public Repository newRepository() {
        return new LogRepository(this, memory.objects(), null);
    }

    /** A view for much to be inserted at once: what is more than a little is kept in a temporary file. */
    public Repository newSpoolingRepository() {
        return new LogRepository(this, memory.objects(), new Spool());
    }

    /** Reads the objects of this log. The caller closes it. */
    public ObjectReader newReader() {
        return new LogObjectReader(memory.objects(), null, null);
    }

    /** The commit with this id, or null if the log has none. */
    public @Nullable LoggedCommit commit(AnyObjectId id) {
        return memory.objects().get(id) instanceof LoggedCommit commit ? commit : null;
    }

    /** The commits whose ids begin so, in ascending order. */
    public List<LoggedCommit> commitsStartingWith(AbbreviatedObjectId abbreviation) {
        return memory.objects().startingWith(abbreviation).stream()
                .filter(LoggedCommit.class::isInstance)
                .map(LoggedCommit.class::cast)
                .toList();
    }

    /** How many commits the log has, reachable or not. */
    public long commits() {
        return memory.objects().commits();
    }

    /** About how much heap this log takes. */
    public long bytes() {
        return memory.objects().bytes();
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
        Trust.Moment asked = trust.now();
        byte[] others = writer.write(number, entry.bytes());
        if (others == null) {
            racesLostInARow = 0;
            reader.forgetBegun();
            return trust.renew(asked) ? installOwn(number, entry) : settle(number, entry);
        }
        follower.accept(number, Fetched.entry(entries, number, others));
        if (racesLostInARow++ > 0) {
            follower.readOn();
        }
        return false;
    }

    private boolean installOwn(long number, Bundle entry) throws CorruptLogException {
        memory.install(number, entry);
        return true;
    }

    /**
     * An entry of ours was stored under a number that may have been another's before, whose entry a checkpoint covers
     * and which was deleted. If so ours is in no log, and nobody has read it: whoever might has to look at the
     * checkpoints first, as this does.
     */
    private boolean settle(long number, Bundle entry) throws IOException {
        try {
            follower.makeTrusted();
        } catch (PurgedException e) {
            entries.delete(number); // nobody would ever read it
            throw e;
        } catch (IOException e) {
            throw new UnknownOutcomeException(
                    entries.key(number),
                    "'" + entries.key(number) + "' was stored, and the store could not say whether its number was still"
                            + " free: " + e.getMessage(),
                    e);
        }
        if (state().entry() < number) {
            return installOwn(number, entry);
        }
        if (memory.hasAll(entry)) {
            return true; // others were so fast that a checkpoint covers it
        }
        entries.delete(number);
        return false;
    }

    /** Looks for a blob whose bundle was deleted since this instance has read it. */
    private @Nullable LoggedObject find(AnyObjectId id) throws IOException {
        appending.lock();
        try {
            follower.relocateBlobs();
            return memory.objects().get(id);
        } finally {
            appending.unlock();
        }
    }
}
