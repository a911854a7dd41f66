package dev.gitmemory.repo;

import java.util.List;

/**
 * What was exported.
 *
 * @param commitSha the commit whose files were written; for a whole repository its head
 * @param files files of that commit that were written; 0 for a whole repository
 * @param refs branches, tags and other refs; 0 for a folder
 * @param leftOut paths that a folder can't hold, with the reason
 */
public record ExportSummary(String commitSha, int files, int refs, List<String> leftOut) {

    public ExportSummary {
        leftOut = List.copyOf(leftOut);
    }
}
