package poyang.executor.jobs;

import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSession;
import poyang.psi.Commitments;
import poyang.psi.Intersection;
import poyang.psi.IntersectionSize;
import poyang.psi.RecordedNetwork;

/// One side of a collision.
final class CollisionRun implements JobRun {
    private final JobFacts facts;
    private final JobPlan.Collision plan;
    private final KeyTable table;
    private final CollisionProtocol protocol;

    CollisionRun(JobFacts facts, JobPlan.Collision plan, CollisionProtocol protocol) {
        this.facts = facts;
        this.plan = plan;
        this.protocol = protocol;
        table = KeyTable.of(plan.keys());
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
        RecordedNetwork network = new RecordedNetwork(carrier);
        try (ChildWorkers workers = ChildWorkers.everywhere()) {
            return run(network, new CollisionSession(network, facts.peer(), random, Phases.of(progress), workers));
        }
    }

    private Output run(RecordedNetwork network, CollisionSession session) {
        if (!facts.receives()) {
            long peerKeys = protocol.send(table.keys(), session);
            return new Output(
                    Optional.empty(),
                    table.keys().size(),
                    peerKeys,
                    0,
                    exchange(network, table.keys().size(), peerKeys));
        }
        if (protocol.sizeOnly()) {
            IntersectionSize found = protocol.receiveSize(table.keys(), session);
            long least = plan.reveal() instanceof JobPlan.Reveal.SizeAtLeast(long atLeast) ? atLeast : 0;
            boolean told = found.matches() >= least;
            return new Output(
                    Optional.of(told ? CollisionResult.size(found.matches()) : CollisionResult.fewerThan(least)),
                    table.keys().size(),
                    found.peerKeys(),
                    told ? found.matches() : 0,
                    exchange(network, table.keys().size(), found.peerKeys()));
        }
        Intersection found = protocol.receive(table.keys(), session);
        return new Output(
                Optional.of(CollisionResult.csv(
                        plan.keys().stream().map(JobPlan.Key::leftColumn).toList(),
                        plan.listed(),
                        table.form(),
                        table.keys(),
                        found.matches())),
                table.keys().size(),
                found.peerKeys(),
                found.matches().size(),
                exchange(network, table.keys().size(), found.peerKeys()));
    }

    private Exchange exchange(RecordedNetwork network, long ownKeys, long peerKeys) {
        int rounds = facts.receives()
                ? protocol.cost(ownKeys, peerKeys).rounds()
                : protocol.cost(peerKeys, ownKeys).rounds();
        return new Exchange(network.transcript(facts.peer()), rounds, network.bytesSent(), network.bytesReceived());
    }
}
