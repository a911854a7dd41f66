package dev.gitmemory.service;

import dev.gitmemory.postgres.Reports.LeftOut;
import java.util.List;

/**
 * What enabling would do.
 *
 * @param enabled whether the agent is git's already, so that nothing would be done
 * @param blocks how many blocks would be git's
 * @param renamed labels that would change, by their former ones
 * @param leftOut blocks that git can't have: their rows would be frozen
 * @param notPortable labels that would be git's and that some systems can't have
 */
public record EnablePreview(
        boolean enabled, int blocks, List<Renamed> renamed, List<LeftOut> leftOut, List<NotPortable> notPortable) {

    public EnablePreview {
        renamed = List.copyOf(renamed);
        leftOut = List.copyOf(leftOut);
        notPortable = List.copyOf(notPortable);
    }
}
