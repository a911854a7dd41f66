package dev.gitmemory.postgres;

import org.jdbi.v3.core.Jdbi;

/** Which optional columns the blocks table has, as far as is known: the application may drop one at any time. Thread-safe. */
final class CurrentColumns {

    private final TableNames tables;
    private volatile BlockColumns columns;

    private CurrentColumns(TableNames tables, BlockColumns columns) {
        this.tables = tables;
        this.columns = columns;
    }

    static CurrentColumns read(Jdbi jdbi, TableNames tables) {
        return new CurrentColumns(tables, jdbi.withHandle(handle -> BlockColumns.read(handle, tables)));
    }

    BlockColumns get() {
        return columns;
    }

    void readAgain(Jdbi jdbi) {
        columns = jdbi.withHandle(handle -> BlockColumns.read(handle, tables));
    }
}
