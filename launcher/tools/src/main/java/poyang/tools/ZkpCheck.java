package poyang.tools;

import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.zkp.curves.Curve;
import poyang.zkp.systems.Verdict;
import poyang.zkp.systems.VerificationKey;
import poyang.zkp.uses.CommittedList;
import poyang.zkp.uses.Statement;

/// Verifies a proof of a statement about a commitment, offline, and says what it shows.
@Command(
        name = "check",
        description = "Verifies that a proof shows a statement about a commitment, and says what it shows. Exit code"
                + " 0: it does, 1: it does not, 2: a file cannot be read.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ZkpCheck implements Callable<Integer> {
    @Mixin
    private ZkpStatementOptions what;

    @Mixin
    private ZkpSignerOptions signed;

    @Option(names = "--key", required = true, paramLabel = "F", description = "the verification key")
    private Path key;

    @Option(names = "--proof", required = true, paramLabel = "F", description = "the proof")
    private Path proof;

    @Option(names = "--public", required = true, paramLabel = "F", description = "the public values")
    private Path publicValues;

    @Option(names = "--person", paramLabel = "TEXT", description = "of whom a proof about a list must be")
    private @Nullable String person;

    @Option(names = "--blind", paramLabel = "F", description = "the number that goes with the person's tag")
    private @Nullable Path blind;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        Statement statement = what.statement();
        VerificationKey read = VerificationKey.read(VerificationKey.Kind.GROTH16, Zkp.text(key));
        List<BigInteger> values = read.readPublicValues(Zkp.text(publicValues));
        PrintWriter out = spec.commandLine().getOut();
        Optional<String> wrong = contradiction(statement, read, values);
        if (wrong.isPresent()) {
            out.println("INVALID: " + wrong.get() + ".");
            return 1;
        }
        return switch (read.verify(
                Zkp.text(proof), values.stream().map(BigInteger::toString).toList())) {
            case Verdict.Valid() -> {
                out.println("VALID: " + statement.reading(values) + ".");
                yield 0;
            }
            case Verdict.Invalid(String reason) -> {
                out.println("INVALID: " + reason + ".");
                yield 1;
            }
        };
    }

    private Optional<String> contradiction(Statement statement, VerificationKey read, List<BigInteger> values) {
        Curve curve = statement.commitment().curve();
        if (read.curve() != curve) {
            return Optional.of("the key is over " + read.curve() + ", the commitment over " + curve);
        }
        Optional<String> wrong = signed.wrong(statement.commitment()).or(() -> statement.contradiction(values));
        if (wrong.isEmpty() && statement instanceof Statement.Listed && person != null) {
            if (blind == null) {
                return Optional.of("whose tag it is shows only the number of --blind");
            }
            BigInteger tag = CommittedList.tag(curve, person, ZkpState.readBlind(blind, curve));
            if (!tag.equals(values.get(2))) {
                return Optional.of("the proof is of somebody else");
            }
        }
        return wrong;
    }
}
