package poyang.executor.jobs;

import java.util.List;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;
import poyang.psi.Commitments;
import poyang.psi.GroupPsi;
import poyang.psi.GroupSession;

/// One party's side of a collision of a group.
final class GroupRun implements JobRun {
    private final JobFacts facts;
    private final JobPlan.GroupCollision plan;
    private final KeyTable table;

    GroupRun(JobFacts facts, JobPlan.GroupCollision plan) {
        this.facts = facts;
        this.plan = plan;
        table = new KeyTable(plan.identifierKinds(), 0);
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        table.readAll(batch);
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
            return run(network, new GroupSession(network, plan.leader(), random, Phases.of(progress), workers));
        }
    }

    private Output run(RecordedLinks network, GroupSession session) {
        if (!facts.receives()) {
            List<Long> keys = GroupPsi.contribute(table.keys(), session);
            return output(Optional.empty(), keys, 0, network);
        }
        GroupPsi.Shared found = GroupPsi.lead(table.keys(), session);
        Bytes csv = CollisionResult.csv(
                plan.member(facts.self()).columns(), plan.listed(), table.form(), table.keys(), found.matches());
        return output(Optional.of(csv), found.keys(), found.matches().size(), network);
    }

    private Output output(Optional<Bytes> result, List<Long> keys, long matches, RecordedLinks network) {
        long all = keys.stream().mapToLong(Long::longValue).sum();
        int own = table.keys().size();
        return new Output(result, own, all - own, matches, network.exchange(GroupPsi.rounds(keys)));
    }
}
