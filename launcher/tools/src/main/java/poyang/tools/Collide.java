package poyang.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.kernel.PoyangException;
import poyang.psi.IdentifierRule;

/// Who is in both files? Two processes, neither of which opens the other's file.
@Command(name = "collide", description = "Who is in both files? Two processes, neither sees the other's file.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Collide implements Callable<Integer> {
    @Option(names = "--left", required = true, description = "CSV or Parquet file of the party that gets the result")
    private Path left;

    @Option(names = "--right", required = true, description = "CSV or Parquet file of the other party")
    private Path right;

    @Option(names = "--key", description = "the column to match, in both files")
    private @Nullable String key;

    @Option(names = "--left-key", description = "the column of the left file, where it has another name")
    private @Nullable String leftKey;

    @Option(names = "--right-key", description = "the column of the right file, where it has another name")
    private @Nullable String rightKey;

    @Option(names = "--out", required = true, description = "where the matches go, one normalised key a line")
    private Path out;

    @Option(names = "--kind", defaultValue = "text", description = "text, id, phone or uscc (default: text)")
    private String kind;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        IdentifierRule rule = IdentifierRule.named(kind)
                .orElseThrow(() -> new PoyangException(
                        ToolErrors.BAD_OPTION,
                        "--kind " + kind + " is no kind of identifier",
                        "one of text, id, phone, uscc is needed"));
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "--out " + out + " cannot be written",
                    "a file in a folder that exists is needed");
        }
        CollideRun.Plan plan = new CollideRun.Plan(
                left, column("--left-key", leftKey), right, column("--right-key", rightKey), rule, out);
        CollideRun.Outcome outcome = new CollideRun(plan, json ? _ -> {} : this::show).run();
        command.commandLine().getOut().println(json ? json(outcome) : summary(outcome));
        return 0;
    }

    private String column(String option, @Nullable String own) {
        String column = own == null ? key : own;
        if (column == null || column.isEmpty()) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "the column to match is not named",
                    "give --key for both files, or " + option + " for this one");
        }
        return column;
    }

    private void show(String progress) {
        command.commandLine().getErr().print("\r  " + progress + "          ");
        command.commandLine().getErr().flush();
    }

    static String json(CollideRun.Outcome o) {
        return String.format(
                Locale.ROOT,
                "{\"matches\":%d,\"leftRows\":%d,\"rightRows\":%d,\"seconds\":%.3f,\"bytesExchanged\":%d}",
                o.matches(),
                o.leftRows(),
                o.rightRows(),
                o.seconds(),
                o.bytesExchanged());
    }

    private String summary(CollideRun.Outcome o) {
        return String.format(
                Locale.ROOT,
                "%n%,d matches in %,d and %,d rows, written to %s%n%.1f s in all, %.1f s of them the protocol; %,d bytes"
                        + " crossed between the parties.%nThe left party learnt the matches and the number of different"
                        + " keys on the right;%nthe right party learnt only the number of different keys on the left.",
                o.matches(),
                o.leftRows(),
                o.rightRows(),
                out,
                o.seconds(),
                o.protocolSeconds(),
                o.bytesExchanged());
    }
}
