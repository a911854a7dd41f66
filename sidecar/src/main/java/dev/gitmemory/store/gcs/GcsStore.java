package dev.gitmemory.store.gcs;

import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.StorageException;
import dev.gitmemory.store.Deadline;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.ObjectTooLargeException;
import dev.gitmemory.store.Range;
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
import java.util.Map;
import java.util.UUID;
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
 * When that can't be read either, the outcome is unknown, and so is what {@link #create} throws.
 *
 * <h2>Checksums</h2>
 *
 * A CRC32C goes with each upload, and the service refuses what does not fit it. A whole object that is read is compared
 * with the CRC32C that the service has of it. A part has no checksum of its own; TLS protects it on its way.
 */
public final class GcsStore implements ObjectStore {

    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final String MARK = "git-memory-write";
    private static final int LARGEST_PAGE = 1000;

    private final GcsClient client;
    private final Storage storage;
    private final GcsLocation location;
    private final Attempts attempts;
    private final GcsErrors errors;

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
        GcsClient client = GcsClient.connect(settings, emulator);
        GcsStore store = new GcsStore(client, location, attempts, new GcsErrors(location, settings.timeout()));
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
        String mark = UUID.randomUUID().toString();
        BlobInfo info = BlobInfo.newBuilder(location.bucket(), name)
                .setContentType(CONTENT_TYPE)
                .setMetadata(Map.of(MARK, mark))
                .build();
        return call("store", name, failed -> {
            try {
                storage.create(info, content, BlobTargetOption.doesNotExist(), BlobTargetOption.disableGzipContent());
                return Created.STORED;
            } catch (StorageException e) {
                if (e.getCode() != 412) {
                    throw e;
                }
                boolean ours = failed > 0 && mark.equals(markOf(name));
                return ours ? Created.STORED : Created.EXISTED;
            }
        });
    }

    private @Nullable String markOf(String name) throws IOException {
        Blob found = attempts.run(
                failed -> storage.get(BlobId.of(location.bucket(), name), BlobGetOption.fields(BlobField.METADATA)));
        Map<String, String> metadata = found == null ? null : found.getMetadata();
        return metadata == null ? null : metadata.get(MARK);
    }

    @Override
    public byte @Nullable [] read(String key) throws IOException {
        String name = location.objectName(key);
        return callOrNull("read", name, failed -> readWhole(key, name));
    }

    private byte[] readWhole(String key, String name) throws IOException {
        BoundedBuffer buffer = new BoundedBuffer(ObjectTooLargeException.most());
        try {
            storage.downloadTo(
                    BlobId.of(location.bucket(), name), buffer, BlobSourceOption.shouldReturnRawInputStream(true));
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
        byte[] part = callOrNull("read", name, failed -> readPart(name, range));
        if (part == null || part.length > 0) {
            return part;
        }
        // Nothing was asked for, or there is nothing there: the object may end here, or before, or not exist.
        Blob found = callOrNull(
                "read",
                name,
                failed -> storage.get(BlobId.of(location.bucket(), name), BlobGetOption.fields(BlobField.SIZE)));
        if (found == null) {
            return null;
        }
        range.lengthIn(key, found.getSize());
        return part;
    }

    private byte[] readPart(String name, Range range) throws IOException {
        if (range.length() == 0) {
            return new byte[0];
        }
        try (ReadChannel channel =
                storage.reader(BlobId.of(location.bucket(), name), BlobSourceOption.shouldReturnRawInputStream(true))) {
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
        return call("list", location.prefix() + prefix, failed -> {
            List<Entry> page = new ArrayList<>();
            for (Blob blob : storage.list(location.bucket(), options.toArray(BlobListOption[]::new))
                    .iterateAll()) {
                // A name that ends in a slash is a folder that somebody made in the console.
                if (!blob.getName().equals(start) && !blob.getName().endsWith("/")) {
                    page.add(
                            new Entry(blob.getName().substring(location.prefix().length()), blob.getSize()));
                }
                if (page.size() == limit) {
                    break;
                }
            }
            return page;
        });
    }

    @Override
    public void delete(String key) throws IOException {
        String name = location.objectName(key);
        call("delete", name, failed -> storage.delete(BlobId.of(location.bucket(), name)));
    }

    @Override
    public URI uri() {
        return location.uri();
    }

    @Override
    public void close() {
        client.close();
    }

    private <T> T call(String what, String name, Attempts.Request<T> request) throws IOException {
        T answer = callOrNull(what, name, request);
        if (answer == null) {
            throw new StoreException(
                    "Can't " + what + " '" + location.describe(name) + "': the answer makes no sense", null);
        }
        return answer;
    }

    /** Answers null when there is no such object. */
    private <T> @Nullable T callOrNull(String what, String name, Attempts.Request<? extends @Nullable T> request)
            throws IOException {
        Deadline deadline = Deadline.current();
        Watchdog.Watch watch = client.watchdog().watch(deadline);
        try {
            return attempts.run(request);
        } catch (Attempts.FailedException e) {
            if (e.failure.getCode() == 404 && what.equals("read") && !GcsErrors.isAboutBucket(e.failure)) {
                return null;
            }
            throw errors.failed(what, name, e, deadline);
        } catch (NullPointerException | IllegalArgumentException | ClassCastException e) {
            throw errors.unreadable(what, name, e); // what the client throws at an answer that lacks something
        } finally {
            watch.end();
        }
    }
}
