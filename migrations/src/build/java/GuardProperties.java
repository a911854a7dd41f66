import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import java.util.stream.Collectors;

/**
 * Turns the guard's jar into properties that Maven filters into the migration.
 *
 * <p>Run by the build with two arguments, the jar and the file to write: {@code guard.jar.base64} is the jar,
 * {@code guard.jar.name} its name inside PostgreSQL, which changes with every byte of it, and {@code guard.jar.digest} what
 * {@code git_memory.jar_digest} says of it there: PL/Java keeps a jar entry by entry.
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
                        + "guard.jar.digest=" + entries(jar) + "\n"
                        + "guard.jar.base64=" + Base64.getEncoder().encodeToString(jar) + "\n");
    }

    private static String entries(byte[] jar) throws IOException, NoSuchAlgorithmException {
        Map<String, String> digests = new TreeMap<>(); // names are ASCII: in the order of bytes
        try (JarInputStream entries = new JarInputStream(new ByteArrayInputStream(jar))) { // the manifest is kept apart
            for (JarEntry entry = entries.getNextJarEntry(); entry != null; entry = entries.getNextJarEntry()) {
                if (!entry.isDirectory()) {
                    digests.put(entry.getName(), md5(entries.readAllBytes()));
                }
            }
        }
        return md5(digests.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(","))
                .getBytes(StandardCharsets.UTF_8));
    }

    /** PostgreSQL's only digest that takes a bytea to a text in one call; who could forge it could replace what compares it. */
    private static String md5(byte[] bytes) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    }
}
