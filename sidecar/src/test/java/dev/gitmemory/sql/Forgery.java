package dev.gitmemory.sql;

import dev.gitmemory.testing.StockGit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** What a person with stock git and a clone may try, to have a commit of his pass for a sidecar's. */
enum Forgery {
    THE_NUMBER {
        @Override
        void commit(StockGit git, String request) {
            git.commit("Harmless\n\nRequest-Id: " + request);
        }
    },
    THE_NUMBER_WITHIN_TEXT {
        @Override
        void commit(StockGit git, String request) {
            git.commit("Harmless\nRequest-Id: " + request + "\nand so on");
        }
    },
    THE_NUMBER_AND_THE_SYSTEM_AS_AUTHOR {
        @Override
        void commit(StockGit git, String request) {
            git.commit("Harmless\n\nRequest-Id: " + request + "\n\nAuthor-Type: system\nAuthor-Id: git-memory");
        }
    },
    ALL_TRAILERS_WITH_A_CODE_OF_HIS_OWN {
        @Override
        void commit(StockGit git, String request) {
            git.commit(paragraph(request) + "Git-Memory-MAC: " + "5".repeat(64));
        }
    },
    AN_EMPTY_CODE {
        @Override
        void commit(StockGit git, String request) {
            git.commit(paragraph(request) + "Git-Memory-MAC:");
        }
    },
    THE_CODE_OF_THE_COMMIT_BEFORE {
        @Override
        void commit(StockGit git, String request) {
            git.commit(paragraph(request) + codeOf(git, OURS));
        }
    },
    THE_CODE_OF_ANOTHER_AGENTS_COMMIT {
        @Override
        void commit(StockGit git, String request) {
            git.commit(paragraph(request) + codeOf(git, OTHER_AGENTS));
        }
    },
    TWO_CODES {
        @Override
        void commit(StockGit git, String request) {
            String code = codeOf(git, OURS);
            git.commit(paragraph(request) + code + "\n" + code);
        }
    },
    OUR_COMMIT_AMENDED {
        @Override
        void commit(StockGit git, String request) {
            String message = git.run("log", "-1", "--format=%B", OURS);
            git.commit(message.replaceAll("Request-Id: \\S+", "Request-Id: " + request));
        }
    },
    OUR_COMMIT_WITH_ANOTHER_NUMBER_AS_SECOND_PARENT {
        @Override
        void commit(StockGit git, String request) {
            merge(git, raw(git, OURS).replaceAll("Request-Id: \\S+", "Request-Id: " + request));
        }
    },
    ANOTHER_AGENTS_COMMIT_WITH_THE_NUMBER_AS_SECOND_PARENT {
        @Override
        void commit(StockGit git, String request) {
            merge(git, raw(git, OTHER_AGENTS).replaceAll("Request-Id: \\S+", "Request-Id: " + request));
        }
    },
    OUR_NAMES_AND_ADDRESSES {
        @Override
        void commit(StockGit git, String request) {
            String ident = " git-memory <git-memory@git-memory.invalid> ";
            String raw = raw(git, "HEAD");
            merge(
                    git,
                    raw.substring(0, raw.indexOf("\nauthor "))
                            + "\nauthor" + ident + "1772000000 +0000\ncommitter" + ident + "1772000000 +0000\n\n"
                            + paragraph(request)
                            + codeOf(git, OURS) + "\n");
        }
    },
    A_HEADER {
        @Override
        void commit(StockGit git, String request) {
            merge(git, raw(git, "HEAD").replaceFirst("\n\n", "\nRequest-Id: " + request + "\n\n"));
        }
    },
    ANOTHER_ENCODING {
        @Override
        void commit(StockGit git, String request) {
            git.run(
                    "-c",
                    "i18n.commitEncoding=ISO-8859-1",
                    "commit",
                    "--quiet",
                    "--allow-empty",
                    "-m",
                    paragraph(request) + codeOf(git, OURS));
        }
    };

    /** A ref of the clone: a commit that a sidecar made for a request of this agent. */
    static final String OURS = "refs/ours";

    /** A ref of the clone: one that a sidecar made for another agent. */
    static final String OTHER_AGENTS = "refs/other-agents";

    /** Commits on top of what is checked out. */
    abstract void commit(StockGit git, String request);

    private static String paragraph(String request) {
        return "Harmless\n\nAuthor-Type: system\nAuthor-Id: git-memory\nRequest-Id: " + request + "\n";
    }

    private static String codeOf(StockGit git, String commit) {
        return git.run("log", "-1", "--format=%B", commit)
                .lines()
                .filter(line -> line.startsWith("Git-Memory-MAC: "))
                .findFirst()
                .orElseThrow();
    }

    private static String raw(StockGit git, String commit) {
        return git.run("cat-file", "commit", commit) + "\n";
    }

    /** Makes a commit of these bytes part of the history; the files stay. */
    private static void merge(StockGit git, String commit) {
        try {
            Path file = git.folder().resolve(".git/forged-" + UUID.randomUUID());
            Files.write(file, commit.getBytes(StandardCharsets.UTF_8));
            String sha = git.run("hash-object", "-t", "commit", "-w", file.toString());
            git.run("merge", "--quiet", "-s", "ours", "--allow-unrelated-histories", "-m", "Merge", sha);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
