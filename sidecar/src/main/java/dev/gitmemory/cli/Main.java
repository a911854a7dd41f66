package dev.gitmemory.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The program {@code git-memory}. */
public final class Main {

    private Main() {}

    /** Runs the program and ends this JVM with its exit code. */
    public static void main(String[] args) {
        // UTF-8 whatever the locale says: the memory of agents is Unicode, a container's locale often is not.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
        System.exit(run(args, System.getenv(), out, err));
    }

    /**
     * Runs the program inside this JVM.
     *
     * @param environment the environment variables, of which those that begin with {@code GIT_MEMORY_} are settings
     * @return the exit code: 0 done, 1 failed, 2 wrong usage, 3 compared and different, 4 done but for what is named
     */
    public static int run(String[] args, Map<String, String> environment, PrintStream out, PrintStream err) {
        return new CommandLineRunner(environment, new Console(new TerminalStream(out), new TerminalStream(err)))
                .run(args)
                .number();
    }
}
