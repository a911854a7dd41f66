package dev.gitmemory.block;

import java.util.List;
import java.util.Map;

/** A JSON value whose numbers keep the text they were written with. */
sealed interface Json {

    /**
     * How deep objects and arrays may lie in each other; the outermost is 1. Every parser on the way (ours, PostgreSQL's,
     * the applications') recurses, and metadata of people and programs is far below it.
     */
    int MAX_DEPTH = 100;

    /** A number, {@code true}, {@code false} or {@code null}, as written. */
    record Literal(String text) implements Json {}

    record Str(String value) implements Json {}

    record Array(List<Json> items) implements Json {}

    /** In the order of the members' first appearance. */
    record Obj(Map<String, Json> members) implements Json {}
}
