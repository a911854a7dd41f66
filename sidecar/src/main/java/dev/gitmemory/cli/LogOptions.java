package dev.gitmemory.cli;

import picocli.CommandLine.Option;

/** The settings of the log, the same for every command. The log goes to standard error. */
final class LogOptions {

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "Log lines for people (text) or for log collectors (json), on standard error. Default: text.")
    LogFormat format = LogFormat.TEXT;

    @Option(names = "--verbose", description = "Log details, and show the stack trace of a failure.")
    boolean verbose;
}
