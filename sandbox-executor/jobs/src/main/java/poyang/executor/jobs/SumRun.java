package poyang.executor.jobs;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.homomorphic.scoring.FixedPoint;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSession;
import poyang.psi.CollisionSum;
import poyang.psi.Commitments;
import poyang.psi.Cost;
import poyang.psi.RecordedNetwork;

/// One side of sums over the matches. The side that brings numbers adds up those of each key's rows, so that a key
/// in several rows brings the sum of all; a row without a number brings 0, and a number that is not of the plan's
/// form ends the attempt.
final class SumRun implements JobRun {
    private static final long LARGEST = 1L << 62;
    private static final int FIRST_KEYS = 1024;

    private final JobFacts facts;
    private final JobPlan.MatchSum plan;
    private final KeyTable table;
    private final List<FixedPoint> forms;
    /// How many numbers a key has on this side.
    private final int width;

    private long[] numbers;
    /// Magnitudes of all rows together, which no sum can pass.
    private final long[] magnitudes;

    SumRun(JobFacts facts, JobPlan.MatchSum plan) {
        this.facts = facts;
        this.plan = plan;
        List<String> kinds =
                plan.keys().stream().map(JobPlan.Key::identifierKind).toList();
        table = new KeyTable(kinds, facts.receives() ? 0 : plan.sums().size());
        forms = plan.sums().stream()
                .map(sum -> new FixedPoint(sum.decimals(), sum.bound()))
                .toList();
        width = facts.receives() ? 0 : plan.numbers();
        numbers = new long[width * FIRST_KEYS];
        magnitudes = new long[plan.sums().size()];
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        List<VarCharVector> columns = table.columns(batch);
        for (int row = 0; row < batch.getRowCount(); row++) {
            int key = table.read(columns, row);
            if (width > 0 && key >= 0) {
                keep(key, columns, row);
            }
        }
    }

    private void keep(int key, List<VarCharVector> columns, int row) {
        int at = width * key;
        if (at + width > numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * numbers.length);
        }
        for (int c = 0; c < forms.size(); c++) {
            String text =
                    KeyTable.text(columns.get(plan.keys().size() + c), row).strip();
            long value = text.isEmpty() ? 0 : number(text, forms.get(c));
            magnitudes[c] += Math.abs(value);
            if (magnitudes[c] >= LARGEST) {
                throw refused("the numbers add up to more than 62 bits");
            }
            numbers[at + c] += value;
        }
        if (plan.countRows()) {
            numbers[at + forms.size()]++;
        }
    }

    private static long number(String text, FixedPoint form) {
        OptionalLong value = DecimalUnits.parse(text, form);
        return value.orElseThrow(() -> refused(
                "a value is no number of at most " + form.decimals() + " decimals, or is larger than its bound"));
    }

    private static PoyangException refused(String wrong) {
        return new PoyangException(
                ExecutorErrors.INPUT_REFUSED,
                wrong,
                "name a column of numbers that keep to the plan's bound and decimals");
    }

    @Override
    public long rowsRead() {
        return table.keys().rowsRead();
    }

    /// A key and its numbers.
    private byte[] item(int key) {
        byte[] text = table.keys().key(key);
        ByteBuffer item = ByteBuffer.allocate(text.length + Long.BYTES * width).put(text);
        for (int c = 0; c < width; c++) {
            item.putLong(numbers[width * key + c]);
        }
        return item.array();
    }

    @Override
    public Bytes inputRoot(RandomSource random) {
        return Commitments.input(table.keys().size(), this::item, random);
    }

    @Override
    public Bytes seedCommitment(byte[] seed) {
        return Commitments.seed(seed);
    }

    @Override
    public Bytes versionMark(byte[] secret) {
        return Commitments.versionMark(table.keys().size(), this::item, secret);
    }

    @Override
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        RecordedNetwork network = new RecordedNetwork(carrier);
        try (ChildWorkers workers = ChildWorkers.everywhere()) {
            return run(network, new CollisionSession(network, facts.peer(), random, Phases.of(progress), workers));
        }
    }

    private Output run(RecordedNetwork network, CollisionSession session) {
        CollisionProtocol protocol = SumJob.protocolOf(plan);
        int own = table.keys().size();
        if (!facts.receives()) {
            long[] exact = Arrays.copyOf(numbers, width * own);
            long peerKeys = CollisionSum.send(protocol, table.keys(), exact, width, session);
            return new Output(Optional.empty(), own, peerKeys, 0, exchange(network, peerKeys, own));
        }
        CollisionSum.Sums found = CollisionSum.receive(protocol, table.keys(), plan.numbers(), plan.atLeast(), session);
        boolean told = found.matches() >= plan.atLeast();
        return new Output(
                Optional.of(csv(found, told)),
                own,
                found.peerKeys(),
                told ? found.matches() : 0,
                exchange(network, own, found.peerKeys()));
    }

    /// A header and one line; below the least number of matches only that they are fewer.
    private Bytes csv(CollisionSum.Sums found, boolean told) {
        List<String> header = new ArrayList<>(List.of("matches"));
        plan.sums().forEach(sum -> header.add("sum_" + sum.column()));
        if (plan.countRows()) {
            header.add("matched_rows");
        }
        List<String> line = new ArrayList<>();
        line.add(told ? Long.toString(found.matches()) : "fewer than " + plan.atLeast());
        for (int c = 0; c < plan.numbers(); c++) {
            int decimals = c < forms.size() ? forms.get(c).decimals() : 0;
            line.add(told ? BigDecimal.valueOf(found.sums().get(c), decimals).toPlainString() : "");
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CsvLines.add(out, header);
        CsvLines.add(out, line);
        return Bytes.wrap(out.toByteArray());
    }

    private Exchange exchange(RecordedNetwork network, long receiverKeys, long senderKeys) {
        Cost cost = CollisionSum.cost(SumJob.protocolOf(plan), receiverKeys, senderKeys, plan.numbers());
        return new Exchange(
                network.transcript(facts.peer()), cost.rounds(), network.bytesSent(), network.bytesReceived());
    }
}
