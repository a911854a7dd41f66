package dev.gitmemory.service;

import dev.gitmemory.block.Label;
import dev.gitmemory.repo.PathPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A label that stays, though it could not come anew.
 *
 * @param reason what its file can't be on which system
 */
public record NotPortable(String label, String reason) {

    /** Those among all labels of an agent, sorted; none where any may come. */
    static List<NotPortable> among(Collection<Label> labels, PathPolicy newPaths) {
        Map<String, Label> byPath = new TreeMap<>();
        labels.forEach(label -> byPath.put(label.path(), label));
        Map<String, String> problems = newPaths.problems(Set.of(), byPath.keySet());
        List<NotPortable> found = new ArrayList<>();
        byPath.forEach((path, label) -> {
            String reason = problems.get(path);
            if (reason != null) {
                found.add(new NotPortable(label.text(), reason));
            }
        });
        return found;
    }
}
