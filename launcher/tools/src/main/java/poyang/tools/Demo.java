package poyang.tools;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.kernel.PoyangException;
import poyang.psi.IdentifierRule;

/// Makes tables of two departments and finds the citizens that both have.
@Command(name = "demo", description = "Makes up tables of two departments and finds who is in both.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Demo implements Callable<Integer> {
    private static final List<String> DEPARTMENTS = List.of("medical-insurance", "taxation");
    private static final double OVERLAP = 0.3;
    private static final double DIRTY = 0.05;
    private static final long SEED = 20261123;
    private static final int MOST_ROWS = 5_000_000;

    @Option(names = "--rows", defaultValue = "20000", description = "persons of each department (default: 20000)")
    private int rows;

    @Option(names = "--folder", defaultValue = ".poyang/demo", description = "where tables and result go")
    private Path folder;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        if (rows < 1 || rows > MOST_ROWS) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "--rows " + rows + " is out of range",
                    "1 to " + MOST_ROWS + " are possible");
        }
        DepartmentTables tables = new DepartmentTables(
                new DepartmentTables.Plan(2, rows, OVERLAP, DepartmentTables.Kind.ID, DIRTY, SEED, List.of()));
        for (int party = 0; party < 2; party++) {
            write(tables, party);
        }
        CollideRun.Outcome outcome = new CollideRun(
                        new CollideRun.Plan(
                                table(0), "key", table(1), "key", IdentifierRule.ID, folder.resolve("matches.csv")),
                        _ -> {})
                .run();
        long expected = tables.expectedMatches(0, 1);
        command.commandLine().getOut().println(json ? json(outcome, expected) : summary(outcome, expected));
        return outcome.matches() == expected ? 0 : 1;
    }

    private Path table(int party) {
        return folder.resolve(DEPARTMENTS.get(party) + ".csv");
    }

    private void write(DepartmentTables tables, int party) {
        try {
            Files.createDirectories(folder);
            try (BufferedWriter writer = Files.newBufferedWriter(table(party))) {
                writer.write(DepartmentTables.HEADER + "\n");
                tables.rows(party, row -> {
                    try {
                        writer.write(row.line() + "\n");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            }
        } catch (IOException | UncheckedIOException e) {
            throw new PoyangException(
                    ToolErrors.OUTPUT_FAILED,
                    "the table " + table(party) + " could not be written",
                    "check folder and space",
                    e);
        }
    }

    private static String json(CollideRun.Outcome o, long expected) {
        return String.format(
                Locale.ROOT,
                "{\"rows\":{\"medical-insurance\":%d,\"taxation\":%d},\"matches\":%d,\"expectedMatches\":%d,"
                        + "\"seconds\":%.3f,\"protocolSeconds\":%.3f,\"bytesExchanged\":%d}",
                o.leftRows(),
                o.rightRows(),
                o.matches(),
                expected,
                o.seconds(),
                o.protocolSeconds(),
                o.bytesExchanged());
    }

    private String summary(CollideRun.Outcome o, long expected) {
        return String.format(
                Locale.ROOT,
                "Two departments, %,d and %,d rows, dirty ones included (%s).%nWho is in both? %,d persons; the generator"
                        + " knows that it made %,d.%nThe list is in %s; the protocol took %.1f s and %,d bytes.%n"
                        + "Neither process opened the other's table: compare %s.",
                o.leftRows(),
                o.rightRows(),
                folder,
                o.matches(),
                expected,
                folder.resolve("matches.csv"),
                o.protocolSeconds(),
                o.bytesExchanged(),
                "docs/threat-model.md");
    }
}
