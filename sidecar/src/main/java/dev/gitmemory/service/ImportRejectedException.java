package dev.gitmemory.service;

import java.util.List;

/** Files that can't be an agent's memory; nothing was changed. */
public final class ImportRejectedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int SHOWN = 5;

    @SuppressWarnings("serial") // this is never serialized
    private final List<String> problems;

    ImportRejectedException(List<String> problems) {
        super("%d files can't be memory, nothing was changed: %s%s"
                .formatted(
                        problems.size(),
                        String.join("; ", problems.subList(0, Math.min(SHOWN, problems.size()))),
                        problems.size() > SHOWN ? "; ..." : ""));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong with each file, beginning with its path. */
    public List<String> problems() {
        return problems;
    }
}
