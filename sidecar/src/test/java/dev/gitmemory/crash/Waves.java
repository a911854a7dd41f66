package dev.gitmemory.crash;

import java.util.ArrayList;
import java.util.List;

/** Which operations one sidecar can hold at the same time. */
final class Waves {

    /** A sidecar has 16 connections, of which it needs some itself. */
    private static final int CONNECTIONS = 11;

    /** A sidecar carries out eight requests by SQL at the same time. */
    private static final int REQUESTS = 7;

    private static final int OPERATIONS = 24;

    private Waves() {}

    /** Distributes points over as few waves as may be. */
    static List<List<CrashPoint>> of(List<CrashPoint> points) {
        List<List<CrashPoint>> waves = new ArrayList<>();
        for (CrashPoint point : points) {
            waves.stream()
                    .filter(wave -> fits(wave, point))
                    .findFirst()
                    .orElseGet(() -> {
                        List<CrashPoint> wave = new ArrayList<>();
                        waves.add(wave);
                        return wave;
                    })
                    .add(point);
        }
        return waves;
    }

    private static boolean fits(List<CrashPoint> wave, CrashPoint point) {
        return wave.size() < OPERATIONS
                && (!point.holdsConnection()
                        || wave.stream().filter(CrashPoint::holdsConnection).count() < CONNECTIONS)
                && (!point.operation().isRequest()
                        || wave.stream().filter(p -> p.operation().isRequest()).count() < REQUESTS)
                && (!point.operation().isReconcilers()
                        || wave.stream().noneMatch(p -> p.operation().isReconcilers()));
    }
}
