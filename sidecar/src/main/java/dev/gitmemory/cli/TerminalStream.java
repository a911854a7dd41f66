package dev.gitmemory.cli;

import dev.gitmemory.block.Text;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Prints lines for people. Ids and file names are anybody's text: what a terminal would obey, and whatever would end the
 * line, is shown instead, as {@code \n}, {@code \x1b} or {@code \u202e}. Bytes, and so help and the log, pass as they are.
 */
final class TerminalStream extends PrintStream {

    TerminalStream(PrintStream target) {
        super(target, true, StandardCharsets.UTF_8);
    }

    @Override
    public void println(String line) {
        super.println(escape(line, false));
    }

    @Override
    public void println(Object line) {
        super.println(escape(String.valueOf(line), false));
    }

    /** Returns the text with such characters shown; {@code lines} leaves the ends of lines as they are. */
    static String escape(String text, boolean lines) {
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!Text.isObeyed(c) || (lines && isEndOfLine(text, i))) {
                shown.append(c);
            } else {
                shown.append(Text.escape(c));
            }
        }
        return shown.toString();
    }

    private static boolean isEndOfLine(String text, int at) {
        return text.charAt(at) == '\n' || text.startsWith("\r\n", at);
    }
}
