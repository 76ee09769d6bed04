package poyang.tools;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.CircuitFiles;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16Ceremony;
import poyang.zkp.systems.PowersOfTau;
import poyang.zkp.systems.ZkpErrors;

/// A set-up by many, of which one honest contributor is enough.
@Command(
        name = "ceremony",
        description = "Set-ups by several departments: powers of tau for all circuits, then the Groth16 key of one.",
        subcommands = {
            ZkpCeremony.Begin.class,
            ZkpCeremony.Contribute.class,
            ZkpCeremony.Verify.class,
            ZkpCeremony.Finish.class
        })
final class ZkpCeremony implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before `call`
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }

    /// What a file of a ceremony holds.
    private sealed interface Held {
        record Powers(PowersOfTau powers) implements Held {}

        record Key(Groth16Ceremony ceremony) implements Held {}
    }

    private static Held read(Path file, Arena arena) {
        MemorySegment bytes = ZkpProve.mapped(file, arena);
        boolean powers = bytes.byteSize() > 0 && bytes.get(ValueLayout.JAVA_BYTE, 0) == 'p';
        return powers ? new Held.Powers(PowersOfTau.read(bytes)) : new Held.Key(Groth16Ceremony.read(bytes));
    }

    private static PowersOfTau powers(Path file, Arena arena) {
        return PowersOfTau.read(ZkpProve.mapped(file, arena));
    }

    private static R1cs circuit(Path file, Arena arena) {
        return CircuitFiles.readR1cs(ZkpProve.mapped(file, arena));
    }

    private static void write(Held held, Path file) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            switch (held) {
                case Held.Powers(PowersOfTau powers) -> powers.write(out);
                case Held.Key(Groth16Ceremony ceremony) -> ceremony.write(out);
            }
        }
    }

    /// Computes with all processors.
    static <T> T computed(BiFunction<Arena, Workers, T> work) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (Arena arena = Arena.ofConfined();
                ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            return work.apply(arena, Workers.of(threads, executor));
        }
    }

    private static void tell(PrintWriter out, Held held) {
        List<String> names = switch (held) {
            case Held.Powers(PowersOfTau powers) -> powers.contributors();
            case Held.Key(Groth16Ceremony ceremony) -> ceremony.contributors();
        };
        List<String> prints = switch (held) {
            case Held.Powers(PowersOfTau powers) -> powers.fingerprints();
            case Held.Key(Groth16Ceremony ceremony) -> ceremony.fingerprints();
        };
        for (int i = 0; i < names.size(); i++) {
            out.println((i + 1) + "  " + names.get(i) + "  " + prints.get(i));
        }
    }

    /// Makes what the first contribution starts from.
    @Command(
            name = "begin",
            description = "Begins: powers of tau (--curve, --power), or the key of a circuit (--circuit, --powers).")
    @SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
    static final class Begin implements Callable<Integer> {
        @Option(names = "--curve", paramLabel = "CURVE", description = "bn254 or bls12381")
        private @Nullable String curve;

        @Option(names = "--power", paramLabel = "N", description = "for circuits up to 2^N rows")
        private int power;

        @Option(names = "--circuit", paramLabel = "F.r1cs", description = "the circuit")
        private @Nullable Path circuit;

        @Option(names = "--powers", paramLabel = "F.ptau", description = "powers of tau, verified before")
        private @Nullable Path powers;

        @Option(names = "--out", required = true, paramLabel = "OUT", description = "a .ptau, or a .zkey of a circuit")
        private Path out;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Path from = circuit;
            Path by = powers;
            String named = curve;
            Held held;
            if (from != null && by != null && named == null) {
                held = computed((arena, workers) ->
                        new Held.Key(Groth16Ceremony.begin(circuit(from, arena), powers(by, arena), workers)));
            } else if (named != null && from == null && by == null) {
                Curve known = Curve.named(named)
                        .orElseThrow(() -> new ParameterException(spec.commandLine(), "--curve is bn254 or bls12381"));
                held = new Held.Powers(PowersOfTau.begin(known, power));
            } else {
                throw new ParameterException(spec.commandLine(), "give --curve and --power, or --circuit and --powers");
            }
            write(held, out);
            spec.commandLine().getOut().println(out + " waits for the first contribution.");
            return 0;
        }
    }

    /// Adds a contribution.
    @Command(
            name = "contribute",
            description =
                    "Multiplies fresh secrets in, which are forgotten at once. Publish the hash that it prints, and"
                            + " look for it when the ceremony is verified.")
    @SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
    static final class Contribute implements Callable<Integer> {
        @Option(names = "--in", required = true, paramLabel = "F", description = "what the one before wrote")
        private Path in;

        @Option(names = "--name", required = true, paramLabel = "TEXT", description = "who contributes")
        private String name;

        @Option(names = "--out", required = true, paramLabel = "OUT", description = "for the next")
        private Path out;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Held held = computed((arena, workers) -> switch (read(in, arena)) {
                case Held.Powers(PowersOfTau powers) ->
                    new Held.Powers(powers.contribute(name, ProcessRandom.open("zkp ceremony"), workers));
                case Held.Key(Groth16Ceremony ceremony) ->
                    new Held.Key(ceremony.contribute(name, ProcessRandom.open("zkp ceremony"), workers));
            });
            write(held, out);
            tell(spec.commandLine().getOut(), held);
            return 0;
        }
    }

    /// Verifies all contributions.
    @Command(
            name = "verify",
            description = "Verifies every contribution. Exit code 0: all are right, 1: one is not, which is named, 2: a"
                    + " file cannot be read.")
    @SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
    static final class Verify implements Callable<Integer> {
        @Option(names = "--in", required = true, paramLabel = "F", description = "a .ptau, or a .zkey of a ceremony")
        private Path in;

        @Option(names = "--circuit", paramLabel = "F.r1cs", description = "the circuit that a key is for")
        private @Nullable Path circuit;

        @Option(names = "--powers", paramLabel = "F.ptau", description = "the powers that a key began with")
        private @Nullable Path powers;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            PrintWriter out = spec.commandLine().getOut();
            try {
                Held held = computed(this::verified);
                tell(out, held);
                boolean foreign = held instanceof Held.Powers(PowersOfTau known) && known.isForeign();
                out.println(
                        foreign
                                ? "VALID powers of snarkjs; who contributed is for `snarkjs powersoftau verify` to say."
                                : "VALID. All contributions are right; one honest one among them is enough.");
                return 0;
            } catch (PoyangException wrong) {
                if (!wrong.code().equals(ZkpErrors.BAD_CEREMONY)) {
                    throw wrong;
                }
                out.println("INVALID: " + wrong.getMessage());
                return 1;
            }
        }

        private Held verified(Arena arena, Workers workers) {
            Held held = read(in, arena);
            switch (held) {
                case Held.Powers(PowersOfTau known) -> known.verify(ProcessRandom.open("zkp ceremony"), workers);
                case Held.Key(Groth16Ceremony ceremony) -> {
                    Path of = circuit;
                    Path by = powers;
                    if (of == null || by == null) {
                        throw new ParameterException(
                                spec.commandLine(), "a key is verified with its --circuit and --powers");
                    }
                    PowersOfTau from = powers(by, arena);
                    from.verify(ProcessRandom.open("zkp ceremony"), workers);
                    ceremony.verify(circuit(of, arena), from, ProcessRandom.open("zkp ceremony"), workers);
                }
            }
            return held;
        }
    }

    /// Ends a ceremony by a beacon.
    @Command(
            name = "finish",
            description =
                    "Ends by a contribution that follows from a public value that nobody could know before, such as"
                            + " a block's hash of a height that was named beforehand.")
    @SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
    static final class Finish implements Callable<Integer> {
        @Option(names = "--in", required = true, paramLabel = "F", description = "what the last contributor wrote")
        private Path in;

        @Option(
                names = "--beacon",
                required = true,
                paramLabel = "HEX",
                description = "the public value, 16 bytes or more")
        private String beacon;

        @Option(
                names = "--hashes",
                defaultValue = "20",
                paramLabel = "N",
                description = "the value is hashed 2^N times, so that nobody can try many in time (${DEFAULT-VALUE})")
        private int hashes;

        @Option(names = "--out", required = true, paramLabel = "OUT", description = "the finished file")
        private Path out;

        @Option(names = "--key", paramLabel = "OUT", description = "the verification key, of a circuit's ceremony")
        private @Nullable Path key;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            byte[] value;
            try {
                value = HexFormat.of().parseHex(beacon);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--beacon is hexadecimal", e);
            }
            Held held = computed((arena, workers) -> switch (read(in, arena)) {
                case Held.Powers(PowersOfTau powers) -> new Held.Powers(powers.finish(value, hashes, workers));
                case Held.Key(Groth16Ceremony ceremony) -> new Held.Key(ceremony.finish(value, hashes, workers));
            });
            write(held, out);
            Path to = key;
            if (to != null && held instanceof Held.Key(Groth16Ceremony ceremony)) {
                Files.writeString(to, ForeignWriter.key(ceremony.key().verificationKey()));
            }
            tell(spec.commandLine().getOut(), held);
            return 0;
        }
    }
}
