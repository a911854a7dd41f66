package dev.gitmemory.store.gcs;

import com.google.api.gax.paging.Page;
import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.StorageException;
import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.ObjectTooLargeException;
import dev.gitmemory.store.Range;
import dev.gitmemory.store.RefusedException;
import dev.gitmemory.store.StoreException;
import dev.gitmemory.store.StoreSettings;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Objects in a bucket of Google Cloud Storage, over its JSON interface.
 *
 * <h2>How an object is created exactly once</h2>
 *
 * By the precondition that it has no generation yet ({@code ifGenerationMatch=0}): of all who race exactly one is
 * answered with success, the others with 412. {@link Attempts} repeats a request whose answer it did not get, and when the
 * first one had stored the object the second is answered with 412 as well. Each call therefore writes a mark of its own
 * into the object's metadata, and when 412 comes after an attempt that failed, the mark that is there tells who won.
 * When that can't be read either, the outcome is unknown. So it is when an attempt that was sent is not answered, or
 * by somebody else than the service, or with a failure of the service: it may be carried out later. Only where every
 * attempt was refused, or failed before it was sent, {@link #create} throws a {@link RefusedException}.
 *
 * <h2>Checksums</h2>
 *
 * A CRC32C goes with each upload, and the service refuses what does not fit it. A whole object that is read is compared
 * with the CRC32C that the service has of it. A part has no checksum of its own; TLS protects it on its way.
 */
public final class GcsStore implements ObjectStore {

    private static final int LARGEST_PAGE = 1000;

    private final GcsClient client;
    private final Storage storage;
    private final GcsLocation location;
    private final Attempts attempts;
    private final GcsErrors errors;
    private final BucketSightings sightings = new BucketSightings(System::nanoTime);

    /** What is asked of the service. */
    private enum Request {
        STORE,
        READ,
        LIST,
        DELETE;

        String verb() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether "not found" may be about the object. */
        boolean isAboutAnObject() {
            return this == READ || this == DELETE;
        }
    }

    private GcsStore(GcsClient client, GcsLocation location, Attempts attempts, GcsErrors errors) {
        this.client = client;
        this.storage = client.storage();
        this.location = location;
        this.attempts = attempts;
        this.errors = errors;
    }

    /**
     * Opens a store, and asks the bucket once.
     *
     * @param emulator the address of an emulator, to which nobody's credentials are sent; null for Google
     * @param metrics counts attempts that were repeated, as {@code git.memory.store.retries}
     * @throws IOException if the bucket can't be listed; the message says why and what to do
     */
    public static GcsStore open(
            GcsLocation location, StoreSettings settings, @Nullable String emulator, MeterRegistry metrics)
            throws IOException {
        Counter retries = Counter.builder("git.memory.store.retries")
                .description("Requests to the object storage that failed in passing and were sent again")
                .register(metrics);
        Attempts attempts = new Attempts(
                settings.retryFor(),
                retries::increment,
                System::nanoTime,
                LockSupport::parkNanos,
                bound -> ThreadLocalRandom.current().nextLong(bound));
        GcsClient client = GcsClient.connect(settings, emulator, System::getenv);
        GcsStore store = new GcsStore(client, location, attempts, new GcsErrors(location, settings.attemptTimeout()));
        try {
            Deadline.after(settings.deadline(), System::nanoTime).during(() -> store.list("", "", 1));
            return store;
        } catch (IOException | RuntimeException e) {
            store.close();
            throw e;
        }
    }

    @Override
    public Created create(String key, byte[] content) throws IOException {
        String name = location.objectName(key);
        Upload upload = new Upload(storage, attempts, id(name), content);
        try {
            return call(Request.STORE, name, failed -> upload.send());
        } catch (StoreException e) {
            throw upload.isInDoubt() ? e : new RefusedException(e);
        }
    }

    private BlobId id(String name) {
        return BlobId.of(location.bucket(), name);
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        String name = location.objectName(key);
        return callOrNull(Request.READ, name, failed -> readWhole(key, name));
    }

    private byte[] readWhole(String key, String name) throws IOException {
        BoundedBuffer buffer = new BoundedBuffer(ObjectTooLargeException.most());
        try {
            storage.downloadTo(id(name), buffer, BlobSourceOption.shouldReturnRawInputStream(true));
        } catch (StorageException | IllegalStateException e) {
            ObjectTooLargeException.requireReadable(key, buffer.offered());
            throw e;
        }
        return buffer.toByteArray();
    }

    @Override
    public byte @Nullable [] read(String key, long offset, int length) throws IOException {
        Range range = new Range(offset, length);
        String name = location.objectName(key);
        byte[] part = callOrNull(Request.READ, name, failed -> readPart(name, range));
        if (part == null || part.length > 0) {
            return part;
        }
        // Nothing was asked for, or there is nothing there: the object may end here, or before, or not exist.
        Blob found =
                callOrNull(Request.READ, name, failed -> storage.get(id(name), BlobGetOption.fields(BlobField.SIZE)));
        if (found == null) {
            return null;
        }
        range.lengthIn(key, size(found));
        return part;
    }

    /** An answer leaves out what is 0. */
    private static long size(Blob blob) {
        Long size = blob.getSize();
        return size == null ? 0 : size;
    }

    private byte[] readPart(String name, Range range) throws IOException {
        if (range.length() == 0) {
            return new byte[0];
        }
        try (ReadChannel channel = storage.reader(id(name), BlobSourceOption.shouldReturnRawInputStream(true))) {
            channel.setChunkSize(0); // as it comes, without a buffer in between
            channel.seek(range.offset());
            channel.limit(range.offset() + Math.min(range.length(), Long.MAX_VALUE - range.offset()));
            return readFully(channel, range.length());
        }
    }

    private static byte[] readFully(ReadChannel channel, int most) throws IOException {
        int capacity = Math.min(most, 1 << 16);
        ByteBuffer buffer = ByteBuffer.allocate(capacity);
        while (channel.read(buffer) >= 0 && buffer.position() < most) {
            if (!buffer.hasRemaining()) {
                int larger = (int) Math.min(most, 2L * buffer.capacity());
                buffer = ByteBuffer.allocate(larger).put(buffer.flip());
            }
        }
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) throws IOException {
        String start = startAfter.isEmpty() ? "" : location.prefix() + startAfter;
        List<BlobListOption> options = new ArrayList<>(List.of(
                BlobListOption.prefix(location.prefix() + prefix),
                BlobListOption.pageSize(Math.min(limit + 1L, LARGEST_PAGE)), // the first one may be startAfter itself
                BlobListOption.fields(BlobField.NAME, BlobField.SIZE)));
        if (!start.isEmpty()) {
            options.add(BlobListOption.startOffset(start));
        }
        return call(Request.LIST, location.prefix() + prefix, failed -> {
            List<Entry> page = new ArrayList<>();
            for (Blob blob : page(options).iterateAll()) {
                // A name that ends in a slash is a folder that somebody made in the console.
                if (!blob.getName().equals(start) && !blob.getName().endsWith("/")) {
                    page.add(
                            new Entry(blob.getName().substring(location.prefix().length()), size(blob)));
                }
                if (page.size() == limit) {
                    break;
                }
            }
            return page;
        });
    }

    @Override
    @SuppressWarnings("NullAway") // does not know that a lambda may answer null here
    public void delete(String key) throws IOException {
        String name = location.objectName(key);
        callOrNull(Request.DELETE, name, failed -> storage.delete(id(name)) ? name : null);
    }

    @Override
    public URI uri() {
        return location.uri();
    }

    @Override
    public void close() {
        client.close();
    }

    private <T> T call(Request request, String name, Attempts.Request<T> sent) throws IOException {
        T answer = callOrNull(request, name, sent);
        if (answer == null) {
            throw new StoreException(
                    "Can't " + request.verb() + " '" + location.describe(name) + "': the answer makes no sense", null);
        }
        return answer;
    }

    /** Answers null when there is no such object. */
    private <T> @Nullable T callOrNull(Request request, String name, Attempts.Request<? extends @Nullable T> sent)
            throws IOException {
        Deadline deadline = Deadline.current();
        Watchdog.Watch watch = client.watchdog().watch(deadline);
        try {
            return answer(request, sent);
        } catch (Attempts.FailedException e) {
            if (e.failure.getCode() == 404) {
                sightings.forget();
            }
            throw errors.failed(request.verb(), name, e, deadline);
        } catch (NullPointerException | IllegalArgumentException | ClassCastException e) {
            throw errors.unreadable(
                    request.verb(), name, e); // what the client throws at an answer that lacks something
        } finally {
            watch.end();
        }
    }

    private <T> @Nullable T answer(Request request, Attempts.Request<? extends @Nullable T> sent)
            throws Attempts.FailedException {
        try {
            T answer = attempts.run(sent);
            if (answer != null) {
                sightings.seen();
                return answer;
            }
        } catch (Attempts.FailedException e) {
            if (e.failure.getCode() != 404 || !request.isAboutAnObject()) {
                throw e;
            }
            if (!GcsErrors.isFromGoogle(e.failure)) {
                sightings.forget();
            }
        }
        if (!sightings.isRecent()) {
            attempts.run(failed -> page(List.of(
                    BlobListOption.prefix(location.prefix()),
                    BlobListOption.pageSize(1),
                    BlobListOption.fields(BlobField.NAME))));
            sightings.seen();
        }
        return null;
    }

    private Page<Blob> page(List<BlobListOption> options) {
        return storage.list(location.bucket(), options.toArray(BlobListOption[]::new));
    }
}
