package dev.gitmemory.cli;

import dev.gitmemory.service.StoreBinding;
import dev.gitmemory.store.ObjectStore;
import dev.gitmemory.store.StoreCopy;
import dev.gitmemory.store.StoreIdentity;
import dev.gitmemory.store.StoreSettings;
import dev.gitmemory.store.StoreUse;
import dev.gitmemory.store.Stores;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A command that copies the database's store to another place. */
abstract class StoreTargetCommand implements CliCommand {

    @Option(
            names = "--to",
            paramLabel = "URI",
            description =
                    "Where the copy is to be, as --store spells it: a place that is empty, or an earlier copy that"
                            + " lacks objects. A folder that is missing is made. No default.")
    @Nullable
    String to;

    @Mixin
    MemoryOptions options = new MemoryOptions();

    @Override
    public final void check(Problems problems) {
        if (to == null) {
            problems.add("missing --to, where the copy is to be, for example file:///srv/memory or gs://bucket/prefix");
        } else if (to.startsWith("memory:")) {
            problems.add("--to can't be memory:, which is gone when this process ends");
        } else {
            Stores.problemWith(to).ifPresent(problem -> problems.add("--to: " + problem));
        }
        options.check(problems);
    }

    @Override
    public final ExitCode run(Console console) throws Exception {
        try (OpenMemory open = options.open(StoreUse.WRITE, console)) {
            StoreBinding binding = new StoreBinding(open.database());
            before(binding);
            requireApart(open.store());
            try (ObjectStore target = Stores.open(target(), new CompositeMeterRegistry(), StoreUse.START)) {
                ProgressLines progress = new ProgressLines(console.err(), () -> false);
                StoreCopy.Result result =
                        new StoreCopy(open.store(), target, done -> progress.at("Objects in the copy", done, 0)).run();
                console.out()
                        .println("%s: %s copied, %s there before"
                                .formatted(
                                        StoreIdentity.address(target),
                                        Count.of(result.copied(), "object"),
                                        Count.of(result.present(), "object was", "objects were")));
                after(binding, open.store(), target, console);
            }
        }
        return ExitCode.OK;
    }

    /** Says what is in the way before anything is copied. */
    abstract void before(StoreBinding binding) throws IOException;

    /** What is to be done with the copy. */
    abstract void after(StoreBinding binding, ObjectStore original, ObjectStore target, Console console)
            throws IOException;

    /** A copy inside of its original would be copied, too. */
    private void requireApart(ObjectStore store) throws IOException {
        String from = StoreIdentity.address(store) + "/";
        try (ObjectStore looked = Stores.open(target(), new CompositeMeterRegistry(), StoreUse.PREVIEW)) {
            String target = StoreIdentity.address(looked) + "/";
            if (target.startsWith(from) || from.startsWith(target)) {
                throw new IOException(
                        "--to must not be the store itself, nor in it or around it: " + StoreIdentity.address(looked));
            }
        }
    }

    private StoreSettings target() {
        if (to == null) {
            throw new IllegalStateException("--to was not checked");
        }
        StoreSettings settings = options.store.settings(options.dataDir);
        return new StoreSettings(
                to,
                settings.parallelism(),
                settings.timeout(),
                settings.retryFor(),
                settings.deadline(),
                settings.endpoint());
    }
}
