package poyang.tools;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.random.ProcessRandom;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.Groth16SetUp;
import poyang.zkp.uses.Statement;

/// Makes the keys of a statement's form.
@Command(
        name = "setup",
        description = "Makes the Groth16 keys for statements of a form. Who runs it must be trusted by who verifies:"
                + " let a verifier run it, or a department that both trust.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ZkpSetUp implements Callable<Integer> {
    @Mixin
    private ZkpStatementOptions of;

    @Option(names = "--zkey", required = true, paramLabel = "OUT", description = "the proving key")
    private Path zkey;

    @Option(names = "--key", required = true, paramLabel = "OUT", description = "the verification key")
    private Path key;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Statement statement = of.statement();
        R1cs constraints =
                Witness.constraints(statement.circuit(), statement.commitment().curve());
        int threads = Runtime.getRuntime().availableProcessors();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads);
                OutputStream out = new BufferedOutputStream(Files.newOutputStream(zkey), 1 << 20)) {
            Groth16ProvingKey made = Groth16SetUp.byOneTrustedParty(
                    constraints, ProcessRandom.open("zkp setup"), Workers.of(threads, executor));
            made.write(out);
            Files.writeString(key, ForeignWriter.key(made.verificationKey()));
        }
        spec.commandLine()
                .getOut()
                .println("Keys for: " + statement.words() + ".\n" + constraints.constraints()
                        + " constraints; public values: " + String.join(", ", statement.publicNames()) + ".");
        return 0;
    }
}
