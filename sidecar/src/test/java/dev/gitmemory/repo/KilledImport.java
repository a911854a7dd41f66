package dev.gitmemory.repo;

import java.nio.file.Path;

/** A process that has copied a source and is killed then, for {@link AbandonedImportTest}. */
final class KilledImport {

    private KilledImport() {}

    /** Takes the source; waits when it has been copied. */
    public static void main(String[] args) throws Exception {
        Path from = Path.of(args[0]);
        MemoryRepository onto = RepositoryFixture.open(RepositoryFixture.store(Path.of(args[1])));
        try (ForeignRepository copy =
                ForeignRepository.open(Source.detect(from), onto.jgit(), ImportLimits.DEFAULT, TransferProgress.NONE)) {
            System.out.println(copy.repository().getDirectory().getParent());
            System.in.read();
        }
    }
}
