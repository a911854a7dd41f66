package dev.gitmemory.http;

import dev.gitmemory.repo.Author;
import dev.gitmemory.service.Caller;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.Optional;

/** Finds out on whose behalf a request is made. */
final class Callers {

    private final String defaultUserId;

    Callers(String defaultUserId) {
        this.defaultUserId = defaultUserId;
    }

    /**
     * The caller of a request: the header {@code user_id}, else the default user. The header {@code Git-Memory-Author} lets an
     * application say on whose behalf it writes, as {@code agent:<id>}, {@code user:<id>} or {@code system:<id>}.
     */
    Caller of(Context ctx) {
        String userId = ctx.header("user_id");
        Caller caller = Caller.user(userId == null || userId.isBlank() ? defaultUserId : userId.strip());
        String author = ctx.header("Git-Memory-Author");
        return author == null ? caller : new Caller(caller.userId(), author(author));
    }

    private static Author author(String header) {
        String[] parts = header.strip().split(":", 2);
        Optional<Author.Type> type = Arrays.stream(Author.Type.values())
                .filter(t -> t.word().equals(parts[0]))
                .findFirst();
        if (type.isEmpty() || parts.length < 2 || parts[1].isBlank()) {
            throw RequestException.malformed(
                    "Git-Memory-Author", "Git-Memory-Author must be agent:<id>, user:<id> or system:<id>");
        }
        return new Author(type.get(), parts[1].strip(), parts[1].strip());
    }
}
