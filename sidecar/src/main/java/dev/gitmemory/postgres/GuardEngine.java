package dev.gitmemory.postgres;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which language the guard's functions are written in; the refusals are the same. */
public enum GuardEngine {
    /** PL/Java where it really works, else PL/pgSQL. */
    AUTO,
    /** Java inside PostgreSQL: needs the extension PL/Java. */
    PLJAVA,
    /** PL/pgSQL, which every PostgreSQL has. */
    PLPGSQL;

    /** {@return the name in settings and placeholders, in lower case} */
    public String setting() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads a setting.
     *
     * @throws IllegalArgumentException if it names no engine; the message lists them
     */
    public static GuardEngine ofSetting(String setting) {
        return Arrays.stream(values())
                .filter(engine -> engine.setting().equals(setting))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("guard is \"" + setting + "\", not one of "
                        + Arrays.stream(values()).map(GuardEngine::setting).collect(Collectors.joining(", "))));
    }
}
