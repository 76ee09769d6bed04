package poyang.executor.jobs;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.homomorphic.scoring.FeatureColumns;
import poyang.homomorphic.scoring.Scores;
import poyang.homomorphic.scoring.ScoringShape;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// The rows that are scored: a name and numbers each.
final class FeatureTable implements FeatureColumns {
    private static final int FIRST_ROWS = 1024;

    private final JobPlan.Scoring plan;
    private final ScoringShape shape;
    private final ByteArrayOutputStream names = new ByteArrayOutputStream();
    /// Where the name of each row ends.
    private int[] ends = new int[FIRST_ROWS];

    private final long[][] units;
    private int rows;
    private byte[] read = new byte[0];

    FeatureTable(JobPlan.Scoring plan, ScoringShape shape) {
        this.plan = plan;
        this.shape = shape;
        units = new long[shape.features().size()][FIRST_ROWS];
    }

    /// @param row name first, then the numbers
    void read(String[] row) {
        if (rows == ends.length) {
            ends = Arrays.copyOf(ends, 2 * rows);
            for (int f = 0; f < units.length; f++) {
                units[f] = Arrays.copyOf(units[f], 2 * rows);
            }
        }
        for (int f = 0; f < units.length; f++) {
            OptionalLong number =
                    DecimalUnits.parse(row[f + 1], shape.features().get(f));
            JobPlan.Feature feature = plan.features().get(f);
            units[f][rows] = number.orElseThrow(() -> refused(feature));
        }
        names.writeBytes(row[0].getBytes(StandardCharsets.UTF_8));
        ends[rows++] = names.size();
    }

    /// The value stays out of every message.
    private PoyangException refused(JobPlan.Feature feature) {
        return new PoyangException(
                ExecutorErrors.INPUT_REFUSED,
                "row " + (rows + 1) + " has no number of the declared form in the column " + feature.column(),
                "numbers of at most " + feature.decimals() + " decimals and " + feature.bound()
                        + " units of the last one are needed");
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public long units(int feature, int row) {
        return units[feature][row];
    }

    private String name(int row) {
        if (read.length != names.size()) {
            read = names.toByteArray();
        }
        int from = row == 0 ? 0 : ends[row - 1];
        return new String(read, from, ends[row] - from, StandardCharsets.UTF_8);
    }

    /// The canonical bytes of a row.
    byte[] item(int row) {
        CanonicalWriter out = new CanonicalWriter("poyang.scoring.row.v1").text(name(row));
        for (long[] column : units) {
            out.u64(column[row]);
        }
        return out.toArray();
    }

    /// A header, and name and score of each row in the order of the input.
    Bytes csv(Scores scores) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CsvLines.add(out, List.of(plan.keyColumn(), "score"));
        for (int row = 0; row < rows; row++) {
            CsvLines.add(out, List.of(name(row), scores.at(row).toPlainString()));
        }
        return Bytes.wrap(out.toByteArray());
    }
}
