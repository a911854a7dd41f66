package dev.gitmemory.repo;

/**
 * The newest commit of {@code main}.
 *
 * @param sha 40 hex digits
 * @param seq the commit's generation number, see {@link CommitInfo#seq}
 * @param entry the number of the log entry that this was read from, from 1. It only ever grows, also when a push moves
 *     {@code main} to an older commit: of two heads of one repository the one with the greater number is newer.
 */
public record Head(String sha, long seq, long entry) {}
