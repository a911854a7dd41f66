package dev.gitmemory.testing.gcs;

/** Bytes that go with a record, which should not have an array of its own. */
final class Bytes {

    static final Bytes NONE = new Bytes(new byte[0]);

    private final byte[] array;

    Bytes(byte[] array) {
        this.array = array;
    }

    byte[] array() {
        return array;
    }

    int length() {
        return array.length;
    }

    /** The same with another byte in the middle. */
    Bytes damaged() {
        byte[] damaged = array.clone();
        damaged[damaged.length / 2] ^= 1;
        return new Bytes(damaged);
    }
}
