package dev.gitmemory.postgres.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs the programs of PostgreSQL.
 *
 * @param home the folder that holds {@code bin}
 * @param account who runs them
 * @param folder the folder they run in: one that the account may enter
 */
record Programs(Path home, Account account, Path folder) {

    /**
     * How a program ended.
     *
     * @param output what it wrote to standard output and standard error
     */
    record Result(int exitCode, String output) {}

    /**
     * Runs a program to its end.
     *
     * @throws EmbeddedPostgresException when it ends with another exit code than 0; the message holds its output
     */
    void run(String program, List<String> arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(home.resolve("bin").resolve(program).toString()));
        command.addAll(arguments);
        Result result = run(account.command(command), folder);
        if (result.exitCode() != 0) {
            throw new EmbeddedPostgresException(program + " of the embedded PostgreSQL failed (exit code "
                    + result.exitCode() + "): " + result.output().strip());
        }
    }

    static Result run(List<String> command, Path folder) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.directory(folder.toFile());
        builder.redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        // PGDATA, PGPORT and the like speak of another PostgreSQL than ours.
        environment.keySet().removeIf(name -> name.startsWith("PG"));
        environment.put("LC_ALL", "C");
        Process process = builder.start();
        process.getOutputStream().close();
        try (InputStream out = process.getInputStream()) {
            String output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        }
    }
}
