package poyang.tools;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import poyang.kernel.PoyangException;
import poyang.zkp.systems.ZkpErrors;
import poyang.zkp.uses.Commitment;
import poyang.zkp.uses.Condition;
import poyang.zkp.uses.Statement;

/// Which statement: a commitment, and what is said of it.
@SuppressWarnings("NullAway.Init") // picocli sets the options
public final class ZkpStatementOptions {
    private static final Pattern WHOLE = Pattern.compile("[1-9][0-9]{0,18}");

    @Option(
            names = "--commitment",
            required = true,
            paramLabel = "F",
            description = "what `zkp commit` or `zkp issue` published")
    private Path commitment;

    @Option(
            names = "--require",
            split = ",",
            paramLabel = "CONDITION",
            description = "of a record, such as \"income<5000,since<=2026-11-28-12m,licence=A1\"")
    private List<String> conditions = List.of();

    @Option(
            names = "--limits",
            split = ",",
            paramLabel = "N",
            description = "ascending limits of a column's histogram; none: no histogram")
    private List<String> limits = List.of();

    @Option(
            names = "--purpose",
            defaultValue = "",
            paramLabel = "TEXT",
            description = "what the proof is for; it serves no other purpose")
    private String purpose;

    /// The statement that the options make of the commitment's file.
    public Statement statement() {
        Commitment read = Commitment.read(Zkp.text(commitment));
        return switch (read.kind()) {
            case RECORDS -> {
                unused(limits, "--limits");
                yield new Statement.Qualified(read, conditions(read), purpose);
            }
            case SIGNED -> {
                unused(limits, "--limits");
                yield new Statement.Attested(read, conditions(read), purpose);
            }
            case COLUMN -> {
                unused(conditions, "--require");
                unused(purpose.isEmpty() ? List.of() : List.of(purpose), "--purpose");
                yield new Statement.Described(
                        read, limits.stream().map(ZkpStatementOptions::whole).toList());
            }
            case LIST -> {
                unused(conditions, "--require");
                unused(limits, "--limits");
                yield new Statement.Listed(read, purpose);
            }
        };
    }

    private List<Condition> conditions(Commitment of) {
        return conditions.stream()
                .map(condition -> Condition.read(condition, of.columns()))
                .toList();
    }

    private static void unused(List<String> values, String option) {
        if (!values.isEmpty()) {
            throw new PoyangException(
                    ZkpErrors.UNREADABLE,
                    option + " says nothing of such a commitment",
                    "records and signed ones take --require and --purpose, a column --limits, a list --purpose");
        }
    }

    private static BigInteger whole(String text) {
        if (!WHOLE.matcher(text).matches()) {
            throw new PoyangException(
                    ZkpErrors.UNREADABLE, "\"" + text + "\" is no limit", "limits are whole numbers from 1 on");
        }
        return new BigInteger(text);
    }
}
