package dev.gitmemory.block;

/** Lines that are meant as front matter and can't be read as such: refused where they are new, and value where they are not. */
final class UnreadableException extends RuleViolation {

    private static final long serialVersionUID = 1L;

    UnreadableException(String field, String message) {
        super(field, message);
    }
}
