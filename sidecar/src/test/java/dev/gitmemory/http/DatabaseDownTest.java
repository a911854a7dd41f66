package dev.gitmemory.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gitmemory.postgres.DatabaseSettings;
import dev.gitmemory.postgres.DatabaseUnavailableException;
import dev.gitmemory.postgres.GuardEngine;
import dev.gitmemory.postgres.Migrations;
import dev.gitmemory.postgres.TableNames;
import dev.gitmemory.postgres.embedded.EmbeddedPostgres;
import dev.gitmemory.repo.RepoId;
import dev.gitmemory.service.Steps.Step;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.Stores;
import dev.gitmemory.testing.Application;
import dev.gitmemory.testing.Http;
import dev.gitmemory.testing.Sidecar;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/** PostgreSQL stops and comes back under a running sidecar. */
class DatabaseDownTest {

    private static final String PERSONA = "/v1/agents/a/core-memory/blocks/system%2Fpersona";

    @TempDir
    Path folder;

    private EmbeddedPostgres postgres;
    private DatabaseSettings settings;
    private ObjectStore store;
    private Sidecar sidecar;
    private Application application;
    private final AtomicReference<Step> stopPostgresqlAt = new AtomicReference<>();
    private final CountDownLatch stopped = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        postgres = EmbeddedPostgres.start(folder, 0, text -> {});
        settings = postgres.settings();
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(settings.url());
        source.setUser(settings.user());
        source.setPassword(settings.password());
        new Migrations(source, TableNames.DEFAULT, GuardEngine.PLPGSQL)
                .creatingTables()
                .migrate();
        application = new Application(source);
        application.createAgent("a");
        application.createBlock("a", "block-a", "persona", "before");
        store = Stores.open("memory:");
        sidecar = Sidecar.start(settings, store, (step, id) -> {
            if (stopPostgresqlAt.compareAndSet(step, null)) {
                stopPostgresql();
            }
        });
        assertThat(sidecar.http().post("/v1/agents/a/git-memory/enable", "").status())
                .isEqualTo(200);
    }

    @AfterEach
    void stop() throws IOException {
        sidecar.close();
        store.close();
        postgres.close();
    }

    private void stopPostgresql() {
        try {
            postgres.close();
            stopped.countDown();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startPostgresql() throws Exception {
        postgres = EmbeddedPostgres.start(
                folder, URI.create(settings.url().substring(5)).getPort(), text -> {});
    }

    /** As the serving loop does: a connection that died with the server may come up once more before it is thrown away. */
    private void reconcile() {
        for (int attempt = 1; ; attempt++) {
            try {
                sidecar.memory().reconciler().run();
                return;
            } catch (DatabaseUnavailableException e) {
                if (attempt == 20) { // more than the pool has connections
                    throw e;
                }
            }
        }
    }

    private long entries() throws IOException {
        return sidecar.repositories()
                .open(new RepoId(Application.ORGANIZATION, "a"))
                .entries();
    }

    @Test
    void aWriteWhilePostgresqlIsDownIsRefusedAndGitStaysAsItWas() throws Exception {
        long before = entries();
        stopPostgresql();
        Http.Answer answer = sidecar.http().patch(PERSONA, "{\"value\":\"lost\"}");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isNotNull();
        assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
        assertThat(entries()).isEqualTo(before);
        assertThat(sidecar.http().get("/readyz").status()).isEqualTo(503);
        assertThat(sidecar.http().get("/healthz").status()).isEqualTo(200);

        startPostgresql();
        reconcile();
        assertThat(sidecar.http().patch(PERSONA, "{\"value\":\"after\"}").status())
                .isEqualTo(200);
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("after");
    }

    @Test
    void whenPostgresqlFallsBehindTheCommitTheAnswerSaysSoAndTheWriteIsAppliedLater() throws Exception {
        stopPostgresqlAt.set(Step.COMMITTED);
        Http.Answer answer = sidecar.http().patch(PERSONA, "{\"value\":\"in git\"}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        assertThat(answer.text("value")).isEqualTo("in git");
        assertThat(answer.text("pending")).contains("in git");
        assertThat(answer.text("git_sha")).matches("[0-9a-f]{40}");

        startPostgresql();
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("before");
        reconcile();
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("in git");
        assertThat(application.block("a", "system/persona", "git_sha")).isEqualTo(answer.text("git_sha"));
    }

    @Test
    void whenPostgresqlFallsWithTheRowsWrittenAndNotCommittedTheWriteIsAppliedLaterToo() throws Exception {
        stopPostgresqlAt.set(Step.ROWS_WRITTEN);
        Http.Answer answer = sidecar.http().patch(PERSONA, "{\"value\":\"in git\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);

        startPostgresql();
        reconcile();
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("in git");
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {
                "REQUEST_TAKEN",
                "RESOLVED",
                "ANNOUNCED",
                "COMMITTED",
                "ROWS_WRITTEN",
                "APPLIED",
                "REQUEST_CARRIED_OUT"
            })
    void aRequestBySqlHasOneEffectAndItsResultThroughARestart(Step step) throws Exception {
        stopPostgresqlAt.set(step);
        String request = application
                .row("SELECT git_memory.submit_write_block('a', 'system/persona', 'by SQL') AS id")
                .get("id");
        stopped.await();
        startPostgresql();

        String result = application
                .row("SELECT git_memory.await_request(?::uuid, '60 s') AS result", request)
                .get("result");
        assertThat(application.block("a", "system/persona", "value")).isEqualTo("by SQL");
        assertThat(result).contains(String.valueOf(application.block("a", "system/persona", "git_sha")));
        assertThat(application.query("SELECT message FROM git_memory.history"))
                .extracting(row -> row.get("message"))
                .containsExactlyInAnyOrder("Enable git memory for a", "Update system/persona");
    }
}
