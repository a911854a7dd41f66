package dev.gitmemory.log;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.eclipse.jgit.errors.LargeObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectStream;

/** What JGit reads as a stream, since it says that it is large. */
final class StreamedLoader extends ObjectLoader {

    /** Opens the content from its beginning. */
    @FunctionalInterface
    interface Content {
        InputStream open() throws IOException;
    }

    private final LoggedObject object;
    private final Content content;

    StreamedLoader(LoggedObject object, Content content) {
        this.object = object;
        this.content = content;
    }

    /** What deflated bytes stand for. */
    static InputStream inflated(InputStream deflated) {
        return new InflaterInputStream(deflated, new Inflater(), 8192) {
            @Override
            public void close() throws IOException {
                super.close();
                inf.end();
            }
        };
    }

    /** What deflated bytes on the heap stand for. */
    static InputStream inflated(byte[] bytes, int begin) {
        return inflated(new ByteArrayInputStream(bytes, begin, bytes.length - begin));
    }

    @Override
    public int getType() {
        return object.type();
    }

    @Override
    public long getSize() {
        return object.size();
    }

    @Override
    public boolean isLarge() {
        return true;
    }

    @Override
    public byte[] getCachedBytes() {
        throw new LargeObjectException(ObjectId.fromString(object.name()));
    }

    @Override
    public ObjectStream openStream() throws IOException {
        return new ObjectStream.Filter(object.type(), object.size(), content.open());
    }
}
