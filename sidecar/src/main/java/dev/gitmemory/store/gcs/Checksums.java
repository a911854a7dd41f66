package dev.gitmemory.store.gcs;

import dev.gitmemory.store.Deadline;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.apache.http.Header;
import org.apache.http.HttpEntity;
import org.apache.http.HttpResponse;
import org.apache.http.HttpResponseInterceptor;
import org.apache.http.HttpStatus;
import org.apache.http.entity.HttpEntityWrapper;
import org.apache.http.protocol.HttpContext;

/**
 * Compares each whole object that is downloaded with the CRC32C that the service sends along. What differs ends in an
 * {@link IOException} instead of the end of the stream, and is asked for again like every broken connection.
 *
 * <p>The client does so as well, but not when the answer tells how the object is stored
 * ({@code x-goog-stored-content-encoding}), which it takes for a sign of another form of it.
 */
final class Checksums implements HttpResponseInterceptor {

    private static final Pattern CRC32C_OF_HASH = Pattern.compile("crc32c=([A-Za-z0-9+/]{6}==)");

    @Override
    public void process(HttpResponse response, HttpContext context) {
        HttpEntity entity = response.getEntity();
        // An answer with a part of an object, 206, has the sum of the whole.
        if (entity == null || response.getStatusLine().getStatusCode() != HttpStatus.SC_OK) {
            return;
        }
        for (Header hash : response.getHeaders("x-goog-hash")) {
            Matcher sum = CRC32C_OF_HASH.matcher(hash.getValue());
            if (sum.find()) {
                int expected = ByteBuffer.wrap(Base64.getDecoder().decode(sum.group(1)))
                        .getInt();
                response.setEntity(new HttpEntityWrapper(entity) {
                    @Override
                    public InputStream getContent() throws IOException {
                        return new CheckedStream(super.getContent(), expected);
                    }
                });
                return;
            }
        }
    }

    /** Fails at its end if what went through is not what was expected. */
    private static final class CheckedStream extends FilterInputStream {

        private final CRC32C sum = new CRC32C();
        private final int expected;

        CheckedStream(InputStream in, int expected) {
            super(in);
            this.expected = expected;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = in.read(bytes, offset, length);
            if (count > 0) {
                Deadline.current().moved(count);
                sum.update(bytes, offset, count);
            } else if (count < 0 && (int) sum.getValue() != expected) {
                throw new IOException("the object was damaged on its way: its CRC32C is %08x, not %08x"
                        .formatted((int) sum.getValue(), expected));
            }
            return count;
        }
    }
}
