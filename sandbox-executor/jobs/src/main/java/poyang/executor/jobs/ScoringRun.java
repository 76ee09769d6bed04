package poyang.executor.jobs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.homomorphic.scoring.Scores;
import poyang.homomorphic.scoring.Scoring;
import poyang.homomorphic.scoring.ScoringSession;
import poyang.homomorphic.scoring.ScoringShape;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Commitments;
import poyang.psi.RecordedNetwork;

/// One side of a scoring: that of the features, which receives, or that of the model.
final class ScoringRun implements JobRun {
    private final JobFacts facts;
    private final ScoringShape shape;
    private final Side side;

    private sealed interface Side {
        record Features(FeatureTable table) implements Side {}

        record Model(ModelTable table) implements Side {}
    }

    ScoringRun(JobFacts facts, JobPlan.Scoring plan) {
        this.facts = facts;
        shape = ScoringJob.shape(plan);
        side = facts.receives()
                ? new Side.Features(new FeatureTable(plan, shape))
                : new Side.Model(new ModelTable(plan, shape));
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        int wanted = facts.receives() ? 1 + shape.features().size() : 2;
        List<VarCharVector> columns = new ArrayList<>();
        for (var vector : batch.getFieldVectors()) {
            if (vector instanceof VarCharVector column) {
                columns.add(column);
            }
        }
        if (columns.size() != wanted || batch.getFieldVectors().size() != wanted) {
            throw new PoyangException(
                    ExecutorErrors.INPUT_MALFORMED,
                    "the input is not " + wanted + " columns of text",
                    "a scoring reads exactly the columns of its plan");
        }
        String[] row = new String[wanted];
        for (int i = 0; i < batch.getRowCount(); i++) {
            for (int c = 0; c < row.length; c++) {
                VarCharVector column = columns.get(c);
                row[c] = column.isNull(i) ? "" : new String(column.get(i), StandardCharsets.UTF_8);
            }
            switch (side) {
                case Side.Features(FeatureTable table) -> table.read(row);
                case Side.Model(ModelTable table) -> table.read(row);
            }
        }
    }

    @Override
    public long rowsRead() {
        return switch (side) {
            case Side.Features(FeatureTable table) -> table.rows();
            case Side.Model(ModelTable table) -> table.rows();
        };
    }

    @Override
    public Bytes inputRoot(RandomSource random) {
        return switch (side) {
            case Side.Features(FeatureTable table) -> Commitments.input(table.rows(), table::item, random);
            case Side.Model(ModelTable table) -> Commitments.input(table.size(), table::item, random);
        };
    }

    @Override
    public Bytes seedCommitment(byte[] seed) {
        return Commitments.seed(seed);
    }

    @Override
    public Bytes versionMark(byte[] secret) {
        return switch (side) {
            case Side.Features(FeatureTable table) -> Commitments.versionMark(table.rows(), table::item, secret);
            case Side.Model(ModelTable table) -> Commitments.versionMark(table.size(), table::item, secret);
        };
    }

    @Override
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        RecordedNetwork network = new RecordedNetwork(carrier);
        progress.at(ScoringJob.PHASE, 0, 0);
        ScoringSession session = new ScoringSession(
                network, facts.peer(), random, (done, total) -> progress.at(ScoringJob.PHASE, done, total));
        return switch (side) {
            case Side.Features(FeatureTable table) -> {
                Scores scores = Scoring.score(shape, table, session);
                yield new Output(
                        Optional.of(table.csv(scores)),
                        table.rows(),
                        0,
                        scores.size(),
                        exchange(network, table.rows()));
            }
            case Side.Model(ModelTable table) -> {
                long rows = Scoring.answer(shape, table.coefficients(), session);
                yield new Output(Optional.empty(), table.rows(), rows, 0, exchange(network, rows));
            }
        };
    }

    private Exchange exchange(RecordedNetwork network, long rows) {
        return new Exchange(
                network.transcript(facts.peer()),
                Scoring.cost(shape, rows).rounds(),
                network.bytesSent(),
                network.bytesReceived());
    }
}
