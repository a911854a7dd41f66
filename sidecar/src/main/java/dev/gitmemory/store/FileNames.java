package dev.gitmemory.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Maps a segment of a key to a file name and back.
 *
 * <p>Printable ASCII stays as it is, so that a folder can be filled from a bucket by hand and the other way round.
 * Other characters become {@code =XX} for each byte of their UTF-8 form, and so do {@code =} itself and what Windows
 * does not allow: whether the JVM can name a non-ASCII file at all depends on the locale it was started in.
 */
final class FileNames {

    /** What nearly every file system allows. */
    static final int LONGEST = 255;

    private static final String ESCAPED_ASCII = "=\\:*?\"<>|";
    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private FileNames() {}

    /** The names of the folders and the file that a key stands for. */
    static List<String> path(String key) throws InvalidKeyException {
        List<String> names = new ArrayList<>();
        for (String segment : Keys.check(key).split("/", -1)) {
            names.add(encode(segment));
        }
        return names;
    }

    static String encode(String segment) throws InvalidKeyException {
        StringBuilder name = new StringBuilder(segment.length());
        for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c >= ' ' && c < 0x7f && ESCAPED_ASCII.indexOf(c) < 0) {
                name.append(c);
            } else {
                name.append('=').append(HEX.toHexDigits(b));
            }
        }
        if (name.length() > LONGEST) {
            throw new InvalidKeyException("A segment of a key is too long for a file name, which may have " + LONGEST
                    + " characters: '" + segment + "'");
        }
        return name.toString();
    }

    /** @throws IOException if no segment has this name */
    static String decode(String name) throws IOException {
        if (name.indexOf('=') < 0) {
            return name;
        }
        try {
            byte[] bytes = new byte[name.length()];
            int length = 0;
            for (int i = 0; i < name.length(); i++) {
                if (name.charAt(i) == '=') {
                    bytes[length++] = (byte) HexFormat.fromHexDigits(name, i + 1, i + 3);
                    i += 2;
                } else {
                    bytes[length++] = (byte) name.charAt(i);
                }
            }
            String segment = new String(bytes, 0, length, StandardCharsets.UTF_8);
            if (encode(segment).equals(name)) {
                return segment;
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw foreign(name, e);
        }
        throw foreign(name, null);
    }

    private static IOException foreign(String name, @Nullable Throwable cause) {
        return new IOException("the file '" + name + "' is not one of this store's; move it away", cause);
    }
}
