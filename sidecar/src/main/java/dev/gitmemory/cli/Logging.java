package dev.gitmemory.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.spi.FilterReply;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;
import org.apache.commons.io.output.CloseShieldOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * The log, configured in code: reading a configuration file would cost a tenth of a second of every start.
 *
 * <p>As a Logback {@link Configurator} it also answers for code that runs without the command line, tests above all:
 * warnings, as text, on standard error.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_NORMAL_PRIORITY)
public final class Logging extends ContextAwareBase implements Configurator {

    /** Like other lines for people, without what a terminal would obey. */
    private static final class TerminalLayout extends PatternLayout {
        @Override
        public String doLayout(ILoggingEvent event) {
            return TerminalStream.escape(super.doLayout(event), true);
        }
    }

    /** What a command says itself when it fails, with what to do. */
    private static final class ToldAnyway extends Filter<ILoggingEvent> {
        @Override
        public FilterReply decide(ILoggingEvent event) {
            return event.getMessage() != null && event.getMessage().startsWith("Failed to start Javalin")
                    ? FilterReply.DENY
                    : FilterReply.NEUTRAL;
        }
    }

    /** Line breaks within a message are shown as {@code \n}: what a client sends cannot forge a line of the log. */
    private static final String TEXT =
            "%d{\"yyyy-MM-dd'T'HH:mm:ss.SSS'Z'\",UTC} %-5level %logger{0} - %replace(%msg){'\\R', '\\\\n'}%replace( %kvp){' $', ''}%n";

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        apply(context, new LogOptions(), System.err);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** Directs the log of the whole process. */
    static void start(LogOptions options, OutputStream target) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        apply(context, options, target);
        // pgjdbc and a few others log through java.util.logging: bring them into the one log.
        LogManager.getLogManager().reset();
        SLF4JBridgeHandler.install();
    }

    private static void apply(LoggerContext context, LogOptions options, OutputStream target) {
        context.reset();
        OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setEncoder(options.format == LogFormat.JSON ? json(context) : text(context));
        // Logback closes the stream when the log is directed elsewhere, but standard error has more users than the log.
        appender.setOutputStream(CloseShieldOutputStream.wrap(target));
        if (!options.verbose) {
            appender.addFilter(new ToldAnyway());
        }
        appender.start();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        // The libraries' own news (pools, servers, migrations starting) interest only who looks for a fault.
        root.setLevel(options.verbose ? Level.INFO : Level.WARN);
        // Notices of the server during migrations, and that one has failed; what of it matters is in the report or the
        // message.
        context.getLogger("org.flywaydb").setLevel(options.verbose ? Level.INFO : Level.OFF);
        // Stack traces about threads that it can't start while the process ends, and nothing that an operator could
        // mend.
        context.getLogger("org.eclipse.jgit.util.FS").setLevel(options.verbose ? Level.WARN : Level.OFF);
        // The same of packs that it can't read, which are a temporary copy; what reads them says what is wrong with
        // which.
        context.getLogger("org.eclipse.jgit.internal.storage.file").setLevel(options.verbose ? Level.WARN : Level.OFF);
        // And of each connection that a PostgreSQL takes along when it goes; who needed one says so.
        context.getLogger("com.zaxxer.hikari.pool").setLevel(options.verbose ? Level.WARN : Level.ERROR);
        context.getLogger("dev.gitmemory").setLevel(options.verbose ? Level.DEBUG : Level.INFO);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        PatternLayout layout = new TerminalLayout();
        layout.setContext(context);
        layout.setPattern(TEXT);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setLayout(layout);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setContext(context);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithFormattedMessage(true);
        encoder.start();
        return encoder;
    }
}
