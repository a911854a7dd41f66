package dev.gitmemory.service;

import dev.gitmemory.postgres.Commits;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of making an agent's rows a commit, where the object storage has lost commits that they came from.
 *
 * @param lost what the object storage has lost, for people to read; null where it has everything, and nothing was done
 * @param commits the commits that PostgreSQL has heard of and git has no more, newest first
 */
public record RowsImport(@Nullable String lost, List<Commits.Commit> commits) {

    private static final int MOST_NAMED = 50;
    private static final int SHA_DIGITS = 12;
    private static final int MOST_CHARACTERS = 100;

    public RowsImport {
        commits = List.copyOf(commits);
    }

    /** The commit's message: it keeps what else nobody would know any more. */
    String message(String agentId) {
        StringBuilder text = new StringBuilder("Import the rows of ")
                .append(agentId)
                .append(", whose commits were lost\n\n")
                .append(lost)
                .append(".\nThe rows of PostgreSQL were newer and are these files. ")
                .append(commits.size())
                .append(" commits are lost:\n\n");
        commits.stream()
                .limit(MOST_NAMED)
                .forEach(commit -> text.append("    %s %s %s: %s%n"
                        .formatted(
                                commit.sha().substring(0, SHA_DIGITS),
                                commit.committedAt(),
                                commit.authorName(),
                                firstLine(commit.message()))));
        if (commits.size() > MOST_NAMED) {
            text.append("    ... and ").append(commits.size() - MOST_NAMED).append(" older ones\n");
        }
        return text.toString();
    }

    private static String firstLine(String message) {
        String line = message.lines().findFirst().orElse("");
        return line.length() <= MOST_CHARACTERS ? line : line.substring(0, MOST_CHARACTERS) + "...";
    }
}
