package dev.gitmemory.repo;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Maps any text to a name that is one segment of a key, safe on every file system and in every bucket.
 *
 * <p>Lower-case letters, digits, {@code .}, {@code _} and {@code -} stay; every other byte of the UTF-8 form becomes
 * {@code %xx}. Capitals are escaped too, or two ids that differ in case only would share a folder where file names
 * ignore case. So is a dot at either end ({@code .}, {@code ..}, hidden files, and Windows drops a last one). A name
 * that would get longer than {@value #LONGEST} characters keeps its beginning and ends in {@code ~} and the SHA-256 of
 * the text; {@code ~} never appears otherwise.
 */
final class SafeName {

    /** File names may have 255 bytes nearly everywhere; this leaves room for suffixes. */
    static final int LONGEST = 200;

    private static final HexFormat HEX = HexFormat.of();

    private SafeName() {}

    static String of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder name = new StringBuilder(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            char c = (char) (bytes[i] & 0xff);
            boolean edge = i == 0 || i == bytes.length - 1;
            if (isPlain(c) && !(c == '.' && edge)) {
                name.append(c);
            } else {
                name.append('%').append(HEX.toHexDigits((byte) c));
            }
        }
        if (name.length() <= LONGEST) {
            return name.toString();
        }
        String digest = HEX.formatHex(sha256(bytes));
        return name.substring(0, LONGEST - 1 - digest.length()) + "~" + digest;
    }

    private static boolean isPlain(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
