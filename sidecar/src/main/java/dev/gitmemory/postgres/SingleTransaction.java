package dev.gitmemory.postgres;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * A transaction as a {@link DataSource}: all connections that it gives are the one connection of that transaction, and
 * commit nothing. Flyway opens several connections and commits in between, for its schema and its history and after the
 * scripts; on this one all of it happens or none. A rollback is one. Not thread-safe.
 */
final class SingleTransaction implements DataSource {
    private final Connection connection;

    /** @param connection within a transaction, which the caller ends; it is not closed here */
    SingleTransaction(Connection connection) {
        this.connection = connection;
    }

    @Override
    public Connection getConnection() {
        View view = new View(connection);
        return (Connection) Proxy.newProxyInstance(
                SingleTransaction.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> view.call(method, arguments == null ? new Object[0] : arguments));
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("The transaction has its user already");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    /** What one of the connections looks like from outside. */
    private static final class View {
        private final Connection connection;
        private boolean autoCommit = true;
        private boolean closed;

        View(Connection connection) {
            this.connection = connection;
        }

        Object call(Method method, Object[] arguments) throws Throwable {
            switch (method.getName()) {
                case "setAutoCommit" -> autoCommit = (Boolean) arguments[0];
                case "close", "abort" -> closed = true;
                case "commit" -> {}
                case "getAutoCommit" -> {
                    return autoCommit;
                }
                case "isClosed" -> {
                    return closed || connection.isClosed();
                }
                default -> {
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                }
            }
            return Void.TYPE;
        }
    }
}
