package dev.gitmemory.service;

import dev.gitmemory.postgres.Database;
import dev.gitmemory.postgres.Installation;
import dev.gitmemory.postgres.Ledger;
import dev.gitmemory.repo.CommitKey;
import dev.gitmemory.repo.MemoryRepositories;
import dev.gitmemory.repo.TransferProgress;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreIdentity;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Which store belongs to a ledger, and whether a store is that one. Asked when a store is opened; writes cost nothing for it.
 * Thread-safe.
 *
 * <h2>How a store comes to belong to a ledger</h2>
 *
 * The store has its id in an object ({@link StoreIdentity}), the ledger has the id and the address. The first command or
 * sidecar that writes makes both, the object first: one that dies in between leaves a store with an id, which the next one
 * takes up. Before that every commit that the ledger equals must be in the store. From then on another id, or none, is refused;
 * only {@link #adopt} changes that.
 *
 * <p>The same id at another address is the store that was moved, or a copy. It may be read with a note. Whoever writes takes it
 * for the ledger's from then on, where it has every commit that the ledger equals and no sidecar runs, which would go on with the
 * former one. (Who writes to both all the same finds the ledger ahead of the log, and is refused.) A store in memory has no id: nothing of it is written down, and it belongs to a ledger that knows
 * no repository and no other store.
 */
public final class StoreBinding {

    /** Reading commands look at no more repositories than these, each time, as long as the ledger knows no store. */
    private static final int SAMPLE = 100;

    private static final String ADOPT = "'git-memory store adopt' with this --store";

    private final Database database;

    public StoreBinding(Database database) {
        this.database = database;
    }

    /**
     * Makes sure that a store is the ledger's, and changes nothing.
     *
     * @param writes whether it will be written to
     * @return what whoever reads should know; empty where there is nothing to say
     * @throws StoreMismatchException if it is not the ledger's; the message says what to do
     * @throws IOException if the store can't be read, or its id can't
     */
    public Optional<String> check(ObjectStore store, boolean writes) throws IOException {
        Optional<Installation.Store> known =
                database.inTransaction(tx -> tx.installation().store());
        Optional<UUID> id = StoreIdentity.read(store);
        if (known.isEmpty()) {
            requireAgreement(store, writes);
            return Optional.empty();
        }
        Installation.Store ledger = known.get();
        String address = StoreIdentity.address(store);
        if (id.isEmpty()) {
            throw mismatch(
                    store,
                    ledger,
                    "has no id: it is empty, or another one",
                    "mount or restore the right one; if the store was moved there without its object "
                            + StoreIdentity.KEY + ", or lost it, " + ADOPT
                            + " compares it with the ledger and gives it the id back");
        }
        if (!id.get().equals(ledger.id())) {
            throw mismatch(
                    store,
                    ledger,
                    "is another one, with the id " + id.get(),
                    "if the ledger is to go on with it all the same, " + ADOPT
                            + " makes it the ledger's, where it has all that the ledger knows");
        }
        if (address.equals(ledger.address())) {
            return Optional.empty();
        }
        if (!writes) {
            return Optional.of("The store %s is a copy of the ledger's, %s, or the same store mounted elsewhere"
                    .formatted(address, ledger.address()));
        }
        Agreement agreement = agreement(store, Integer.MAX_VALUE, TransferProgress.NONE);
        if (!agreement.isComplete()) {
            throw mismatch(
                    store,
                    ledger,
                    "has the same id and is older: " + agreement.text(),
                    "copy what is missing, with no sidecar running; if it is lost for good, " + ADOPT
                            + " and --older-store takes the store as it is");
        }
        requireNoSidecar();
        return Optional.of("The store was at %s so far, and is %s from now on: never write to both"
                .formatted(ledger.address(), address));
    }

    /**
     * Writes down in ledger and store that they belong together, where neither says so yet, and where the store is now.
     * {@link #check} has allowed it.
     *
     * @throws StoreMismatchException if another store has become the ledger's at this moment
     * @throws IOException if the store failed; a later call goes on
     */
    public void bind(ObjectStore store) throws IOException {
        if (isInMemory(store)) {
            return;
        }
        Optional<Installation.Store> known =
                database.inTransaction(tx -> tx.installation().store());
        if (known.isPresent()) {
            check(store, true); // another process may have been first, with another store
            replace(known.get(), new Installation.Store(known.get().id(), StoreIdentity.address(store)));
            return;
        }
        UUID id = StoreIdentity.create(store, UUID.randomUUID());
        Installation.Store wanted = new Installation.Store(id, StoreIdentity.address(store));
        Installation.Store kept = database.inTransaction(tx -> tx.installation().keepFirst(wanted));
        if (!kept.equals(wanted)) {
            check(store, true);
        }
    }

    /**
     * Writes down where the store is now, where it has the ledger's id and lies in one folder with the database itself: who
     * moves or copies that folder takes both along.
     *
     * @throws IOException if the store can't be read
     */
    public void moveAlong(ObjectStore store) throws IOException {
        Optional<Installation.Store> known =
                database.inTransaction(tx -> tx.installation().store());
        if (known.isPresent() && StoreIdentity.read(store).equals(known.map(Installation.Store::id))) {
            replace(known.get(), new Installation.Store(known.get().id(), StoreIdentity.address(store)));
        }
    }

    /**
     * What {@link #adopt} did.
     *
     * @param before what the ledger said; null where it said nothing
     * @param now what it says from now on
     * @param compared how many repositories the ledger knows
     * @param lacking what the store lacks of them, as a clause for people; empty where it has everything
     */
    public record Adopted(Installation.@Nullable Store before, Installation.Store now, int compared, String lacking) {}

    /**
     * Makes a store the ledger's from now on, whichever it was before, once it is certain that it has all that the ledger knows.
     *
     * @param olderStore whether to take a store that lacks commits; its id must be the ledger's, or missing
     * @throws StoreMismatchException if the store lacks commits, or a sidecar runs; nothing was changed
     * @throws IOException if the store failed; nothing was changed in the ledger
     */
    public Adopted adopt(ObjectStore store, boolean olderStore, TransferProgress progress) throws IOException {
        if (isInMemory(store)) {
            throw new StoreMismatchException("A store in memory can't be adopted: it is gone when this process ends");
        }
        requireNoSidecar();
        Optional<Installation.Store> known =
                database.inTransaction(tx -> tx.installation().store());
        Optional<UUID> id = StoreIdentity.read(store);
        Agreement agreement = agreement(store, Integer.MAX_VALUE, progress);
        boolean isAnother = id.isPresent()
                && known.isPresent()
                && !id.get().equals(known.get().id());
        if (!agreement.isComplete() && (!olderStore || isAnother)) {
            throw new StoreMismatchException("The store %s was not adopted, nothing was changed: %s. %s"
                    .formatted(
                            StoreIdentity.address(store),
                            agreement.text(),
                            isAnother
                                    ? "It is another store than the ledger's, which is %s (id %s)"
                                            .formatted(
                                                    known.get().address(),
                                                    known.get().id())
                                    : "Copy what is missing, with no sidecar running; if it is lost for good,"
                                            + " --older-store takes the store as it is, and each of these agents waits"
                                            + " until somebody decides"));
        }
        UUID now = StoreIdentity.create(
                store, id.orElseGet(() -> known.map(Installation.Store::id).orElseGet(UUID::randomUUID)));
        Installation.Store wanted = new Installation.Store(now, StoreIdentity.address(store));
        requireNoSidecar();
        replace(known.orElse(null), wanted);
        return new Adopted(
                known.orElse(null), wanted, agreement.compared(), agreement.isComplete() ? "" : agreement.text());
    }

    private void replace(Installation.@Nullable Store before, Installation.Store now) {
        if (!now.equals(before)) {
            database.execute(tx -> tx.installation().replaceStore(now));
        }
    }

    /**
     * Makes sure that no sidecar runs: each goes on with the store that it has opened, whatever the ledger says since.
     *
     * @throws StoreMismatchException if one does
     */
    public void requireNoSidecar() throws StoreMismatchException {
        int running = database.inTransaction(tx -> tx.installation().sidecars());
        if (running > 0) {
            throw new StoreMismatchException(
                    "Nothing was changed: %s, and would go on with the store that %s opened. Stop all sidecars first"
                            .formatted(
                                    running == 1
                                            ? "a sidecar of the database runs"
                                            : running + " sidecars of the database run",
                                    running == 1 ? "it has" : "they have"));
        }
    }

    private void requireAgreement(ObjectStore store, boolean writes) throws IOException {
        Agreement agreement = agreement(store, writes ? Integer.MAX_VALUE : SAMPLE, TransferProgress.NONE);
        if (writes ? agreement.isComplete() : !agreement.isNothing()) {
            return;
        }
        throw new StoreMismatchException(
                "The store %s is not the one that the database's ledger knows, or an older one: %s. Nothing was changed. Correct --store, or --data-dir; restore what is missing; if it is lost for good, %s and --older-store takes the store as it is"
                        .formatted(StoreIdentity.address(store), agreement.text(), ADOPT));
    }

    private Agreement agreement(ObjectStore store, int most, TransferProgress progress) throws IOException {
        List<Ledger.Repo> ledger = database.inTransaction(tx -> tx.ledger().repos());
        try (MemoryRepositories repositories = new MemoryRepositories(store, Clock.systemUTC(), CommitKey.random())) {
            return Agreement.of(ledger.subList(0, Math.min(most, ledger.size())), repositories, progress);
        }
    }

    private static StoreMismatchException mismatch(
            ObjectStore store, Installation.Store ledger, String difference, String otherwise) {
        String address = StoreIdentity.address(store);
        return new StoreMismatchException(
                "The database's ledger belongs to the store %s (id %s), and %s %s. Nothing was changed. Correct --store, or --data-dir; %s"
                        .formatted(
                                ledger.address(),
                                ledger.id(),
                                address.equals(ledger.address()) ? "the store there now" : "the store " + address,
                                difference,
                                otherwise));
    }

    private static boolean isInMemory(ObjectStore store) {
        return "memory".equals(store.uri().getScheme());
    }
}
