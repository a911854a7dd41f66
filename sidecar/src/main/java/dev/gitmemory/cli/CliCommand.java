package dev.gitmemory.cli;

/**
 * One command of the command line. Picocli fills the annotated fields from flags and environment,
 * then {@link #check} looks at them as a whole, then {@link #run} acts.
 *
 * <p>A command is one class: fields for its options, groups of settings that it shares with others as
 * {@code @Mixin}, and these two methods. It is made known by naming it in {@link RootCommand}.
 */
interface CliCommand {

    /**
     * Adds everything that is wrong with the settings and that no single option can know. Reads neither
     * database nor store, so that all problems are found before anything starts.
     */
    default void check(Problems problems) {}

    /**
     * Does the work. Results go to {@link Console#out}, everything else to the log or to {@link Console#err}.
     *
     * @throws Exception when the work failed; {@link Failure} turns it into text for people
     */
    ExitCode run(Console console) throws Exception;
}
