package dev.gitmemory.postgres;

import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * How to reach a PostgreSQL database. Immutable; its text never shows the password.
 *
 * @param url JDBC URL, {@code jdbc:postgresql://host:port/database}, with pgjdbc's parameters behind it
 * @param user the role to log in as; null leaves it to pgjdbc (the URL's parameter, or the account's name)
 * @param password the role's password; null leaves it to pgjdbc (the URL's parameter, or the password file)
 */
public record DatabaseSettings(
        String url, @Nullable String user, @Nullable String password) {

    private static final String EXAMPLE = "for example jdbc:postgresql://localhost:5432/letta";

    private static final String HOST = "(\\[[0-9A-Fa-f:.%]+]|[^\\[\\]/?:@,]+)?(:\\d{1,5})?";

    /** Checked before pgjdbc sees a URL, because pgjdbc logs what it takes for a wrong port: maybe a password. */
    private static final Pattern URL =
            Pattern.compile("jdbc:postgresql:(//" + HOST + "(," + HOST + ")*(/[^?]*)?|[^/?@]*)(\\?.*)?");

    /** @throws IllegalArgumentException when the URL is none that pgjdbc understands: see {@link #problemWith} */
    public DatabaseSettings {
        problemWith(url).ifPresent(problem -> {
            throw new IllegalArgumentException("db-url " + problem);
        });
    }

    /** Says what is wrong with a URL, without repeating it, as it may hold a password; empty when nothing is. */
    public static Optional<String> problemWith(String url) {
        if (url.startsWith("postgres://") || url.startsWith("postgresql://")) {
            return Optional.of("must be a JDBC URL, " + EXAMPLE
                    + "; user and password are settings of their own (db-user, db-password)");
        }
        if (!url.startsWith("jdbc:postgresql:")) {
            return Optional.of("must begin with jdbc:postgresql:, " + EXAMPLE);
        }
        return URL.matcher(url).matches() && parse(url).isPresent()
                ? Optional.empty()
                : Optional.of("is not jdbc:postgresql://host:port/database, " + EXAMPLE
                        + "; user and password are settings of their own (db-user, db-password)");
    }

    /** Returns {@code host:port/database} for people: which database this is, and nothing secret. */
    public String displayName() {
        Properties parts = parse(url).orElseGet(Properties::new);
        return PGProperty.PG_HOST.getOrDefault(parts) + ":" + PGProperty.PG_PORT.getOrDefault(parts) + "/"
                + PGProperty.PG_DBNAME.getOrDefault(parts);
    }

    /** Returns connections to it, unpooled; connects to nothing yet. */
    public DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url);
        // A null would hide the user and the password that the URL may hold.
        if (user != null) {
            source.setUser(user);
        }
        if (password != null) {
            source.setPassword(password);
        }
        return source;
    }

    @Override
    public String toString() {
        return "DatabaseSettings[" + displayName() + ", user=" + user + "]";
    }

    private static Optional<Properties> parse(String url) {
        return Optional.ofNullable(Driver.parseURL(url, null));
    }
}
