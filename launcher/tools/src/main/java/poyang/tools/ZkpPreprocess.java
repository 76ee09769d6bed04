package poyang.tools;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import poyang.zkp.systems.CircuitFiles;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.PlonkProvingKey;
import poyang.zkp.systems.PlonkSetUp;
import poyang.zkp.systems.PowersOfTau;

/// Makes the PLONK keys of a circuit.
@Command(
        name = "preprocess",
        description = "Makes the PLONK keys of a circuit from powers of tau. There is no secret in it: anyone can make"
                + " the same keys again and compare.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ZkpPreprocess implements Callable<Integer> {
    @Option(names = "--circuit", required = true, paramLabel = "F.r1cs", description = "the circuit")
    private Path circuit;

    @Option(names = "--powers", required = true, paramLabel = "F.ptau", description = "powers of tau, verified before")
    private Path powers;

    @Option(names = "--zkey", required = true, paramLabel = "OUT", description = "the proving key")
    private Path zkey;

    @Option(names = "--key", required = true, paramLabel = "OUT", description = "the verification key")
    private Path key;

    @Override
    public Integer call() throws IOException {
        PlonkProvingKey made = ZkpCeremony.computed((arena, workers) -> PlonkSetUp.of(
                CircuitFiles.readR1cs(ZkpProve.mapped(circuit, arena)),
                PowersOfTau.read(ZkpProve.mapped(powers, arena)),
                workers));
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(zkey), 1 << 20)) {
            made.write(out);
        }
        Files.writeString(key, ForeignWriter.key(made.verificationKey()));
        return 0;
    }
}
