package poyang.tools;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.CircuitFiles;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16Prover;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.PlonkProver;
import poyang.zkp.systems.PlonkProvingKey;
import poyang.zkp.systems.ZkpErrors;

/// Proves with a key and a witness in the files of snarkjs; the proof is verified before it is written.
@Command(
        name = "prove",
        description = "Makes a proof from a proving key and a witness. Exit code 0: done, 2: a file cannot be read or"
                + " the witness does not satisfy the circuit.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ZkpProve implements Callable<Integer> {
    @Option(names = "--system", required = true, description = "${COMPLETION-CANDIDATES}")
    private Zkp.ProofSystem system;

    @Option(names = "--zkey", required = true, paramLabel = "F", description = "The proving key")
    private Path key;

    @Option(names = "--witness", required = true, paramLabel = "F", description = "The witness, a .wtns; it is secret")
    private Path witness;

    @Option(names = "--proof", required = true, paramLabel = "OUT", description = "Where the proof is written")
    private Path proof;

    @Option(
            names = "--public",
            required = true,
            paramLabel = "OUT",
            description = "Where the public values are written")
    private Path publicValues;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        int threads = Runtime.getRuntime().availableProcessors();
        try (Arena arena = Arena.ofConfined();
                ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            Workers workers = Workers.of(threads, executor);
            Written written = switch (system) {
                case groth16 -> groth16(arena, workers);
                case plonk -> plonk(arena, workers);
            };
            Files.writeString(proof, written.proof());
            Files.writeString(publicValues, written.publicValues());
        }
        spec.commandLine()
                .getOut()
                .println("The proof is in " + proof + ", its public values in " + publicValues + ".");
        return 0;
    }

    private record Written(String proof, String publicValues) {}

    private Written groth16(Arena arena, Workers workers) {
        Groth16ProvingKey read = Groth16ProvingKey.read(mapped(key, arena));
        long[] values = CircuitFiles.readWitness(mapped(witness, arena), read.curve());
        Groth16Prover.Proven proven = new Groth16Prover(read, workers).prove(values, ProcessRandom.open("zkp"));
        return new Written(ForeignWriter.proof(proven.proof()), ForeignWriter.publicValues(proven.publicValues()));
    }

    private Written plonk(Arena arena, Workers workers) {
        PlonkProvingKey read = PlonkProvingKey.read(mapped(key, arena));
        long[] values = CircuitFiles.readWitness(mapped(witness, arena), read.curve());
        PlonkProver.Proven proven = new PlonkProver(read, workers).prove(values, ProcessRandom.open("zkp"));
        return new Written(ForeignWriter.proof(proven.proof()), ForeignWriter.publicValues(proven.publicValues()));
    }

    static MemorySegment mapped(Path file, Arena arena) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException e) {
            throw new PoyangException(
                    ZkpErrors.UNREADABLE,
                    file + " cannot be read: " + e.getMessage(),
                    "name a file that exists and may be read",
                    e);
        }
    }
}
