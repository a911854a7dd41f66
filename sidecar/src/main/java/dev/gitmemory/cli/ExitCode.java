package dev.gitmemory.cli;

/** How a command ended, as a number that scripts can act on. */
enum ExitCode {
    /** The command did what was asked. */
    OK(0),
    /** The command was understood, but failed: the message on standard error says where and why. */
    FAILED(1),
    /** The command line or a setting is wrong: nothing was started. */
    USAGE(2),
    /** The command compared two things, and they differ. */
    DIFFERENT(3),
    /** The command did what was asked but for parts that it names: running it again would do it a second time. */
    LEFT_OUT(4);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }
}
