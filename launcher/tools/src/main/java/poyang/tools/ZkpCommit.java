package poyang.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.SeededRandom;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Curve;
import poyang.zkp.systems.ZkpErrors;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.Commitment;

/// Commits to a table's records, a column, or a list, so that facts about it can be proven.
@Command(
        name = "commit",
        description = "Commits to the records, a column or the list in a table. What is written to --out is for all,"
                + " the secret for nobody; where its file exists, its secret is taken again.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ZkpCommit implements Callable<Integer> {
    @Mixin
    private ZkpSourceOptions source;

    @Option(
            names = "--kind",
            required = true,
            description =
                    "records: to prove conditions of one; column: figures; list: who is in it. ${COMPLETION-CANDIDATES}")
    private Kind kind;

    @Option(
            names = "--columns",
            required = true,
            split = ",",
            paramLabel = "NAME:KIND",
            description = "such as income:number,since:date,licence:text; one for a column or a list")
    private List<String> columns;

    @Option(names = "--curve", defaultValue = "bls12381", description = "bn254 or bls12381 (default)")
    private String curve;

    @Option(names = "--out", required = true, paramLabel = "OUT", description = "the commitment")
    private Path out;

    @Spec
    private CommandSpec spec;

    /// What is committed to.
    enum Kind {
        records,
        column,
        list
    }

    @Override
    public Integer call() throws IOException {
        List<Column> read = columns.stream().map(Column::read).toList();
        if (kind != Kind.records && read.size() != 1) {
            throw new PoyangException(
                    ZkpErrors.UNREADABLE, "there are " + read.size() + " columns", "a column or a list is of one");
        }
        Curve over = curve(curve);
        if (!Files.exists(source.secret())) {
            writeSecret();
        }
        Commitment commitment = switch (kind) {
            case records -> source.records(over, read).commitment();
            case column -> source.column(over, read.getFirst()).commitment();
            case list -> source.list(over, read.getFirst()).commitment();
        };
        Files.writeString(out, commitment.text());
        spec.commandLine()
                .getOut()
                .println("Committed: " + out + " is for all to see, " + source.secret() + " and the table for nobody.");
        return 0;
    }

    static Curve curve(String name) {
        return Curve.named(name.equals("bn254") ? "bn128" : name)
                .orElseThrow(() -> new PoyangException(
                        ZkpErrors.UNREADABLE, "there is no curve " + name, "take bn254 or bls12381"));
    }

    private void writeSecret() throws IOException {
        byte[] seed = ProcessRandom.open("zkp commit").bytes(SeededRandom.SEED_BYTES);
        Files.createFile(
                source.secret(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(source.secret(), HexFormat.of().formatHex(seed) + "\n");
    }
}
