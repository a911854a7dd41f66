package dev.gitmemory.cli;

/** How a line of the log looks. */
enum LogFormat {
    /** One line for people: time in UTC, level, logger, message, key=value pairs. */
    TEXT,
    /** One JSON object a line, for log collectors: see Logback's JsonEncoder for its fields. */
    JSON
}
