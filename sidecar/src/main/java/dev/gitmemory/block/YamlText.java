package dev.gitmemory.block;

import java.util.Locale;
import java.util.Set;

/** Writes text as a YAML scalar on one line. */
final class YamlText {

    /** What YAML 1.1 or 1.2 reads as something else than text when it stands alone. Numbers and dates begin with no letter. */
    private static final Set<String> RESERVED =
            Set.of("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf");

    private YamlText() {}

    /**
     * The text without quotes where every YAML parser reads the same text then, else in double quotes with what can't
     * be printed escaped. Never folded, however long. For a value in a block mapping: in a flow mapping commas, brackets
     * and braces would need quotes too.
     */
    static String scalar(String text) {
        return isPlain(text) ? text : JsonWriter.quote(text);
    }

    private static boolean isPlain(String text) {
        if (text.isEmpty()
                || !Character.isLetter(text.codePointAt(0))
                || text.endsWith(" ")
                || text.endsWith(":")
                || text.contains(": ")
                || text.contains(" #")) {
            return false;
        }
        return text.codePoints().allMatch(YamlText::isPlainCharacter)
                && !RESERVED.contains(text.toLowerCase(Locale.ROOT));
    }

    private static boolean isPlainCharacter(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
