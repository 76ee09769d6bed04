package poyang.tools;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.keys.KeyLock;
import poyang.crypto.keys.KeyRing;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Makes the next version of a key, or the ring with its first.
@Command(name = "rotate", description = "Makes the next version of a key in a ring; the old one overlaps, then stops.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class KeyRotate implements Callable<Integer> {
    @Parameters(paramLabel = "RING", description = "the ring's file")
    private Path file;

    @Option(names = "--create", paramLabel = "NAME", description = "make the ring first, under this name")
    private @Nullable String create;

    @Option(names = "--algorithm", defaultValue = "SM2", description = "of a new ring: SM2 or SM4 (default: SM2)")
    private String algorithm;

    @Option(
            names = "--active-from",
            paramLabel = "TIME",
            description = "for example 2027-03-01T00:00:00Z (default: now)")
    private @Nullable String activeFrom;

    @Option(
            names = "--overlap",
            paramLabel = "PERIOD",
            defaultValue = "P7D",
            description = "how long the old version still verifies and decrypts: P30D, PT12H (default: P7D)")
    private String overlap;

    @Mixin
    private LockOptions lock;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        if (create != null) {
            Key.refuseExisting(file);
        }
        Duration length = overlap();
        InstantSource clock = InstantSource.system();
        Instant from = activeFrom == null ? null : moment(activeFrom);
        RandomSource random = ProcessRandom.open("key");
        return lock.with(create != null, file, key -> {
            try (KeyRing ring = open(key, clock, random)) {
                int number = ring.rotate(from == null ? later(ring, clock) : from, length);
                command.commandLine().getOut().println("version    " + number + " of " + ring.name());
                KeyRingCommands.show(ring, command.commandLine().getOut());
            }
            return 0;
        });
    }

    /// Now, but not before the newest moment the ring has seen.
    private static Instant later(KeyRing ring, InstantSource clock) {
        Instant last = ring.journal().getLast().at();
        Instant now = clock.instant().plusMillis(1);
        return now.isBefore(last) ? last : now;
    }

    private KeyRing open(KeyLock key, InstantSource clock, RandomSource random) {
        return create == null
                ? KeyRing.open(file, key, clock, random)
                : KeyRing.create(file, create, algorithm(), key, clock, random);
    }

    private KeyRing.Algorithm algorithm() {
        return switch (algorithm.toUpperCase(Locale.ROOT)) {
            case "SM2" -> KeyRing.Algorithm.SM2;
            case "SM4" -> KeyRing.Algorithm.SM4;
            default ->
                throw new PoyangException(
                        ToolErrors.BAD_OPTION, "--algorithm " + algorithm + " is unknown", "SM2 or SM4 is needed");
        };
    }

    static Instant moment(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, "\"" + text + "\" is no moment", "2027-03-01T00:00:00Z is one", e);
        }
    }

    private Duration overlap() {
        try {
            return Duration.parse(overlap);
        } catch (DateTimeException e) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, "\"" + overlap + "\" is no period", "P30D or PT12H is one", e);
        }
    }
}
