package poyang.executor.jobs;

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
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.AskedProtocol;
import poyang.psi.AskedPsi;
import poyang.psi.Commitments;
import poyang.psi.GroupSession;

/// One party's side of a collision that a third one asks for. The asker has no rows.
final class AskedRun implements JobRun {
    private final JobFacts facts;
    private final JobPlan.AskedCollision plan;
    private final KeyTable table;
    private final int room;

    AskedRun(JobFacts facts, JobPlan.AskedCollision plan) {
        this.facts = facts;
        this.plan = plan;
        table = KeyTable.of(plan.keys());
        room = AskedJob.room(plan);
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        List<VarCharVector> columns = table.columns(batch);
        for (int row = 0; row < batch.getRowCount(); row++) {
            int key = table.read(columns, row);
            if (key >= 0 && !AskedPsi.fits(table.keys().keyLength(key), room)) {
                throw new PoyangException(
                        ExecutorErrors.INPUT_REFUSED,
                        "an identifier is longer than an asker is told",
                        "ask for the number of common identifiers only, or name columns of shorter ones");
            }
        }
    }

    @Override
    public long rowsRead() {
        return table.keys().rowsRead();
    }

    @Override
    public Bytes inputRoot(RandomSource random) {
        return Commitments.input(table.keys(), random);
    }

    @Override
    public Bytes seedCommitment(byte[] seed) {
        return Commitments.seed(seed);
    }

    @Override
    public Bytes versionMark(byte[] secret) {
        return Commitments.versionMark(table.keys(), secret);
    }

    @Override
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        RecordedLinks network = new RecordedLinks(carrier);
        try (ChildWorkers workers = ChildWorkers.everywhere()) {
            return run(network, new GroupSession(network, plan.asker(), random, Phases.of(progress), workers));
        }
    }

    private Output run(RecordedLinks network, GroupSession session) {
        AskedProtocol protocol = AskedJob.protocolOf(plan);
        if (!facts.receives()) {
            long others = AskedPsi.answer(protocol, room, table.keys(), session);
            return new Output(Optional.empty(), table.keys().size(), others, 0, network.exchange(AskedPsi.rounds()));
        }
        AskedPsi.Found found = AskedPsi.ask(protocol, room, session);
        return new Output(
                Optional.of(plan.rows() ? rows(found) : CollisionResult.size(found.matches())),
                0,
                found.ownerKeys().stream().mapToLong(Long::longValue).sum(),
                found.matches(),
                network.exchange(AskedPsi.rounds()));
    }

    /// The common identifiers in ascending order, under the names of the left data set's columns.
    private Bytes rows(AskedPsi.Found found) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(plan.keys().stream().map(JobPlan.Key::leftColumn).toList());
        found.texts().forEach(text -> lines.add(table.form().parts(text)));
        return CsvLines.of(lines);
    }
}
