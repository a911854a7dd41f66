package dev.gitmemory.store.gcs;

import dev.gitmemory.store.InvalidKeyException;
import dev.gitmemory.store.Keys;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A place in Google Cloud Storage: a bucket, and what the names of all objects in it begin with.
 *
 * @param bucket the bucket's name
 * @param prefix empty, or segments that end in a slash
 */
public record GcsLocation(String bucket, String prefix) {

    /** The documented form, apart from the length of its parts. */
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]");

    /**
     * Reads {@code gs://bucket} or {@code gs://bucket/some/prefix}.
     *
     * @throws IllegalArgumentException if it names no such place; the message says what is wrong with it
     */
    public static GcsLocation parse(URI uri) {
        String bucket = uri.getRawAuthority();
        if (bucket == null || !BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException(
                    "the name of a bucket has 3 or more lower-case letters, digits, '-', '_' and '.', and comes behind two"
                            + " slashes");
        }
        if (uri.getRawQuery() != null
                && uri.getRawQuery().toLowerCase(Locale.ROOT).startsWith("userproject=")) {
            throw new IllegalArgumentException(
                    "the project that is billed is named by the variable GOOGLE_CLOUD_QUOTA_PROJECT, not behind '?'");
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw new IllegalArgumentException("'?' and '#' must be written as %3F and %23");
        }
        String path = uri.getPath().replaceFirst("^/", "").replaceFirst("/$", "");
        return new GcsLocation(bucket, path.isEmpty() ? "" : checked(path) + "/");
    }

    private static String checked(String prefix) {
        try {
            return Keys.check(prefix);
        } catch (InvalidKeyException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** The name of the object under a key. */
    String objectName(String key) throws InvalidKeyException {
        Keys.check(key);
        return Keys.check(prefix + key);
    }

    /** The location as the setting {@code store} spells it. */
    public URI uri() {
        String path = prefix.replaceFirst("/$", "");
        try {
            return new URI("gs", bucket, path.isEmpty() ? null : "/" + path, null, null);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("A location that was parsed has a URI", e);
        }
    }

    /** An object as people write it. */
    String describe(String objectName) {
        return "gs://" + bucket + "/" + objectName;
    }
}
