package dev.gitmemory.http;

import dev.gitmemory.repo.Author;
import dev.gitmemory.service.Caller;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Finds out on whose behalf a request is made. */
final class Callers {

    private static final String USER = "user_id";
    private static final String AUTHOR = "Git-Memory-Author";

    /** All that say who calls. */
    static final List<String> HEADERS = List.of(USER, AUTHOR);

    /** More than any id has; the header line of a commit has to hold it, and the rows' columns. */
    private static final int MOST_CHARACTERS = 255;

    private final String defaultUserId;

    Callers(String defaultUserId) {
        this.defaultUserId = defaultUserId;
    }

    /**
     * The caller of a request: the header {@code user_id}, else the default user. The header {@code Git-Memory-Author} lets an
     * application say on whose behalf it writes, as {@code agent:<id>}, {@code user:<id>} or {@code system:<id>}.
     */
    Caller of(Context ctx) {
        String userId = Requests.header(ctx, USER);
        Caller caller =
                Caller.user(userId == null || userId.isBlank() ? defaultUserId : requireId(USER, userId.strip()));
        String author = Requests.header(ctx, AUTHOR);
        return author == null ? caller : new Caller(caller.userId(), author(author));
    }

    private static Author author(String header) {
        String[] parts = header.strip().split(":", 2);
        Optional<Author.Type> type = Arrays.stream(Author.Type.values())
                .filter(t -> t.word().equals(parts[0]))
                .findFirst();
        if (type.isEmpty() || parts.length < 2 || parts[1].isBlank()) {
            throw RequestException.malformed(AUTHOR, "Git-Memory-Author must be agent:<id>, user:<id> or system:<id>");
        }
        String id = requireId(AUTHOR, parts[1].strip());
        return new Author(type.get(), id, id);
    }

    /** Says what a commit could not carry, where Author would leave it out without a word. */
    private static String requireId(String header, String id) {
        if (id.codePointCount(0, id.length()) > MOST_CHARACTERS) {
            throw RequestException.malformed(
                    header, "%s must have at most %d characters".formatted(header, MOST_CHARACTERS));
        }
        if (!new Author(Author.Type.USER, id, id).id().equals(id)) {
            throw RequestException.malformed(
                    header, header + " must have no '<', no '>' and no control characters: a commit can't name it");
        }
        return id;
    }
}
