package dev.gitmemory.store;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;

/** Fills a small disk with objects, and tells what the store says; in a process of its own, which has mounted it. */
final class FullDiskProcess {

    private static final int SIZE = 50_000;

    private FullDiskProcess() {}

    public static void main(String[] args) {
        try (ObjectStore store = FileStore.open(Path.of(args[0]), Clock.systemUTC(), StoreUse.valueOf(args[1]))) {
            int stored = 0;
            try {
                while (stored < 1000) {
                    store.create("object/" + stored, content(stored));
                    stored++;
                }
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
            System.out.println("readable: " + readable(store) + " of " + stored);
            store.delete("object/0");
            System.out.println("with room: " + store.create("object/again", content(0)));
        } catch (IOException e) {
            System.out.println(e.getMessage());
        }
    }

    private static int readable(ObjectStore store) throws IOException {
        List<ObjectStore.Entry> all = store.list("", "", 1000);
        int readable = 0;
        for (ObjectStore.Entry entry : all) {
            int number = Integer.parseInt(entry.key().substring("object/".length()));
            readable += Arrays.equals(store.read(entry.key()), content(number)) ? 1 : 0;
        }
        return readable;
    }

    private static byte[] content(int number) {
        byte[] content = new byte[SIZE];
        Arrays.fill(content, (byte) number);
        return content;
    }
}
