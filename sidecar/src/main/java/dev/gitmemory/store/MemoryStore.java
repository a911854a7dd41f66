package dev.gitmemory.store;

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Objects on the heap, for tests and trials: gone when the process ends. */
final class MemoryStore implements ObjectStore {

    private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>(Keys.ORDER);

    @Override
    public Created create(String key, byte[] content) throws InvalidKeyException {
        return objects.putIfAbsent(Keys.check(key), content.clone()) == null ? Created.STORED : Created.EXISTED;
    }

    @Override
    public byte @Nullable [] read(String key) throws InvalidKeyException {
        byte[] content = objects.get(Keys.check(key));
        return content == null ? null : content.clone();
    }

    @Override
    public byte @Nullable [] read(String key, long offset, int length)
            throws InvalidKeyException, RangeNotSatisfiableException {
        Range range = new Range(offset, length);
        byte[] content = objects.get(Keys.check(key));
        if (content == null) {
            return null;
        }
        int count = range.lengthIn(key, content.length);
        return Arrays.copyOfRange(content, (int) offset, (int) offset + count);
    }

    @Override
    public List<Entry> list(String prefix, String startAfter, int limit) {
        List<Entry> page = new ArrayList<>();
        boolean startsInside = Keys.ORDER.compare(startAfter, prefix) >= 0;
        Map<String, byte[]> from = startsInside ? objects.tailMap(startAfter, false) : objects.tailMap(prefix, true);
        for (Map.Entry<String, byte[]> object : from.entrySet()) {
            if (page.size() == limit || !object.getKey().startsWith(prefix)) {
                break;
            }
            page.add(new Entry(object.getKey(), object.getValue().length));
        }
        return page;
    }

    @Override
    public void delete(String key) throws InvalidKeyException {
        objects.remove(Keys.check(key));
    }

    @Override
    public @Nullable Object identity(String key) throws InvalidKeyException {
        byte[] content = objects.get(Keys.check(key));
        return content == null ? null : System.identityHashCode(content);
    }

    @Override
    public URI uri() {
        return URI.create("memory:/");
    }

    @Override
    public void close() {
        // The objects stay: whoever still reads may go on.
    }
}
