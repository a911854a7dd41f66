package dev.gitmemory.postgres;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/** Which of the optional columns this application's blocks table has. */
record BlockColumns(List<ExtraColumn> extras, boolean version, boolean updatedAt) {

    static BlockColumns read(Handle handle, TableNames tables) {
        Set<String> present = new HashSet<>(handle.createQuery("""
                        SELECT column_name
                          FROM information_schema.columns
                         WHERE table_schema = :schema
                           AND table_name = :table
                        """)
                .bind("schema", tables.schema())
                .bind("table", tables.blocks())
                .mapTo(String.class)
                .list());
        List<ExtraColumn> extras = Arrays.stream(ExtraColumn.values())
                .filter(c -> present.contains(c.column()))
                .toList();
        return new BlockColumns(extras, present.contains("version"), present.contains("updated_at"));
    }

    boolean has(ExtraColumn column) {
        return extras.contains(column);
    }

    /** What every change of a row sets besides what it is about, as a list that begins with a comma, or nothing. */
    String bookkeeping() {
        return (version ? ", version = version + 1" : "")
                + (updatedAt ? ", updated_at = now()" : "")
                + (has(ExtraColumn.LAST_UPDATED_BY_ID) ? ", _last_updated_by_id = :user_id" : "");
    }

    /** The optional columns as a list of SQL columns that begins with a comma, or nothing. */
    String selection() {
        return extras.stream()
                .map(c -> ", b." + c.column() + (c.kind() == ExtraColumn.Kind.TEXT ? "::text AS " + c.column() : ""))
                .collect(Collectors.joining());
    }
}
