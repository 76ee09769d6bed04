package poyang.executor.jobs;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.util.Optional;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.executor.job.Workplace;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSession;
import poyang.psi.Commitments;
import poyang.psi.DiskFolder;
import poyang.psi.Intersection;
import poyang.psi.RecordedNetwork;
import poyang.psi.UnbalancedCollision;

/// One side of a collision of a small set, the receiver's, with a large one that is prepared once.
///
/// Each job reads both sources and commits to them. What is not done again while the content is the same is masking the
/// large set, which is nearly all of the work, and sending its table. Jobs that answer of one set do so one after
/// another: from before its state goes into the opening until the child ends, the folder is one server's alone.
final class UnbalancedRun implements JobRun {
    private static final String KEPT = "unbalanced";

    private final JobFacts facts;
    private final JobPlan.Collision plan;
    private final KeyTable table;
    private final DiskFolder kept;
    private final Workplace place;
    /// Held until the process ends.
    private Optional<FileChannel> alone = Optional.empty();

    UnbalancedRun(JobFacts facts, JobPlan.Collision plan, Workplace place) {
        this.facts = facts;
        this.plan = plan;
        this.place = place;
        table = KeyTable.of(plan.keys());
        kept = DiskFolder.sealed(
                place.kept().orElse(place.scratch().resolve("kept")),
                place.keptKey(KEPT),
                place.system().fork("kept"));
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

    /// The server's secret and state, or the client's table.
    @Override
    public void carry(OutputStream to) {
        if (!facts.receives()) {
            alone = Optional.of(kept.alone());
            UnbalancedCollision.beginServer(kept, place.system().fork("secret"));
        }
        UnbalancedCollision.save(kept, !facts.receives(), to);
    }

    @Override
    public void carried(InputStream from) {
        UnbalancedCollision.restore(kept, !facts.receives(), from);
    }

    @Override
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        RecordedNetwork network = new RecordedNetwork(carrier);
        CollisionSession session = new CollisionSession(network, facts.peer(), random, Phases.of(progress));
        if (!facts.receives()) {
            Bytes content = UnbalancedCollision.content(table.keys(), kept);
            long peerKeys = UnbalancedCollision.answer(
                            content, table::keys, kept, UnbalancedCollision.QUESTIONS, session)
                    .peerKeys();
            return new Output(Optional.empty(), table.keys().size(), peerKeys, 0, exchange(network, peerKeys));
        }
        Intersection found = UnbalancedCollision.ask(table.keys(), kept, session);
        Bytes result = CollisionResult.csv(
                plan.keys().stream().map(JobPlan.Key::leftColumn).toList(),
                plan.listed(),
                table.form(),
                table.keys(),
                found.matches());
        return new Output(
                Optional.of(result),
                table.keys().size(),
                found.peerKeys(),
                found.matches().size(),
                exchange(network, table.keys().size()));
    }

    private Exchange exchange(RecordedNetwork network, long clientKeys) {
        return new Exchange(
                network.transcript(facts.peer()),
                CollisionProtocol.UNBALANCED.cost(clientKeys, 0).rounds(),
                network.bytesSent(),
                network.bytesReceived());
    }

    @Override
    public String toString() {
        return "UnbalancedRun[" + table.keys() + (alone.isPresent() ? ", alone]" : "]");
    }
}
