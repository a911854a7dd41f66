import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Turns the guard's jar into properties that Maven filters into the migration.
 *
 * <p>Run by the build with two arguments, the jar and the file to write: {@code guard.jar.base64} is the jar, and
 * {@code guard.jar.name} its name inside PostgreSQL, which changes with every byte of it.
 */
final class GuardProperties {
    private GuardProperties() {}

    public static void main(String[] args) throws IOException, NoSuchAlgorithmException {
        byte[] jar = Files.readAllBytes(Path.of(args[0]));
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jar));
        Path properties = Path.of(args[1]);
        Files.createDirectories(properties.getParent());
        Files.writeString(
                properties,
                "guard.jar.name=git_memory_" + digest.substring(0, 8) + "\n"
                        + "guard.jar.base64=" + Base64.getEncoder().encodeToString(jar) + "\n");
    }
}
