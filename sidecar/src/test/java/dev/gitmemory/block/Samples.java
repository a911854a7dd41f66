package dev.gitmemory.block;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** What the property tests of this package draw from. Edge cases are drawn like any other, not combined: there are too many. */
final class Samples {

    /** Pieces that mean something to YAML, Markdown, git or a careless parser; separated by §, a harmless one. */
    private static final List<String> NASTY = List.of(
            ("---§---\n§---\r\n§\n§\r\n§\r§\n\n§ §  §\t§:§: § #§#§- §? §|§>§|-\n  §>+\n  §*a§&a§!t §!!str §%YAML 1.2\n§...\n§'§''"
                            + "§\"§\\§\\n§{§}§[§]§,§`§@§~§null§true§yes§2026-01-01§0x1F§1e3§.inf§<<§=§description: §limit: §limit: 5\n"
                            + "§limit: abc\n§read_only: true\n§metadata: {}\n§metadata:\n  a: 1\n§description: |\n  two\n  lines\n§# a comment\n"
                            + "§\uFEFF§\u2028§\u2029§\u0085§\u00A0§\u200B§\u0001§\u001B§\u007F§\u009F§\uFFFE§\uFFFF§é§e\u0301§漢字§🙂§👩‍💻§\uDBFF\uDFFF")
                    .split("§"));

    /** Lines of front matter that say something of a known field. */
    private static final List<String> KNOWN_LINES = List.of(
            ("description: Who I am§description: 'it''s me' # really§description: |\n  two\n  lines§description: >-\n  folded\n\n  text\n"
                            + "§description:§description:\n  plain on\n  two lines§limit: 5§limit: 20000   # characters§limit: abc§\"limit\": 7"
                            + "§read_only: true§read_only: false # not yet§read_only: 5§metadata: {}§metadata: {a: 1, b: [x, \"y\"]}"
                            + "§metadata:\n  a: 1 # one\n  b:\n    - x\n    - y\n  # end§metadata:\n- 1§metadata: {\n  a: 1\n  }")
                    .split("§"));

    /** Lines that are nobody's, some of them not allowed. */
    private static final List<String> OTHER_LINES = List.of(
            "# a comment§ §owner: ops§tags: [a, b]§name: &n x§other: *n§? odd\n: key§nested:\n  limit: 1§limit: 6§..."
                    .split("§"));

    private Samples() {}

    /** Texts that PostgreSQL can store, rich in what goes wrong. */
    static Arbitrary<String> texts() {
        Arbitrary<String> codePoint = Arbitraries.integers()
                .between(1, Character.MAX_CODE_POINT)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .map(Character::toString);
        Arbitrary<String> ascii = Arbitraries.chars().range(' ', '~').map(String::valueOf);
        Arbitrary<String> word =
                Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(8);
        return Arbitraries.frequencyOf(
                        Tuple.of(4, Arbitraries.of(NASTY)),
                        Tuple.of(2, word),
                        Tuple.of(1, ascii),
                        Tuple.of(1, codePoint))
                .list()
                .ofMaxSize(25)
                .map(pieces -> String.join("", pieces))
                .withoutEdgeCases();
    }

