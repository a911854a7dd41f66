package dev.gitmemory.postgres;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/** What the database keeps for all processes that work on it. */
public final class Installation {

    private static final String ADVICE =
            "Restore git_memory.commit_key from a backup of this database. Without one, a member of"
                    + " git_memory_owner makes a new key by INSERT INTO git_memory.commit_key DEFAULT VALUES; commits made before are"
                    + " then shown with git's author line, as anybody's are";

    /**
     * The object storage that belongs to the ledger.
     *
     * @param id what the store says of itself, too
     * @param address where it was when it was written here, see {@code StoreIdentity.address}
     */
    public record Store(UUID id, String address) {}

    private final Handle handle;

    Installation(Handle handle) {
        this.handle = handle;
    }

    /**
     * The secret by which commits prove that one of these processes made them. Not to be logged, nor handed to anybody.
     *
     * @throws IllegalInstallationException if the database has none
     */
    public byte[] commitKey() {
        return handle.createQuery("SELECT key FROM git_memory.commit_key WHERE key IS NOT NULL")
                .mapTo(byte[].class)
                .findOne()
                .orElseThrow(() -> new IllegalInstallationException(
                        "The database has no key for commits, so nothing could prove which commits git-memory has made. "
                                + ADVICE));
    }

    /** What the catalogue says is not as it was installed; see {@link Database#defects}. */
    List<Defect> defects() {
        return handle.createQuery("SELECT object, state, remedy FROM git_memory.defects() " + Defect.ORDER)
                .map(ConstructorMapper.of(Defect.class))
                .list();
    }

    /** The store that belongs to the ledger; empty until a command or sidecar has written to one. */
    public Optional<Store> store() {
        return handle.createQuery("SELECT id, address FROM git_memory.store")
                .map(ConstructorMapper.of(Store.class))
                .findOne();
    }

    /**
     * Writes down which store belongs to the ledger, unless that is known: of any number of racing calls the first one
     * counts.
     *
     * @return what is known from now on
     */
    public Store keepFirst(Store store) {
        handle.createUpdate("""
                        INSERT INTO git_memory.store (id, address)
                        VALUES (:id, :address)
                        ON CONFLICT (only_row) DO NOTHING
                        """)
                .bind("id", store.id())
                .bind("address", store.address())
                .execute();
        return store().orElseThrow(() -> new IllegalStateException("git_memory.store lost its row"));
    }

    /** Writes down which store belongs to the ledger from now on, whatever was known. */
    public void replaceStore(Store store) {
        handle.createUpdate("""
                        INSERT INTO git_memory.store (id, address)
                        VALUES (:id, :address)
                        ON CONFLICT (only_row)
                        DO UPDATE SET id = EXCLUDED.id, address = EXCLUDED.address, since = EXCLUDED.since
                        """)
                .bind("id", store.id())
                .bind("address", store.address())
                .execute();
    }

    /** How many sidecars are connected to this database now; locks that other roles hold don't count. */
    public int sidecars() {
        return handle.createQuery("""
                        SELECT count(*)
                          FROM pg_catalog.pg_locks l
                               JOIN pg_catalog.pg_stat_activity a
                                 ON a.pid = l.pid
                         WHERE l.locktype = 'advisory'
                           AND l.classid = :sidecars
                           AND l.objsubid = 2
                           AND l.mode = 'ExclusiveLock'
                           AND l.granted
                           AND a.datname = pg_catalog.current_database()
                           AND pg_catalog.pg_has_role(a.usesysid, 'git_memory_sidecar', 'USAGE')
                        """)
                .bind("sidecars", Listener.SIDECARS)
                .mapTo(Integer.class)
                .one();
    }
}
