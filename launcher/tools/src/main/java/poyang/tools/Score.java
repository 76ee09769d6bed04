package poyang.tools;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.executor.job.JobPlan;
import poyang.homomorphic.scoring.FixedPoint;
import poyang.homomorphic.scoring.Scoring;
import poyang.homomorphic.scoring.ScoringShape;
import poyang.kernel.PoyangException;

/// Scores the rows of one file by the model in another. Two processes, neither of which opens the other's file.
@Command(
        name = "score",
        description = "Scores the rows of one file by the model in another, under encryption. Two processes,"
                + " neither sees the other's file.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Score implements Callable<Integer> {
    private static final int MEMORY_MEGABYTES = 1700;

    @Option(names = "--features", required = true, description = "CSV or Parquet file of the rows to score")
    private Path features;

    @Option(names = "--model", required = true, description = "CSV or Parquet file of terms and coefficients")
    private Path model;

    @Option(names = "--name", required = true, description = "the column that names the rows of the result")
    private String name;

    @Option(
            names = "--feature",
            required = true,
            description = "COLUMN:DECIMALS:LARGEST, for example income:2:100000; once for each feature")
    private List<String> columns;

    @Option(names = "--out", required = true, description = "where the scores go")
    private Path out;

    @Option(names = "--degree", defaultValue = "1", description = "factors of a term at most, 1 to 3 (default: 1)")
    private int degree;

    @Option(
            names = "--coefficients",
            defaultValue = "4:1000",
            description = "DECIMALS:LARGEST of the coefficients (default: 4:1000)")
    private String coefficients;

    @Option(names = "--term", defaultValue = "term", description = "the model's column of terms (default: term)")
    private String term;

    @Option(
            names = "--coefficient",
            defaultValue = "coefficient",
            description = "the model's column of coefficients (default: coefficient)")
    private String coefficient;

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
        FixedPoint numbers = numbers("--coefficients", coefficients);
        JobPlan.Scoring plan = new JobPlan.Scoring(
                name,
                columns.stream().map(Score::feature).toList(),
                new JobPlan.Model(term, coefficient, degree, numbers.decimals(), numbers.bound()),
                Scoring.NAME);
        int terms = new ScoringShape(
                        columns.stream()
                                .map(Score::feature)
                                .map(feature -> new FixedPoint(feature.decimals(), feature.bound()))
                                .toList(),
                        degree,
                        numbers)
                .termCount();
        PartyProcesses.Said said = new PartyProcesses(ScoreParty.class, MEMORY_MEGABYTES)
                .run(
                        new PartyProcesses.Party("features", features, ScoreParty.arguments(out, plan)),
                        new PartyProcesses.Party("model", model, ScoreParty.arguments(out, plan)),
                        json ? _ -> {} : this::show);
        command.commandLine().getOut().println(json ? json(said, terms) : summary(said, terms));
        return 0;
    }

    private static JobPlan.Feature feature(String option) {
        int colon = option.indexOf(':');
        if (colon < 1) {
            throw wrong("--feature", option);
        }
        FixedPoint numbers = numbers("--feature", option.substring(colon + 1));
        return new JobPlan.Feature(option.substring(0, colon), numbers.decimals(), numbers.bound());
    }

    /// `DECIMALS:LARGEST`.
    private static FixedPoint numbers(String option, String text) {
        String[] parts = text.split(":", -1);
        try {
            int decimals = Integer.parseInt(parts[0]);
            long bound = new BigDecimal(parts[1])
                    .movePointRight(decimals)
                    .setScale(0, RoundingMode.UNNECESSARY)
                    .longValueExact();
            if (parts.length == 2) {
                return new FixedPoint(decimals, bound);
            }
        } catch (ArithmeticException | NumberFormatException | IndexOutOfBoundsException e) {
            throw wrong(option, text);
        }
        throw wrong(option, text);
    }

    private static PoyangException wrong(String option, String text) {
        return new PoyangException(
                ToolErrors.BAD_OPTION,
                option + " " + text + " does not say how large numbers are",
                "the places after the point and the largest magnitude, as in income:2:100000, are needed");
    }

    private void show(String progress) {
        command.commandLine().getErr().print("\r  " + progress + "          ");
        command.commandLine().getErr().flush();
    }

    private static String json(PartyProcesses.Said said, int terms) {
        return String.format(
                Locale.ROOT,
                "{\"rows\":%d,\"terms\":%d,\"seconds\":%.3f,\"protocolSeconds\":%.3f,\"bytesExchanged\":%d,"
                        + "\"protocol\":\"%s\",\"featuresRoot\":\"%s\",\"modelRoot\":\"%s\",\"transcript\":\"%s\"}",
                said.ofFirst("rows"),
                terms,
                said.seconds(),
                said.ofFirst("protocolMillis") / 1e3,
                said.ofFirst("sent") + said.ofFirst("received"),
                Scoring.NAME,
                said.first().get("inputRoot"),
                said.second().get("inputRoot"),
                said.first().get("transcript"));
    }

    private String summary(PartyProcesses.Said said, int terms) {
        return String.format(
                Locale.ROOT,
                "%n%,d rows scored; the scores are in %s%n%.1f s in all, %.1f s of them the protocol %s; %,d bytes crossed"
                        + " between the parties.%nThe features' party learnt %s: each is one linear equation in the"
                        + " model's %d coefficients,%nand %d different rows give it away. The model's party learnt %s,"
                        + " and nothing else.",
                said.ofFirst("rows"),
                out,
                said.seconds(),
                said.ofFirst("protocolMillis") / 1e3,
                Scoring.NAME,
                said.ofFirst("sent") + said.ofFirst("received"),
                Scoring.FEATURES_LEARN_ENGLISH,
                terms,
                terms,
                Scoring.MODEL_LEARNS_ENGLISH);
    }
}
