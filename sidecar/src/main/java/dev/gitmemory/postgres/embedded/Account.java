package dev.gitmemory.postgres.embedded;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The account that PostgreSQL runs as. PostgreSQL refuses to run as root, yet in containers everything is root.
 *
 * <p>An ordinary user runs it as itself. For root there are two ways. A user namespace ({@code unshare -U}) makes root
 * look like nobody and leaves files as they are, but container engines often forbid it. Else {@code su} changes to an
 * account without rights, and PostgreSQL's folder is handed over to it.
 *
 * @param prefix what to put before a command
 * @param other who must own PostgreSQL's folder, and then the prefix is a {@code su} that takes the command as one
 *     line of shell; null when it is the account that runs this JVM
 */
record Account(List<String> prefix, @Nullable Other other) {

    /** Another account than the one that runs this JVM. */
    record Other(UserPrincipal owner, GroupPrincipal group) {}

    Account {
        prefix = List.copyOf(prefix);
    }

    /**
     * Finds the way that works here.
     *
     * @param folder a folder made by this JVM, whose owner tells who we are
     */
    static Account find(Path folder) throws IOException, InterruptedException {
        if ((int) Files.getAttribute(folder, "unix:uid") != 0) {
            return new Account(List.of(), null);
        }
        Account namespace = new Account(List.of("unshare", "-U"), null);
        // initdb asks for the account's name, so there must be one.
        if (namespace.works(folder)) {
            return namespace;
        }
        return withoutRights(folder);
    }

    /** Returns the way through {@code su}; only for root. */
    static Account withoutRights(Path folder) throws IOException, InterruptedException {
        UserPrincipalLookupService lookup = FileSystems.getDefault().getUserPrincipalLookupService();
        for (String name : List.of("postgres", "nobody")) {
            List<String> su = List.of("su", "-s", "/bin/sh", name, "-c");
            try {
                Account account = new Account(su, new Other(lookup.lookupPrincipalByName(name), groupOf(name, folder)));
                if (account.works(folder)) {
                    return account.requireWayTo(folder, name);
                }
            } catch (UserPrincipalNotFoundException e) {
                // This machine has no such account: the next one is tried.
            }
        }
        throw new EmbeddedPostgresException(
                "PostgreSQL refuses to run as root, and neither a user namespace (unshare -U)"
                        + " nor su to the account postgres or nobody works here: start git-memory as an ordinary user,"
                        + " or give the address of a running PostgreSQL with --db-url");
    }

    private static GroupPrincipal groupOf(String account, Path folder) throws IOException, InterruptedException {
        Programs.Result group = Programs.run(List.of("id", "-gn", account), folder);
        return FileSystems.getDefault()
                .getUserPrincipalLookupService()
                .lookupPrincipalByGroupName(group.output().strip());
    }

    private Account requireWayTo(Path folder, String name) throws IOException, InterruptedException {
        Path parent = Objects.requireNonNullElse(folder.getParent(), folder);
        if (Programs.run(command(List.of("test", "-x", parent.toString())), folder)
                        .exitCode()
                != 0) {
            throw new EmbeddedPostgresException(
                    "PostgreSQL refuses to run as root, and the account " + name
                            + " that runs it instead may not enter " + parent
                            + ": choose a folder that every account can reach with --data-dir, for example /var/lib/git-memory");
        }
        return this;
    }

    private boolean works(Path folder) throws IOException, InterruptedException {
        try {
            Programs.Result who = Programs.run(command(List.of("id", "-un")), folder);
            return who.exitCode() == 0 && !who.output().strip().equals("root");
        } catch (IOException e) {
            // The program of this way (unshare, su) is not installed.
            return false;
        }
    }

    /** Returns a command that runs the given one as this account. */
    List<String> command(List<String> command) {
        List<String> whole = new ArrayList<>(prefix);
        if (other == null) {
            whole.addAll(command);
        } else {
            whole.add(command.stream()
                    .map(word -> "'" + word.replace("'", "'\\''") + "'")
                    .collect(Collectors.joining(" ", "exec ", "")));
        }
        return whole;
    }

    /**
     * Makes this account the owner of PostgreSQL's folder and all that is in it, also when an earlier run went
     * another way, and lets it pass through the folder above: it alone, as that folder holds more than PostgreSQL's.
     */
    void handOver(Path folder) throws IOException {
        Path parent = folder.resolveSibling(".");
        UserPrincipal rightful = other == null ? Files.getOwner(parent) : other.owner();
        if (other != null && !Files.getOwner(parent).equals(rightful)) {
            PosixFileAttributeView view = Files.getFileAttributeView(parent, PosixFileAttributeView.class);
            view.setGroup(other.group());
            Set<PosixFilePermission> permissions = view.readAttributes().permissions();
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            view.setPermissions(permissions);
        }
        if (Files.getOwner(folder).equals(rightful)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            // The folder itself comes last: until then it shows that the work is not done.
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.getFileAttributeView(path, FileOwnerAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                        .setOwner(rightful);
            }
        }
    }
}
