package poyang.executor.jobs;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.homomorphic.aggregate.JointSum;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Commitments;

/// One party's side of an aggregation. A row counts that has a value and, where the plan names categories, one of
/// these; a value that is no number of the plan's kind ends the attempt.
final class AggregationRun implements JobRun {
    private static final int FIRST_ROWS = 1024;

    private final JobFacts facts;
    private final JobPlan.Aggregation plan;
    private final Map<String, Integer> categories = new TreeMap<>();
    private final Totals totals;
    private long rowsRead;
    private long[] values = new long[FIRST_ROWS];
    private int[] groups = new int[FIRST_ROWS];
    private int rows;

    AggregationRun(JobFacts facts, JobPlan.Aggregation plan) {
        this.facts = facts;
        this.plan = plan;
        totals = new Totals(plan);
        for (String category : plan.categories()) {
            categories.put(category, categories.size());
        }
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        List<VarCharVector> columns = new ArrayList<>();
        for (var vector : batch.getFieldVectors()) {
            if (vector instanceof VarCharVector column) {
                columns.add(column);
            }
        }
        JobPlan.Reporter own = plan.reporters().stream()
                .filter(reporter -> reporter.party().equals(facts.self()))
                .findFirst()
                .orElseThrow(() -> refused("this party reports nothing"));
        int needed = own.columns().size();
        if (columns.size() != needed || batch.getFieldVectors().size() != needed) {
            throw refused("the input is not " + needed + " columns of text");
        }
        for (int i = 0; i < batch.getRowCount(); i++) {
            rowsRead++;
            String value = own.valueColumn().isEmpty() ? "0" : text(columns.getFirst(), i);
            int group = own.categoryColumn().isEmpty() ? 0 : categories.getOrDefault(text(columns.getLast(), i), -1);
            if (!value.isEmpty() && group >= 0) {
                keep(group, plan.valued() ? scaled(value) : 0);
            }
        }
    }

    private static String text(VarCharVector column, int row) {
        return column.isNull(row) ? "" : new String(column.get(row), StandardCharsets.UTF_8).strip();
    }

    private void keep(int group, long value) {
        if (rows == values.length) {
            values = Arrays.copyOf(values, 2 * rows);
            groups = Arrays.copyOf(groups, 2 * rows);
        }
        values[rows] = value;
        groups[rows] = group;
        rows++;
        totals.add(group, value);
    }

    private long scaled(String text) {
        BigDecimal value;
        try {
            value = new BigDecimal(text).setScale(plan.decimals());
        } catch (NumberFormatException | ArithmeticException e) {
            throw refused("a value is no number of at most " + plan.decimals() + " decimals");
        }
        if (value.unscaledValue().bitLength() > Long.SIZE - 2
                || Math.abs(value.unscaledValue().longValueExact()) > plan.bound()) {
            throw refused("a value is larger than the plan's bound");
        }
        return value.unscaledValue().longValueExact();
    }

    private static PoyangException refused(String wrong) {
        return new PoyangException(
                ExecutorErrors.INPUT_REFUSED,
                wrong,
                "name a column of numbers that keep to the plan's bound and decimals");
    }

    @Override
    public long rowsRead() {
        return rowsRead;
    }

    /// The rows that count, each as its category's place and its value.
    private byte[] row(int index) {
        return ByteBuffer.allocate(Integer.BYTES + Long.BYTES)
                .putInt(groups[index])
                .putLong(values[index])
                .array();
    }

    @Override
    public Bytes inputRoot(RandomSource random) {
        return Commitments.input(rows, this::row, random);
    }

    @Override
    public Bytes seedCommitment(byte[] seed) {
        return Commitments.seed(seed);
    }

    @Override
    public Bytes versionMark(byte[] secret) {
        return Commitments.versionMark(rows, this::row, secret);
    }

    @Override
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        RecordedLinks network = new RecordedLinks(carrier);
        Consumer<JointSum.Phase> phases = phase -> progress.at(phase.name().toLowerCase(Locale.ROOT), 0, 0);
        Bytes session = new CanonicalWriter("poyang.aggregation.v1")
                .text(facts.job())
                .u32(facts.attempt())
                .toBytes();
        JointSum sum = new JointSum(session, AggregationJob.roles(plan));
        Optional<long[]> digits = facts.self().equals(plan.collector())
                ? sum.collect(Totals.slots(plan), network, phases)
                : sum.report(totals.digits(), network, random, phases);
        Optional<Bytes> result = digits.map(found -> Totals.of(plan, found).csv());
        return new Output(
                result,
                rows,
                /* peerKeys= */ 0,
                result.isPresent() ? Math.max(1, plan.categories().size()) : 0,
                network.exchange(JointSum.ROUNDS));
    }
}
