package dev.gitmemory.postgres;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** git-memory is installed for other tables than those that were named; nothing was changed. */
public final class OtherTablesException extends MigrationException {
    private static final long serialVersionUID = 1L;

    OtherTablesException(Map<String, String> installed, List<String> tables, String options) {
        super(
                ("git-memory is installed for the tables of schema %s; other names were given, and the tables that it guards"
                                + " still exist: %s. Give %s, or none (an option that is left out, and its GIT_MEMORY_ variable, mean"
                                + " the table that is guarded). A table that was renamed is told by its new name once the former is"
                                + " gone; to guard other tables, uninstall first. Nothing was changed")
                        .formatted(
                                installed.get("app_schema"),
                                tables.stream().map(installed::get).collect(Collectors.joining(", ")),
                                options));
    }
}
