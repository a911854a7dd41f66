package dev.gitmemory.block;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.StreamEndEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads the YAML of front matter.
 *
 * <p>It works on the events of the YAML parser, so that nothing is ever expanded or constructed: an alias is refused
 * where it stands, and memory and time stay in proportion to the text.
 */
final class YamlParser {

    /** The mapping of fields itself, and metadata in it. */
    private static final int MAX_DEPTH = Json.MAX_DEPTH + 1;

    /** Keys, values and items: far more than people write, and few enough for a small heap. */
    static final int MAX_NODES = 250_000;

    private final String yaml;
    private final int firstLine;
    private final Iterator<Event> events;
    private int nodes;

    /** What a field is called in messages; changes with the key of the outermost mapping. */
    private String field = FrontMatter.WHOLE;

    private @Nullable RuleViolation refused;

    private YamlParser(String yaml, int firstLine) {
        this.yaml = yaml;
        this.firstLine = firstLine;
        this.events = new Parse(settings(yaml)).parseString(yaml).iterator();
    }

    /**
     * The mapping that the text is; an empty one when it holds nothing but comments; null when it is not YAML, or not
     * one mapping.
     *
     * @param firstLine the number of the first line in the file
     * @throws RuleViolation if it is a mapping with anchors, aliases or tags, or nested too deep, or has more than
     *     {@link #MAX_NODES} nodes
     */
    static YamlNode.@Nullable Mapping parse(String yaml, int firstLine) {
        try {
            return new YamlParser(yaml, firstLine).document();
        } catch (YamlEngineException malformed) {
            return null; // the format says what it is then
        }
    }

    private static LoadSettings settings(String yaml) {
        return LoadSettings.builder()
                .setLabel("front matter")
                .setCodePointLimit(Integer.MAX_VALUE) // the size of a file is its sender's to limit
                .setBufferSize(yaml.length() + 1) // else a scalar's time grows with the square of its length
                .build();
    }

    private YamlNode.@Nullable Mapping document() {
        events.next(); // the start of the stream
        Event first = events.next();
        if (first instanceof StreamEndEvent) {
            return new YamlNode.Mapping(List.of(), false, 0, 0);
        }
        if (first instanceof DocumentStartEvent start && start.isExplicit()) {
            return null;
        }
        YamlNode root = node(events.next(), 1);
        if (!(events.next() instanceof DocumentEndEvent end)
                || end.isExplicit()
                || !(events.next() instanceof StreamEndEvent)
                || !(root instanceof YamlNode.Mapping mapping)) {
            return null;
        }
        // Only now: text that merely looks like an alias is seldom a mapping, and then no front matter.
        if (refused != null) {
            throw refused;
        }
        return mapping;
    }

    private YamlNode node(Event event, int depth) {
        if (++nodes > MAX_NODES) {
            throw new RuleViolation(
                    FrontMatter.WHOLE,
                    FrontMatter.WHOLE + " has more than " + MAX_NODES + " keys and values; it is not read further");
        }
        if (event instanceof AliasEvent) {
            refuse("an alias", event);
            return new YamlNode.Scalar("", true, start(event), end(event));
        }
        if (event instanceof ScalarEvent scalar) {
            refuseProperties(scalar.getAnchor(), scalar.getTag(), event);
            return new YamlNode.Scalar(scalar.getValue(), scalar.isPlain(), start(event), end(event));
        }
        CollectionStartEvent collection = (CollectionStartEvent) event;
        refuseProperties(collection.getAnchor(), collection.getTag(), event);
        if (depth > MAX_DEPTH) {
            // At once, not at the end of the text: the YAML parser's time grows with the depth.
            throw new RuleViolation(field, field + " is nested deeper than " + Json.MAX_DEPTH + " levels");
        }
        return collection instanceof MappingStartEvent ? mapping(collection, depth) : sequence(collection, depth);
    }

    private YamlNode mapping(CollectionStartEvent start, int depth) {
        List<YamlNode.Entry> entries = new ArrayList<>();
        int last = start(start);
        Event event = events.next();
        while (!(event instanceof MappingEndEvent)) {
            if (depth == 1) {
                field = FrontMatter.WHOLE;
            }
            YamlNode key = node(event, depth + 1);
            if (depth == 1) {
                field = FrontMatter.fieldOf(key);
            }
            YamlNode value = depth == 1 && field.equals(FrontMatter.DESCRIPTION) && !start.isFlow()
                    ? description(key)
                    : node(events.next(), depth + 1);
            entries.add(new YamlNode.Entry(key, value));
            last = value.end();
            event = events.next();
        }
        return new YamlNode.Mapping(entries, start.isFlow(), start(start), start.isFlow() ? end(event) : last);
    }

    /**
     * A description is text, and many write it without quotes, whatever is in it: what YAML reads there as a list, a mapping,
     * a comment, an anchor, an alias or a tag is the text of its line. In quotes, and over several lines, it is YAML.
     */
    private YamlNode description(YamlNode key) {
        RuleViolation before = refused;
        YamlNode value = node(events.next(), 2);
        int line = yaml.indexOf(':', chars(key.end())) + 1;
        int newline = yaml.indexOf('\n', line);
        int lineEnd = newline < 0 ? yaml.length() : newline;
        int end = chars(value.end());
        if (chars(value.start()) < line || end > lineEnd) {
            return value;
        }
        boolean isText = value instanceof YamlNode.Scalar scalar
                && !(scalar.plain() && yaml.substring(end, lineEnd).strip().startsWith("#"))
                && refused == before;
        if (isText) {
            return value;
        }
        refused = before;
        String text = yaml.substring(line, lineEnd);
        int start = line + text.length() - text.stripLeading().length();
        return new YamlNode.Scalar(
                text.strip(),
                false,
                codePoints(start),
                codePoints(start + text.strip().length()));
    }

    private int chars(int codePoints) {
        return yaml.offsetByCodePoints(0, codePoints);
    }

    private int codePoints(int chars) {
        return yaml.codePointCount(0, chars);
    }

    private YamlNode sequence(CollectionStartEvent start, int depth) {
        List<YamlNode> items = new ArrayList<>();
        int last = start(start);
        Event event = events.next();
        while (!(event instanceof SequenceEndEvent)) {
            YamlNode item = node(event, depth + 1);
            items.add(item);
            last = item.end();
            event = events.next();
        }
        return new YamlNode.Sequence(items, start.isFlow(), start(start), start.isFlow() ? end(event) : last);
    }

    private void refuseProperties(Optional<Anchor> anchor, Optional<String> tag, Event event) {
        if (anchor.isPresent()) {
            refuse("an anchor", event);
        }
        if (tag.isPresent()) {
            refuse("a tag", event);
        }
    }

    private void refuse(String what, Event event) {
        if (refused == null) {
            int line = event.getStartMark().map(Mark::getLine).orElse(0) + firstLine;
            refused = new RuleViolation(
                    field, field + " has " + what + " of YAML in line " + line + "; write the value itself");
        }
    }

    private static int start(Event event) {
        return event.getStartMark().orElseThrow().getIndex();
    }

    private static int end(Event event) {
        return event.getEndMark().orElseThrow().getIndex();
    }
}
