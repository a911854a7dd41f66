package dev.gitmemory.repo;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Who made a change.
 *
 * <p>The constructor cleans what a commit can't carry on one line: control characters, {@code <}, {@code >} and lone
 * surrogates become spaces, and spaces at either end go. An author that has passed the constructor comes back from a
 * commit exactly as it went in.
 *
 * @param id the application's id of the agent or user; {@code unknown} if nothing else is left of it
 * @param name for people to read; the id if nothing else is left of it
 */
public record Author(Type type, String id, String name) {

    /** What kind of author. */
    public enum Type {
        /** An agent changed its own memory. */
        AGENT,
        /** A person, through the application or by a push. */
        USER,
        /** The application or git-memory itself. */
        SYSTEM;

        /** The word that commits, the ledger and JSON use: the name in lower case. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The type of that {@link #word}; empty if there is none. */
        static Optional<Type> of(String word) {
            return Arrays.stream(values())
                    .filter(type -> type.word().equals(word))
                    .findFirst();
        }
    }

    public Author {
        id = clean(id, "unknown");
        name = clean(name, id);
    }

    private static String clean(String text, String otherwise) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> clean.appendCodePoint(isUnfit(c) ? ' ' : c));
        String stripped = clean.toString().strip();
        return stripped.isEmpty() ? otherwise : stripped;
    }

    private static boolean isUnfit(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> codePoint == '<' || codePoint == '>';
        };
    }
}
