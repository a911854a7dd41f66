package dev.gitmemory.block;

import java.util.List;

/**
 * A node of front matter with its place in the text: {@code start} and {@code end} are counted in code points, and the
 * end lies behind the node's last content, not behind spaces or comments after it.
 */
sealed interface YamlNode {

    int start();

    int end();

    /**
     * A text, number or other single value.
     *
     * @param plain true when it was written without quotes and not as a block of lines
     */
    record Scalar(String text, boolean plain, int start, int end) implements YamlNode {

        /** True when YAML's core schema reads null here. */
        boolean isNull() {
            return plain
                    && switch (text) {
                        case "", "~", "null", "Null", "NULL" -> true;
                        default -> false;
                    };
        }
    }

    record Sequence(List<YamlNode> items, boolean flow, int start, int end) implements YamlNode {}

    record Mapping(List<Entry> entries, boolean flow, int start, int end) implements YamlNode {}

    record Entry(YamlNode key, YamlNode value) {}
}
