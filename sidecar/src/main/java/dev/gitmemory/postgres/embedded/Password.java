package dev.gitmemory.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The superuser's password of the embedded PostgreSQL, kept as a password file of libpq that only its owner can read.
 * So {@code PGPASSFILE=<folder>/pgpass psql ...} logs in, and other users of the machine do not.
 */
final class Password {

    static final String USER = "postgres";
    private static final String LINE_START = "*:*:*:" + USER + ":";
    private static final int BYTES = 18;

    private Password() {}

    static Path file(Path dataFolder) {
        return dataFolder.resolve("pgpass");
    }

    /** Makes up a password and writes it to a new file in place of the old one. */
    static String create(Path dataFolder) throws IOException {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        Path fresh = Files.createTempFile(
                dataFolder,
                "pgpass",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, LINE_START + password + "\n");
        Files.move(fresh, file(dataFolder), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        return password;
    }

    /** Reads the password that {@link #create} wrote. */
    static String read(Path dataFolder) throws IOException {
        Path file = file(dataFolder);
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(LINE_START)) {
                    return line.substring(LINE_START.length());
                }
            }
        }
        throw new EmbeddedPostgresException(file + " does not hold the password of " + USER
                + " any more: put the file back, or choose another folder with --data-dir");
    }
}
