package poyang.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.kernel.PoyangException;
import poyang.zkp.systems.Groth16;
import poyang.zkp.systems.Plonk;
import poyang.zkp.systems.Verdict;
import poyang.zkp.systems.ZkpErrors;

/// Zero-knowledge proofs in the files of circom and snarkjs.
@Command(
        name = "zkp",
        description = "Zero-knowledge proofs in the files of circom and snarkjs.",
        subcommands = {
            Zkp.Verify.class,
            ZkpProve.class,
            ZkpCommit.class,
            ZkpSign.class,
            ZkpIssue.class,
            ZkpSetUp.class,
            ZkpCircuit.class,
            ZkpCeremony.class,
            ZkpPreprocess.class,
            ZkpState.class,
            ZkpCheck.class
        })
final class Zkp implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before `call`
    private CommandSpec spec;

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return 2;
    }

    /// The proof systems, by the names of their options.
    enum ProofSystem {
        groth16,
        plonk
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new PoyangException(
                    ZkpErrors.UNREADABLE,
                    file + " cannot be read as text: " + e.getMessage(),
                    "name a file that exists and may be read",
                    e);
        }
    }

    /// Verifies one proof.
    @Command(
            name = "verify",
            description = "Verifies a proof. Exit code 0: it holds, 1: it does not, 2: a file cannot be read.")
    @SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
    static final class Verify implements Callable<Integer> {
        @Option(names = "--system", required = true, description = "${COMPLETION-CANDIDATES}")
        private ProofSystem system;

        @Option(names = "--key", required = true, paramLabel = "F", description = "verification_key.json")
        private Path key;

        @Option(names = "--proof", required = true, paramLabel = "F", description = "proof.json")
        private Path proof;

        @Option(names = "--public", required = true, paramLabel = "F", description = "public.json")
        private Path publicValues;

        @Option(names = "--json", description = "One JSON object")
        private boolean json;

        @Spec
        private CommandSpec spec;

        @Override
        public Integer call() {
            String keyText = text(key);
            String proofText = text(proof);
            String valuesText = text(publicValues);
            Verdict verdict = switch (system) {
                case groth16 -> Groth16.verify(keyText, proofText, valuesText);
                case plonk -> Plonk.verify(keyText, proofText, valuesText);
            };
            PrintWriter out = spec.commandLine().getOut();
            return switch (verdict) {
                case Verdict.Valid() -> {
                    out.println(json ? "{\"valid\":true}" : "VALID. The proof holds for these public values.");
                    yield 0;
                }
                case Verdict.Invalid(String reason) -> {
                    out.println(
                            json
                                    ? "{\"valid\":false,\"reason\":\"" + reason.replace('"', '\'') + "\"}"
                                    : "INVALID: " + reason + ".");
                    yield 1;
                }
            };
        }
    }
}
