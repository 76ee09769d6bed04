package poyang.tools;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.keys.KeyRing;
import poyang.crypto.keys.KeyVersion;
import poyang.crypto.random.ProcessRandom;

/// What is in a key ring, and the end of a version's life.
@Command(name = "ring", description = "Shows a key ring's versions and journal; stops or destroys a version.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before use
final class KeyRingCommands {
    @Spec
    private CommandSpec command;

    @Command(name = "show", description = "States, times and journal; never a key.")
    int show(@Parameters(paramLabel = "RING") Path file, @Mixin LockOptions lock) {
        return with(
                file,
                lock,
                ring -> ring.journal()
                        .forEach(event ->
                                command.commandLine().getOut().println("  " + event.at() + "  " + event.what())));
    }

    @Command(name = "stop", description = "Brings a version's hard stop forward.")
    int stop(
            @Parameters(paramLabel = "RING") Path file,
            @Option(names = "--version", required = true, description = "its number") int version,
            @Option(names = "--reason", required = true, description = "goes on record") String reason,
            @Option(names = "--at", paramLabel = "TIME", description = "default: now") @Nullable String at,
            @Mixin LockOptions lock) {
        Instant stop = at == null ? Instant.EPOCH : KeyRotate.moment(at);
        return with(file, lock, ring -> ring.stop(version, stop, reason));
    }

    @Command(name = "destroy", description = "Overwrites the bytes of a version that has stopped or never begun.")
    int destroy(
            @Parameters(paramLabel = "RING") Path file,
            @Option(names = "--version", required = true, description = "its number") int version,
            @Mixin LockOptions lock) {
        return with(file, lock, ring -> ring.destroy(version));
    }

    private interface Action {
        void on(KeyRing ring);
    }

    private int with(Path file, LockOptions lock, Action action) {
        return lock.with(false, file, key -> {
            try (KeyRing ring = KeyRing.open(file, key, InstantSource.system(), ProcessRandom.open("key"))) {
                action.on(ring);
                show(ring, command.commandLine().getOut());
            }
            return 0;
        });
    }

    static void show(KeyRing ring, PrintWriter out) {
        out.println("ring       " + ring.name() + ", " + ring.algorithm() + ", revision " + ring.revision());
        for (KeyVersion version : ring.versions()) {
            out.println("  version " + version.number() + "  "
                    + ring.state(version).name().toLowerCase(Locale.ROOT) + ", from " + version.activeFrom()
                    + version.stopAt().map(stop -> ", hard stop " + stop).orElse("")
                    + version.destroyedAt().map(at -> ", destroyed " + at).orElse("")
                    + version.publicKey()
                            .map(key ->
                                    ", public key " + key.encoded().slice(1, 9).hex() + "…")
                            .orElse(""));
        }
    }
}
