package dev.gitmemory.cli;

/** Numbers of things, as people write them: {@code 1 entry}, {@code 2 entries}. */
final class Count {

    private Count() {}

    /** @param one the word for one of them, to which an s is added for any other number */
    static String of(long number, String one) {
        return of(number, one, one + "s");
    }

    static String of(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }
}
