package dev.gitmemory.race;

/**
 * Something that may not be after a race.
 *
 * @param kind what kind of thing, in few words
 * @param what for people to read
 */
record Violation(String kind, String what) {

    @Override
    public String toString() {
        return kind + ": " + what;
    }
}
