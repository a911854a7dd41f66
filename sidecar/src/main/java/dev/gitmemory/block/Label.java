package dev.gitmemory.block;

import java.util.Optional;

/**
 * The name of a block in its agent: {@code persona}, {@code system/human}, {@code skills/search}.
 *
 * <p>Every valid label has one path in the agent's repository and every such path one label:
 *
 * <ul>
 *   <li>{@code skills/<name>} is the file {@code skills/<name>/SKILL.md}; a skill is a folder, so no label lies deeper
 *       under {@code skills/};
 *   <li>any other label is the file {@code <label>.md}.
 * </ul>
 *
 * <p>A valid label gives a path that git accepts: no empty, {@code .} or {@code ..} segment, no
 * segment that some file system takes for {@code .git}, {@code .gitmodules} or {@code .gitattributes} (in any case,
 * with code points that HFS+ ignores, or as an NTFS short name), none ending in a dot, no folder ending in {@code .md}
 * (it would stand where another label's file goes), no backslash, no control characters, at most
 * {@value #MAX_CHARACTERS} characters in all and {@value #MAX_SEGMENT_BYTES} bytes of UTF-8 a segment, file extension
 * included. Labels that differ by case only are different labels.
 *
 * <p>What Windows or macOS can't check out is a label all the same ({@code aux}, {@code a?b}): whether it may come anew is
 * judged together with the other paths of a repository, where a commit is made.
 */
public record Label(String text) implements Comparable<Label> {

    /** The longest label, in Unicode code points. */
    public static final int MAX_CHARACTERS = 500;

    /** The longest name of a file or folder, in bytes of UTF-8: what common file systems hold. */
    public static final int MAX_SEGMENT_BYTES = 255;

    private static final String SYSTEM = "system/";
    private static final String SKILLS = "skills/";
    private static final String SKILL_FILE = "/SKILL.md";
    private static final String EXTENSION = ".md";

    /**
     * Takes a text that is a valid label.
     *
     * @throws RuleViolation of the field {@code label} if it is not
     */
    public Label {
        LabelRules.check(text);
    }

    /**
     * The label of this text.
     *
     * @throws RuleViolation of the field {@code label} if the text is no valid label
     */
    public static Label of(String text) {
        return new Label(text);
    }

    /**
     * The label whose file has this path; empty when the file belongs to the repository alone: it does not end in
     * {@code .md}, or lies under {@code skills/} and is no {@code skills/<name>/SKILL.md}.
     *
     * @param path relative to the repository's root, with {@code /} between segments
     * @throws RuleViolation of the field {@code label} if the path should be a block's but its label is not valid
     */
    public static Optional<Label> ofPath(String path) {
        if (path.startsWith(SKILLS)) {
            int nameEnd = path.length() - SKILL_FILE.length();
            boolean skill = path.endsWith(SKILL_FILE)
                    && nameEnd > SKILLS.length()
                    && path.indexOf('/', SKILLS.length()) == nameEnd;
            return skill ? Optional.of(new Label(path.substring(0, nameEnd))) : Optional.empty();
        }
        return path.endsWith(EXTENSION)
                ? Optional.of(new Label(path.substring(0, path.length() - EXTENSION.length())))
                : Optional.empty();
    }

    /** The path of this label's file, relative to the repository's root. */
    public String path() {
        return text.startsWith(SKILLS) ? text + SKILL_FILE : text + EXTENSION;
    }

    /**
     * This label under {@code system/}, where an agent's tools expect what is always in its context; this label itself
     * when it is there already.
     *
     * @throws RuleViolation of the field {@code label} if the longer label would be too long
     */
    public Label withSystemPrefix() {
        return text.startsWith(SYSTEM) ? this : new Label(SYSTEM + text);
    }

    /** By the UTF-16 code units of the text. */
    @Override
    public int compareTo(Label other) {
        return text.compareTo(other.text);
    }

    /** The text alone. */
    @Override
    public String toString() {
        return text;
    }
}
