package dev.gitmemory.cli;

import java.net.URI;
import java.net.URISyntaxException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a server listens.
 *
 * @param host a name or an address; an IPv6 address without its brackets
 * @param port a TCP port; 0 takes any that is free
 */
record ListenAddress(String host, int port) {

    private static final int HIGHEST_PORT = 65_535;

    /** Returns {@code host:port}, with brackets around an IPv6 address. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /** Reads {@code host:port}. */
    static final class Converter implements ITypeConverter<ListenAddress> {

        @Override
        public ListenAddress convert(String text) {
            try {
                URI uri = new URI("tcp://" + text).parseServerAuthority();
                if (uri.getHost() != null
                        && uri.getPort() >= 0
                        && uri.getPort() <= HIGHEST_PORT
                        && uri.getRawAuthority().equals(text)
                        && uri.getUserInfo() == null) {
                    return new ListenAddress(uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort());
                }
            } catch (URISyntaxException e) {
                // Falls through: the message below says what is wanted.
            }
            throw new TypeConversionException(
                    "must be host:port, for example 127.0.0.1:8284 or [::1]:8284, is '" + text + "'");
        }
    }
}
