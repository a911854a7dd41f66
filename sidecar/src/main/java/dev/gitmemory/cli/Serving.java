package dev.gitmemory.cli;

import dev.gitmemory.http.HttpServer;
import dev.gitmemory.postgres.Database;
import dev.gitmemory.service.GitMemory;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;

/** A running sidecar: service, reconciler and HTTP interface. Takes charge of the database that it is given. */
final class Serving implements AutoCloseable {

    private final OpenMemory open;
    private final ReconcileLoop loop;
    private final HttpServer http;
    private final String host;

    private Serving(OpenMemory open, ReconcileLoop loop, HttpServer http, String host) {
        this.open = open;
        this.loop = loop;
        this.http = http;
        this.host = host;
    }

    /**
     * Starts all of it.
     *
     * @throws IOException if the storage can't be used, or the address can't be listened on; everything is closed then
     */
    static Serving start(Database database, String storeSetting, ServerOptions server) throws IOException {
        OpenMemory open = OpenMemory.open(database, storeSetting);
        try {
            String host = server.listen.host();
            HttpServer http =
                    HttpServer.start(open.memory(), database, host, server.listen.port(), server.defaultUserId);
            return new Serving(open, ReconcileLoop.start(open.memory().reconciler()), http, host);
        } catch (IOException | RuntimeException e) {
            open.close();
            throw e;
        }
    }

    GitMemory memory() {
        return open.memory();
    }

    /** The address of the HTTP interface. */
    URI address() {
        return URI.create("http://" + host + ":" + http.port());
    }

    /** Says what is served from where. */
    void print(PrintStream out, String database) {
        out.println("Database:     " + database);
        out.println("Repositories: " + open.store().uri());
        out.println("Serving:      " + address());
        out.flush();
    }

    /** Lets requests under way end first, then the reconciler, then the rest. */
    @Override
    public void close() {
        http.close();
        loop.close();
        open.close();
    }
}
