package dev.gitmemory.testing;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The lines that a class writes to the log until this is closed. */
public final class CapturedLog implements AutoCloseable {

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger;

    private CapturedLog(Class<?> writer) {
        this.logger = (Logger) LoggerFactory.getLogger(writer);
        lines.start();
        logger.addAppender(lines);
    }

    public static CapturedLog of(Class<?> writer) {
        return new CapturedLog(writer);
    }

    /** So far, without time and level. */
    public List<String> messages() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        logger.detachAppender(lines);
    }
}
