package poyang.tools;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import poyang.zkp.circuits.Witness;
import poyang.zkp.systems.CircuitFiles;
import poyang.zkp.uses.Statement;

/// Writes the circuit of a statement's form.
@Command(name = "circuit", description = "Writes the circuit of a statement's form as .r1cs, for a ceremony.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ZkpCircuit implements Callable<Integer> {
    @Mixin
    private ZkpStatementOptions of;

    @Option(names = "--out", required = true, paramLabel = "OUT", description = "the circuit")
    private Path file;

    @Override
    public Integer call() throws IOException {
        Statement statement = of.statement();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
            CircuitFiles.writeR1cs(
                    out,
                    Witness.constraints(
                            statement.circuit(), statement.commitment().curve()));
        }
        return 0;
    }
}
