package dev.gitmemory.block;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes text as a YAML scalar on one line. */
final class YamlText {

    /** What YAML 1.1 or 1.2 reads as something else than text when it stands alone, and begins with a letter. */
    private static final Set<String> RESERVED =
            Set.of("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf");

    private static final Pattern WORD = Pattern.compile(" \\p{L}{3}");

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
                || !beginsLikeText(text)
                || text.endsWith(" ")
                || text.endsWith(":")
                || text.contains(": ")
                || text.contains(" #")) {
            return false;
        }
        return text.codePoints().allMatch(YamlText::isPlainCharacter)
                && !RESERVED.contains(text.toLowerCase(Locale.ROOT));
    }

    /** Numbers and times of day have no word of three letters behind a blank, in no version of YAML. */
    private static boolean beginsLikeText(String text) {
        int first = text.codePointAt(0);
        return Character.isLetter(first)
                || Character.getType(first) == Character.OTHER_SYMBOL
                || ((Character.isDigit(first) || "(/$+".indexOf(first) >= 0)
                        && WORD.matcher(text).find());
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
