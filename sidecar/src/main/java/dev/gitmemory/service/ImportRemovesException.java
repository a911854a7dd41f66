package dev.gitmemory.service;

import java.util.List;

/**
 * An import would remove blocks, for what comes in does not continue the agent's history and lacks them, and nobody has
 * agreed to that; nothing was changed.
 */
public final class ImportRemovesException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int SHOWN = 5;

    @SuppressWarnings("serial") // this is never serialized
    private final List<String> labels;

    ImportRemovesException(List<String> labels) {
        super("The history does not continue the agent's, and lacks %d of its blocks; nothing was changed: %s%s"
                .formatted(
                        labels.size(),
                        String.join(", ", labels.subList(0, Math.min(SHOWN, labels.size()))),
                        labels.size() > SHOWN ? ", ..." : ""));
        this.labels = List.copyOf(labels);
    }

    /** Of the blocks that would go, sorted. */
    public List<String> labels() {
        return labels;
    }
}
