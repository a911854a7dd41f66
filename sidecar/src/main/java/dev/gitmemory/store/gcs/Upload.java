package dev.gitmemory.store.gcs;

import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobTargetOption;
import com.google.cloud.storage.StorageException;
import dev.gitmemory.store.ObjectStore.Created;
import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One object that is to be created, with all attempts at it. Knows whether one of them may have stored it, or may do so
 * yet: a request that went out, and was not answered by the service itself with a refusal. Used by one thread.
 */
final class Upload {

    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final String MARK = "git-memory-write";

    private final Storage storage;
    private final Attempts attempts;
    private final BlobInfo info;
    private final byte[] content;
    private final String mark = UUID.randomUUID().toString();
    private boolean inDoubt;

    /** @param attempts for asking whose the object is that is there */
    Upload(Storage storage, Attempts attempts, BlobId id, byte[] content) {
        this.storage = storage;
        this.attempts = attempts;
        this.content = content;
        this.info = BlobInfo.newBuilder(id)
                .setContentType(CONTENT_TYPE)
                .setMetadata(Map.of(MARK, mark))
                .build();
    }

    /** Whether an attempt that has failed may have stored the object, or may do so yet. */
    boolean isInDoubt() {
        return inDoubt;
    }

    /** One attempt. */
    Created send() throws IOException {
        SentUploads.forget();
        boolean doubtful = inDoubt;
        inDoubt = true;
        try {
            storage.create(info, content, BlobTargetOption.doesNotExist(), BlobTargetOption.disableGzipContent());
            return Created.STORED;
        } catch (StorageException e) {
            boolean refused = GcsErrors.isRefusal(e);
            if (e.getCode() == 412) {
                boolean ours = (doubtful || !refused) && mark.equals(markThere());
                return ours ? Created.STORED : Created.EXISTED;
            }
            inDoubt = doubtful || (SentUploads.any() && !refused);
            throw e;
        }
    }

    private @Nullable String markThere() throws IOException {
        Blob found = attempts.run(failed -> storage.get(info.getBlobId(), BlobGetOption.fields(BlobField.METADATA)));
        Map<String, String> metadata = found == null ? null : found.getMetadata();
        return metadata == null ? null : metadata.get(MARK);
    }
}
