package dev.gitmemory.service;

import java.util.List;

/**
 * What enabling did.
 *
 * @param status where the agent stands after it
 * @param renamed labels that it has changed, by their former ones; none for an agent that was git's already
 */
public record Enabled(Views.Status status, List<Renamed> renamed) {

    public Enabled {
        renamed = List.copyOf(renamed);
    }
}
