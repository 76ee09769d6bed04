package poyang.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.kernel.PoyangException;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSum;
import poyang.psi.DiskCollision;
import poyang.psi.IdentifierRule;

/// Who is in both files? Two processes, neither of which opens the other's file.
@Command(name = "collide", description = "Who is in both files? Two processes, neither sees the other's file.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Collide implements Callable<Integer> {
    /// Bytes of both files together from which `vole` is sooner done than `dh-25519`: some ten thousand rows.
    private static final long VOLE_BYTES = 1 << 20;

    @Option(names = "--left", required = true, description = "CSV or Parquet file of the party that gets the result")
    private Path left;

    @Option(names = "--right", required = true, description = "CSV or Parquet file of the other party")
    private Path right;

    @Option(
            names = "--key",
            description = "the column to match, in both files; several, separated by commas, must all match")
    private @Nullable String key;

    @Option(names = "--left-key", description = "the columns of the left file, where they have other names")
    private @Nullable String leftKey;

    @Option(names = "--right-key", description = "the columns of the right file, where they have other names")
    private @Nullable String rightKey;

    @Option(names = "--out", required = true, description = "where the matches go, one normalised key a line")
    private Path out;

    @Option(
            names = "--kind",
            defaultValue = "text",
            description = "text, id, phone or uscc, one for all keys or one for each (default: text)")
    private String kind;

    @Option(
            names = "--protocol",
            defaultValue = "dh-sm2",
            description =
                    "the protocol, or auto for the fastest here (default: dh-sm2); docs/collision.md compares them")
    private String protocol;

    @Option(
            names = "--reveal",
            defaultValue = "rows",
            description =
                    "what the left party gets to know: rows (the matching keys), size (only how many), or sum (how many,"
                            + " and the sums over them of columns of the right file)")
    private String reveal;

    @Option(names = "--sum", description = "reveal sum: columns of the right file with whole numbers, at most four")
    private @Nullable String sum;

    @Option(
            names = "--least",
            defaultValue = "10",
            description = "reveal sum: matches below which there are no sums (default: 10)")
    private long least;

    @Option(
            names = "--list",
            defaultValue = "inner",
            description =
                    "which keys of the left file: inner (in both), left (all, each marked), difference (only there)")
    private String list;

    @Option(
            names = "--work",
            description = "vole, vole-malicious: a folder for sets of any size, bucket by bucket on disk; the result"
                    + " comes in the order of the left file; run again with it, an interrupted run goes on where it"
                    + " was. unbalanced: the folder in which the prepared set of the right file stays")
    private @Nullable Path work;

    @Option(
            names = "--threads",
            defaultValue = "1",
            description = "threads of a party; with --work as many buckets are under way, each with memory of its own"
                    + " (default: 1)")
    private int threads;

    @Option(names = "--memory", defaultValue = "1700", description = "megabytes of heap of a party (default: 1700)")
    private int memory;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        Path folder = out.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(out)) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "--out " + out + " cannot be written",
                    "a file in a folder that exists is needed");
        }
        List<String> leftKeys = columns("--left-key", leftKey);
        List<String> rightKeys = columns("--right-key", rightKey);
        if (leftKeys.size() != rightKeys.size()) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    leftKeys.size() + " columns of the left file and " + rightKeys.size()
                            + " of the right are to match",
                    "as many columns of one file as of the other are needed");
        }
        CollideRun.Plan plan = new CollideRun.Plan(
                left, leftKeys, right, rightKeys, rules(leftKeys.size()), protocol(), listed(), out, disk(), sums());
        CollideRun.Outcome outcome = new CollideRun(plan, json ? _ -> {} : this::show).run();
        command.commandLine().getOut().println(json ? json(outcome, plan) : summary(outcome, plan));
        return 0;
    }

    /// The named protocol, in its form that tells what was asked for.
    private CollisionProtocol protocol() {
        if (!List.of("rows", "size", "sum").contains(reveal)) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, "--reveal " + reveal + " cannot be told", "rows, size or sum is needed");
        }
        if (reveal.equals("sum")) {
            return sumProtocol();
        }
        boolean size = reveal.equals("size");
        if (size && !list.equals("inner")) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "--reveal size tells no keys, so --list " + list + " has none to list",
                    "leave out --list, or reveal rows");
        }
        String named = protocol.equals("auto") ? fastest(size) : protocol;
        if (!size && named.equals(CollisionProtocol.UNBALANCED.name())) {
            return CollisionProtocol.UNBALANCED;
        }
        return CollisionProtocol.named(size && !named.endsWith("-size") ? named + "-size" : named)
                .filter(found -> found.sizeOnly() == size)
                .orElseThrow(() -> new PoyangException(
                        ToolErrors.BAD_OPTION,
                        "--protocol " + protocol + " is no protocol that reveals the " + reveal,
                        "auto or one of "
                                + String.join(
                                        ", ",
                                        CollisionProtocol.all().stream()
                                                .filter(found -> found.sizeOnly() == size)
                                                .map(CollisionProtocol::name)
                                                .toList())
                                + " is needed"));
    }

    private CollisionProtocol sumProtocol() {
        String named = protocol.equals("auto") ? "dh-25519" : protocol;
        return CollisionProtocol.sumNamed(named.endsWith("-sum") ? named : named + "-sum")
                .filter(_ -> list.equals("inner") && work == null)
                .orElseThrow(() -> new PoyangException(
                        ToolErrors.BAD_OPTION,
                        "--reveal sum goes with dh-sm2 and dh-25519, and lists no keys",
                        "leave out --list and --work, and name one of these protocols or auto"));
    }

    private CollideRun.Sums sums() {
        boolean asked = reveal.equals("sum");
        List<String> columns = sum == null ? List.of() : List.of(sum.split(",", -1));
        if (asked == columns.isEmpty() || columns.size() > CollisionSum.MOST_COLUMNS || columns.contains("")) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    asked ? "--reveal sum needs --sum with columns" : "--sum is for --reveal sum",
                    "one to " + CollisionSum.MOST_COLUMNS + " columns of the right file, separated by commas, go with"
                            + " --reveal sum");
        }
        return asked ? new CollideRun.Sums(columns, Math.max(1, least)) : CollideRun.Sums.NONE;
    }

    private CollideRun.Disk disk() {
        if (threads < 1 || threads > 64) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, "--threads " + threads + " is out of range", "1 to 64 are needed");
        }
        boolean prepared = protocol().equals(CollisionProtocol.UNBALANCED);
        if (prepared && work == null) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "--protocol unbalanced needs --work",
                    "name a folder in which the prepared set of the right file stays");
        }
        if (memory < 64 || (work != null && !prepared && !DiskCollision.offers(protocol()))) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    memory < 64
                            ? "--memory " + memory + " is too little"
                            : "--work is not for " + protocol().name(),
                    "64 MB at least, and vole, vole-malicious or unbalanced, are needed");
        }
        return new CollideRun.Disk(work, memory, threads);
    }

    /// What two parties on one machine finish soonest with.
    private String fastest(boolean size) {
        try {
            return !size && (work != null || Files.size(left) + Files.size(right) >= VOLE_BYTES)
                    ? CollisionProtocol.VOLE.name()
                    : CollisionProtocol.DH_25519.name();
        } catch (IOException e) {
            // whichever party cannot read its file says so
            return CollisionProtocol.DH_25519.name();
        }
    }

    private CollideRun.Listed listed() {
        for (CollideRun.Listed listed : CollideRun.Listed.values()) {
            if (listed.name().toLowerCase(Locale.ROOT).equals(list)) {
                return listed;
            }
        }
        throw new PoyangException(
                ToolErrors.BAD_OPTION,
                "--list " + list + " is nothing that can be listed",
                "one of inner, left, difference is needed");
    }

    private List<IdentifierRule> rules(int keys) {
        List<IdentifierRule> rules = new ArrayList<>();
        for (String name : kind.split(",", -1)) {
            rules.add(IdentifierRule.named(name)
                    .orElseThrow(() -> new PoyangException(
                            ToolErrors.BAD_OPTION,
                            "--kind " + name + " is no kind of identifier",
                            "one of text, id, phone, uscc is needed")));
        }
        if (rules.size() == 1) {
            return Collections.nCopies(keys, rules.getFirst());
        }
        if (rules.size() != keys) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "--kind names " + rules.size() + " kinds for " + keys + " keys",
                    "one for all keys, or one for each, is needed");
        }
        return rules;
    }

    private List<String> columns(String option, @Nullable String own) {
        String column = own == null ? key : own;
        if (column == null || column.isEmpty()) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "the column to match is not named",
                    "give --key for both files, or " + option + " for this one");
        }
        return List.of(column.split(",", -1));
    }

    private void show(String progress) {
        command.commandLine().getErr().print("\r  " + progress + "          ");
        command.commandLine().getErr().flush();
    }

    static String json(CollideRun.Outcome o, CollideRun.Plan plan) {
        return String.format(
                Locale.ROOT,
                "{\"matches\":%d,\"leftRows\":%d,\"rightRows\":%d,\"seconds\":%.3f,\"protocolSeconds\":%.3f,"
                        + "\"bytesExchanged\":%d,\"protocol\":\"%s\"}",
                o.matches(),
                o.leftRows(),
                o.rightRows(),
                o.seconds(),
                o.protocolSeconds(),
                o.bytesExchanged(),
                plan.protocol().name());
    }

    private String summary(CollideRun.Outcome o, CollideRun.Plan plan) {
        return String.format(
                Locale.ROOT,
                "%n%,d matches in %,d and %,d rows; the result is in %s%n%.1f s in all, %.1f s of them the protocol %s;"
                        + " %,d bytes crossed between the parties.%nThe left party learnt %s;%nthe right party learnt"
                        + " %s, and nothing else.",
                o.matches(),
                o.leftRows(),
                o.rightRows(),
                out,
                o.seconds(),
                o.protocolSeconds(),
                plan.protocol().name(),
                o.bytesExchanged(),
                plan.protocol().receiverLearnsEnglish(),
                plan.protocol().senderLearnsEnglish());
    }
}
