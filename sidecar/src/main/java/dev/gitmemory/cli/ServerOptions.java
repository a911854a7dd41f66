package dev.gitmemory.cli;

import dev.gitmemory.service.Caller;
import picocli.CommandLine.Option;

/** The HTTP server. */
final class ServerOptions {

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            defaultValue = "127.0.0.1:8284",
            converter = ListenAddress.Converter.class,
            description = "Address and TCP port of the HTTP interface; port 0 takes any that is free."
                    + " Default: 127.0.0.1:8284, which only this machine reaches.")
    ListenAddress listen = new ListenAddress("127.0.0.1", 8284);

    @Option(
            names = "--default-user-id",
            paramLabel = "ID",
            defaultValue = Caller.DEFAULT_USER,
            description =
                    "Who a request without the header user_id comes from." + " Default: " + Caller.DEFAULT_USER + ".")
    String defaultUserId = Caller.DEFAULT_USER;

    @Option(
            names = "--request-retention-hours",
            paramLabel = "HOURS",
            defaultValue = "24",
            description = "How long the results of SQL requests are kept for git_memory.await_request, in hours."
                    + " Default: 24.")
    int requestRetentionHours = 24;

    void check(Problems problems) {
        if (requestRetentionHours < 1) {
            problems.add("--request-retention-hours must be 1 or more, is " + requestRetentionHours);
        }
    }
}