    /** Files, many of them with front matter of some kind. */
    static Arbitrary<String> files() {
        Arbitrary<String> line = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.of(KNOWN_LINES)),
                Tuple.of(2, Arbitraries.of(OTHER_LINES)),
                Tuple.of(1, texts()));
        Arbitrary<String> indented = Arbitraries.of("", "", "", " ", "  ");
        Arbitrary<String> yaml = Combinators.combine(line.list().ofMaxSize(6), indented)
                .as((lines, indent) -> lines.stream()
                        .map(l -> indent + l.replace("\n", "\n" + indent) + "\n")
                        .collect(Collectors.joining()));
        Arbitrary<String> flow = Arbitraries.of(
                "{description: a, limit: 5}\n",
                "{limit: 5, x: 1,\n metadata: {a: 1}}\n",
                "{}\n",
                "{read_only: true}\n");
        Arbitrary<String> withFrontMatter = Combinators.combine(
                        Arbitraries.of("", "", "", "\uFEFF"),
                        Arbitraries.frequencyOf(Tuple.of(5, yaml), Tuple.of(1, flow)),
                        Arbitraries.of("---\n", "---\n", "---", "--- \n"),
                        texts(),
                        Arbitraries.of("\n", "\n", "\r\n"))
                .as((bom, fields, fence, value, lineEnd) ->
                        bom + ("---\n" + fields + fence).replace("\n", lineEnd) + value);
        return Arbitraries.frequencyOf(Tuple.of(4, withFrontMatter), Tuple.of(1, texts()))
                .withoutEdgeCases();
    }

    static Arbitrary<String> labels() {
        Arbitrary<String> segment = Arbitraries.frequencyOf(
                Tuple.of(
                        5,
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .withChars("-_ .~:#'\"é漢")
                                .ofMinLength(1)
                                .ofMaxLength(12)),
                Tuple.of(
                        1,
                        Arbitraries.of(
                                "system", "skills", "SKILL", "SKILL.md", "a.md", ".github", "🙂", ".gitx", "git~x")));
        return segment.list().ofMinSize(1).ofMaxSize(4).map(segments -> String.join("/", segments));
    }

    static Arbitrary<Label> validLabels() {
        return labels().filter(Samples::isLabel).map(Label::of);
    }

    static boolean isLabel(String text) {
        try {
            Label.of(text);
            return true;
        } catch (RuleViolation notOne) {
            return false;
        }
    }

    /** JSON text of a value, as clients write it: with spaces and with escapes. */
    static Arbitrary<String> jsonValues(int depth) {
        Arbitrary<String> number = Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.longs().map(String::valueOf)),
                Tuple.of(1, Arbitraries.bigDecimals().map(Object::toString)),
                Tuple.of(
                        2,
                        Arbitraries.of(
                                "0",
                                "-0",
                                "1.0",
                                "1.00",
                                "1e0",
                                "1E+5",
                                "-2.50e-3",
                                "123456789012345678901234567890")));
        Arbitrary<String> leaf = Arbitraries.frequencyOf(
                Tuple.of(3, number),
                Tuple.of(2, texts().map(Samples::jsonString)),
                Tuple.of(1, Arbitraries.of("true", "false", "null", "\"\\ud83d\\ude42\"", "\"\\/\"")));
        if (depth == 0) {
            return leaf;
        }
        Arbitrary<String> array =
                jsonValues(depth - 1).list().ofMaxSize(3).map(items -> "[ " + String.join(" ,", items) + "]");
        return Arbitraries.frequencyOf(Tuple.of(3, leaf), Tuple.of(1, array), Tuple.of(1, jsonObjects(depth - 1)))
                .withoutEdgeCases();
    }

    static Arbitrary<String> jsonObjects(int depth) {
        Arbitrary<String> longKey = Arbitraries.of("k", "é", "\"").map(k -> k.repeat(1100));
        Arbitrary<String> key = Arbitraries.frequencyOf(Tuple.of(20, texts()), Tuple.of(1, longKey));
        return Arbitraries.maps(key, jsonValues(depth))
                .ofMaxSize(4)
                .map(Samples::jsonObject)
                .withoutEdgeCases();
    }

    static Arbitrary<Metadata> metadata() {
        return Arbitraries.frequencyOf(
                Tuple.of(1, Arbitraries.just(Metadata.EMPTY)),
                Tuple.of(2, jsonObjects(2).map(Metadata::of)));
    }

    static Arbitrary<Block> blocks() {
        Arbitrary<Integer> limits = Arbitraries.frequencyOf(
                Tuple.of(3, Arbitraries.integers().between(1, Integer.MAX_VALUE)),
                Tuple.of(1, Arbitraries.of(5, Block.DEFAULT_LIMIT)));
        return Combinators.combine(
                        validLabels(),
                        texts(),
                        texts().injectNull(0.2),
                        limits,
                        Arbitraries.of(true, false),
                        metadata())
                .as(Block::new)
                .withoutEdgeCases();
    }

    private static String jsonObject(Map<String, String> members) {
        return members.entrySet().stream()
                .map(member -> jsonString(member.getKey()) + " : " + member.getValue())
                .collect(Collectors.joining(" , ", "{ ", "\n}"));
    }

    private static String jsonString(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append("\\u%04X".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
