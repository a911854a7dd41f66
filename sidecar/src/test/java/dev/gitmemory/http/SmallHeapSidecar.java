package dev.gitmemory.http;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.service.Steps;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.EmbeddedDatabase;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A sidecar in a process with little memory. Arguments: JDBC URL, user, store. Prints its port, and runs until it is killed. */
final class SmallHeapSidecar {

    private SmallHeapSidecar() {}

    /** @param options of the VM */
    static Process start(EmbeddedDatabase database, Path store, String... options) throws IOException, SQLException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapSidecar.class.getName(),
                database.jdbcUrl(),
                database.sidecarRole(),
                store.toUri().toString()));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    public static void main(String[] args) throws IOException {
        Sidecar sidecar = Sidecar.start(new DatabaseSettings(args[0], args[1], null), Stores.open(args[2]), Steps.NONE);
        System.out.println(sidecar.http().port());
        System.out.flush();
    }
}
