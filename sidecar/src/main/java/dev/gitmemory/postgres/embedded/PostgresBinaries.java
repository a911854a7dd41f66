package dev.gitmemory.postgres.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.apache.commons.io.file.PathUtils;

/**
 * The programs of PostgreSQL as the jar carries them: zonky's builds, one archive a platform.
 *
 * <p>They are unpacked beside their place and renamed into it, so that a run killed halfway leaves nothing that looks
 * complete.
 */
final class PostgresBinaries {

    private static final Path ALPINE_MARK = Path.of("/etc/alpine-release");

    private PostgresBinaries() {}

    /** Returns the version of PostgreSQL in the jar, {@code 17.11.0}. */
    static String version() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = PostgresBinaries.class.getResourceAsStream("binaries.properties")) {
            if (in == null) {
                throw new IllegalStateException(
                        "binaries.properties is missing from the class path: the build is broken");
            }
            properties.load(in);
        }
        return properties.getProperty("version");
    }

    /**
     * Unpacks the programs unless they are there already, and removes those of other versions.
     *
     * @param folder where; nobody else may be writing there
     * @return the folder that holds {@code bin}, {@code lib} and {@code share}
     */
    static Path install(Path folder, Progress progress) throws IOException {
        Path target = folder.resolve("programs-" + version());
        if (Files.isDirectory(target)) {
            return target;
        }
        try (Stream<Path> others = Files.list(folder)) {
            for (Path other : others.filter(p -> p.getFileName().toString().startsWith("programs-"))
                    .toList()) {
                PathUtils.deleteDirectory(other);
            }
        }
        progress.report("Unpacking PostgreSQL " + version() + " into " + target);
        Path partial = folder.resolve("programs-partial");
        try (InputStream archive = open()) {
            unpack(archive, Files.createDirectory(partial));
        }
        return Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static InputStream open() throws EmbeddedPostgresException {
        String os = System.getProperty("os.name").startsWith("Mac") ? "darwin" : System.getProperty("os.name");
        String arch = System.getProperty("os.arch");
        String platform = os.toLowerCase(Locale.ROOT)
                + switch (arch) {
                    case "amd64", "x86_64" -> "-x86_64";
                    case "aarch64" -> "-arm_64";
                    default -> "-" + arch;
                }
                + (Files.exists(ALPINE_MARK) ? "-alpine_linux" : "");
        InputStream archive = PostgresBinaries.class.getResourceAsStream("/postgres-" + platform + ".txz");
        if (archive == null) {
            throw new EmbeddedPostgresException("this jar carries no PostgreSQL for this platform (" + platform
                    + "): give the address of a running one with --db-url, or build the jar on this platform");
        }
        return archive;
    }

    private static void unpack(InputStream archive, Path folder) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = folder.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(Objects.requireNonNullElse(path.getParent(), folder));
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    Files.setPosixFilePermissions(path, permissions(entry));
                }
            }
        }
    }

    private static Set<PosixFilePermission> permissions(TarArchiveEntry entry) {
        boolean executable = (entry.getMode() & 0100) != 0;
        return PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--");
    }
}
