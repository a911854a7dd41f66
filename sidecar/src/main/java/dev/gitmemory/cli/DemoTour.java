package dev.gitmemory.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.gitmemory.agentfile.AgentFile;
import dev.gitmemory.postgres.BlockRow;
import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.Reports.LeftOut;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Caller;
import dev.gitmemory.service.Enabled;
import dev.gitmemory.service.Views;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** The steps of the demo: each shows a command, carries it out for real and shows what came of it. */
final class DemoTour {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final HttpClient http = HttpClient.newHttpClient();
    /** What curl needs besides a body, which it would send as a form. */
    private static final String JSON_BODY = "-H 'Content-Type: application/json' -d ";

    private final PrintStream out;
    private final Serving serving;
    private final DemoDatabase database;
    private final Path dataDir;
    private int step;

    DemoTour(PrintStream out, Serving serving, DatabaseSettings settings, Path passwordFile, Path dataDir) {
        this.out = out;
        this.serving = serving;
        this.database = new DemoDatabase(out, settings, passwordFile);
        this.dataDir = dataDir;
    }

    void run(AgentFile file) throws IOException, InterruptedException, SQLException {
        title("An agent's memory goes from an Agent File into PostgreSQL, and git takes it over");
        List<Enabled> agents = serving.memory().importAgents(file, Caller.DEFAULT_ORGANIZATION, Caller.system());
        ImportCommand.print(out, file, agents);
        Views.Status first = agents.get(0).status();
        String agent = first.agentId();
        database.show(agent);
        List<String> leftOut = first.leftOut().stream().map(LeftOut::blockId).toList();
        List<BlockRow> blocks = serving.memory().blocks().ofAgent(agent).stream()
                .filter(block -> !leftOut.contains(block.id()))
                .toList();
        if (blocks.isEmpty()) {
            out.println("This agent has no blocks in git; the tour needs one.");
            return;
        }
        BlockRow block = blocks.get(0);

        title("An application that writes around git is refused by PostgreSQL itself");
        database.updateAroundGit(block.id());

        title("The same write through git-memory: git first, then the row with the commit's SHA");
        String path = "/v1/agents/%s/core-memory/blocks/%s".formatted(agent, encoded(block.label()));
        String value = shortened(block) + "Noted during the demo.";
        show(send("PATCH", path, JSON.createObjectNode().put("value", value).toString()), "label", "value", "git_sha");
        database.show(agent);

        title("Its history: who wrote what, when");
        JsonNode history = send("GET", "/v1/agents/%s/git-memory/history".formatted(agent), null);
        history.get("commits")
                .forEach(c -> out.println("  %.10s  %s  %-7s %s  (+%s -%s)"
                        .formatted(
                                c.get("sha").asText(),
                                c.get("timestamp").asText(),
                                c.get("author_type").asText(),
                                c.get("message").asText(),
                                c.get("additions").asText(),
                                c.get("deletions").asText())));

        title("Stock git restores all of it from the objects in the storage");
        RepoId id = new RepoId(Caller.DEFAULT_ORGANIZATION, agent);
        new DemoClone(out, dataDir).run(dataDir.resolve("store").resolve(id.prefix()), agent);

        title("Go on yourself");
        out.println("  " + database.psql());
        out.println("  curl " + serving.address() + "/v1/agents/" + agent + "/git-memory");
        out.println("  curl -X PATCH " + JSON_BODY + "'{\"description\": \"by hand\"}' " + serving.address() + path);
        out.println("  curl " + serving.address() + "/v1/agents/" + agent + "/git-memory/history");
        out.println();
    }

    private void title(String text) {
        step++;
        out.println();
        out.println("%d. %s".formatted(step, text));
        out.println();
    }

    /** The value, with room behind it for what the tour adds. */
    private static String shortened(BlockRow block) {
        String value = block.value();
        int room = (int) Math.max(0, block.limit() - 40);
        int end = value.offsetByCodePoints(0, Math.min(room, value.codePointCount(0, value.length())));
        String kept = value.substring(0, end);
        return kept.isEmpty() || kept.endsWith("\n") ? kept : kept + "\n";
    }

    private static String encoded(String label) {
        return URLEncoder.encode(label, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonNode send(String method, String path, @org.jspecify.annotations.Nullable String body)
            throws IOException, InterruptedException {
        URI uri = serving.address().resolve(path);
        out.println("  $ curl "
                + (body == null ? "" : "-X " + method + " " + JSON_BODY + "'" + body.replace("'", "'\\''") + "' ")
                + uri);
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(uri)
                        .header("Content-Type", "application/json")
                        .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(
                    "%s %s answered %d: %s".formatted(method, uri, response.statusCode(), response.body()));
        }
        return JSON.readTree(response.body());
    }

    private void show(JsonNode answer, String... members) {
        for (String member : members) {
            String text = answer.get(member).asText().replace("\n", "\\n");
            out.println("    %s: %s"
                    .formatted(member, text.length() > 90 ? "..." + text.substring(text.length() - 87) : text));
        }
        out.println();
    }
}
