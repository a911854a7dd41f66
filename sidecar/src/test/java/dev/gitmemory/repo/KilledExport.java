package dev.gitmemory.repo;

import java.nio.file.Files;
import java.nio.file.Path;

/** A process that works on an export until it is killed, for {@link AbandonedExportTest}. */
final class KilledExport {

    private KilledExport() {}

    /** Takes the target; says where it works. */
    public static void main(String[] args) throws Exception {
        try (NewTarget target = NewTarget.at(Path.of(args[0]))) {
            Files.createDirectory(target.work());
            Files.writeString(target.work().resolve("half.md"), "half of");
            System.out.println(target.folder());
            System.in.read();
        }
    }
}
