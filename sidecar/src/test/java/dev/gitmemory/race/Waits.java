package dev.gitmemory.race;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Says which players wait for a lock that will not be free before another one goes on. Used by one thread. */
public final class Waits {

    private final Connection connection;

    /** @param connection of a superuser, in no transaction */
    public Waits(Connection connection) {
        this.connection = connection;
    }

    private record Wait(Player player, Set<Player> blockers, boolean byOthers) {}

    /**
     * The players among the running ones that wait for a session that stands still. One in a circle of waiting players is
     * none of them: PostgreSQL is about to end it.
     */
    Set<Player> of(List<? extends Player> players) {
        List<Wait> waits = read(players);
        Set<Player> still = new HashSet<>();
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Wait wait : waits) {
                if ((wait.byOthers() || wait.blockers().stream().anyMatch(still::contains))
                        && !isInCircle(wait, waits)) {
                    grows |= still.add(wait.player());
                }
            }
        }
        return still;
    }

    private static boolean isInCircle(Wait wait, List<Wait> waits) {
        Set<Player> reached = new HashSet<>(wait.blockers());
        boolean grows = true;
        while (grows) {
            grows = false;
            for (Wait other : waits) {
                if (reached.contains(other.player())) {
                    grows |= reached.addAll(other.blockers());
                }
            }
        }
        return reached.contains(wait.player());
    }

    private List<Wait> read(List<? extends Player> players) {
        List<Wait> waits = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement("""
                        SELECT a.pid, a.usename, b.pid, s.usename
                          FROM pg_stat_activity a
                         CROSS JOIN LATERAL unnest(pg_blocking_pids(a.pid)) AS b (pid)
                          LEFT JOIN pg_stat_activity s ON s.pid = b.pid
                         WHERE a.wait_event_type = 'Lock'
                           AND a.datname = current_database()
                        """);
                ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                Player waiting = owner(players, rows.getInt(1), rows.getString(2));
                Player blocking = owner(players, rows.getInt(3), String.valueOf(rows.getString(4)));
                if (waiting != null && waiting.state() == Player.State.RUNNING) {
                    boolean runs = blocking != null && blocking.state() == Player.State.RUNNING;
                    waits.add(new Wait(waiting, runs ? Set.of(blocking) : Set.of(), !runs));
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL does not say who waits", e);
        }
        return waits;
    }

    private static @Nullable Player owner(List<? extends Player> players, int pid, String user) {
        for (Player player : players) {
            if (player.owns(pid, user)) {
                return player;
            }
        }
        return null;
    }
}
