package dev.gitmemory.cli;

import dev.gitmemory.http.HttpSettings;
import dev.gitmemory.service.Caller;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashSet;
import java.util.List;
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
            names = "--public-host",
            paramLabel = "NAME[,NAME...]",
            split = ",",
            description =
                    "Host names by which clients call the HTTP interface, besides localhost. Any other name is refused:"
                            + " a page of the web may have made it lead here.")
    List<String> publicHosts = List.of();

    @Option(
            names = "--allow-unauthenticated",
            description =
                    "Listen on an address that other machines reach, though whoever reaches it may read and write all"
                            + " memory: something in front of it has to see to who may.")
    boolean allowUnauthenticated;

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
        for (String name : publicHosts) {
            if (!name.matches("[^\\s:/@\\[\\]]+|\\[[0-9A-Fa-f:.]+]")) {
                problems.add("--public-host must be host names without port, for example memory.example.com, is '"
                        + name + "'");
            }
        }
        if (!allowUnauthenticated && !isLoopback()) {
            problems.add("--listen " + listen
                    + " is reached by other machines, and whoever reaches it may read and write all"
                    + " memory; --allow-unauthenticated says that this is meant");
        }
        if (requestRetentionHours < 1) {
            problems.add("--request-retention-hours must be 1 or more, is " + requestRetentionHours);
        }
    }

    /** Names that lead nowhere yet are no loopback addresses: they may lead anywhere later. */
    boolean isLoopback() {
        try {
            return InetAddress.getByName(listen.host()).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    HttpSettings settings() {
        return new HttpSettings(
                listen.host(), listen.port(), new HashSet<>(publicHosts), defaultUserId, Version.ofBuild());
    }
}
