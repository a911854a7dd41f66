package dev.gitmemory.http;

import io.javalin.http.Context;
import io.javalin.http.Header;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** {@code GET /metrics}, in the text format of Prometheus, or in OpenMetrics for who asks for that. */
final class Metrics {

    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private Metrics() {}

    static void answer(Context ctx, PrometheusMeterRegistry metrics) {
        String accept = ctx.header(Header.ACCEPT);
        String type = accept != null && accept.contains("application/openmetrics-text") ? OPEN_METRICS : TEXT;
        ctx.result(metrics.scrape(type)).contentType(type);
    }
}
