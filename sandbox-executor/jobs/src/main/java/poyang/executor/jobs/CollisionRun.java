package poyang.executor.jobs;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSession;
import poyang.psi.Commitments;
import poyang.psi.IdentifierRule;
import poyang.psi.Intersection;
import poyang.psi.IntersectionSize;
import poyang.psi.KeyForm;
import poyang.psi.KeySet;
import poyang.psi.RecordedNetwork;

/// One side of a collision.
final class CollisionRun implements JobRun {
    private final JobFacts facts;
    private final JobPlan.Collision plan;
    private final KeyForm form;
    private final KeySet keys;
    private final CollisionProtocol protocol;

    CollisionRun(JobFacts facts, JobPlan.Collision plan, CollisionProtocol protocol) {
        this.facts = facts;
        this.plan = plan;
        this.protocol = protocol;
        form = new KeyForm(rules(plan));
        keys = form.keySet();
    }

    /// How the values of each key column are normalised.
    static List<IdentifierRule> rules(JobPlan.Collision plan) {
        List<IdentifierRule> rules = new ArrayList<>();
        for (JobPlan.Key key : plan.keys()) {
            rules.add(IdentifierRule.named(key.identifierKind())
                    .orElseThrow(() -> CollisionJob.unknown(
                            "the plan names the unknown identifier kind " + key.identifierKind())));
        }
        return rules;
    }

    /// The key columns of a batch.
    static List<VarCharVector> columns(VectorSchemaRoot batch, JobPlan.Collision plan) {
        List<VarCharVector> columns = new ArrayList<>();
        for (var vector : batch.getFieldVectors()) {
            if (vector instanceof VarCharVector column) {
                columns.add(column);
            }
        }
        if (columns.size() != plan.keys().size()
                || batch.getFieldVectors().size() != plan.keys().size()) {
            throw new PoyangException(
                    ExecutorErrors.INPUT_MALFORMED,
                    "the input is not " + plan.keys().size() + " columns of text",
                    "a collision reads exactly its key columns");
        }
        return columns;
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        List<VarCharVector> columns = columns(batch, plan);
        String[] row = new String[columns.size()];
        for (int i = 0; i < batch.getRowCount(); i++) {
            for (int c = 0; c < row.length; c++) {
                VarCharVector column = columns.get(c);
                row[c] = column.isNull(i) ? "" : new String(column.get(i), StandardCharsets.UTF_8);
            }
            form.read(keys, row);
        }
    }

    @Override
    public long rowsRead() {
        return keys.rowsRead();
    }

    @Override
    public Bytes inputRoot(RandomSource random) {
        return Commitments.input(keys, random);
    }

    @Override
    public Bytes seedCommitment(byte[] seed) {
        return Commitments.seed(seed);
    }

    @Override
    public Bytes versionMark(byte[] secret) {
        return Commitments.versionMark(keys, secret);
    }

    @Override
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        poyang.psi.Progress phases =
                (phase, done, total) -> progress.at(phase.name().toLowerCase(Locale.ROOT), done, total);
        RecordedNetwork network = new RecordedNetwork(carrier);
        CollisionSession session = new CollisionSession(network, facts.peer(), random, phases);
        if (!facts.receives()) {
            long peerKeys = protocol.send(keys, session);
            return new Output(Optional.empty(), keys.size(), peerKeys, 0, exchange(network, keys.size(), peerKeys));
        }
        if (protocol.sizeOnly()) {
            IntersectionSize found = protocol.receiveSize(keys, session);
            long least = plan.reveal() instanceof JobPlan.Reveal.SizeAtLeast(long atLeast) ? atLeast : 0;
            boolean told = found.matches() >= least;
            return new Output(
                    Optional.of(told ? CollisionResult.size(found.matches()) : CollisionResult.fewerThan(least)),
                    keys.size(),
                    found.peerKeys(),
                    told ? found.matches() : 0,
                    exchange(network, keys.size(), found.peerKeys()));
        }
        Intersection found = protocol.receive(keys, session);
        return new Output(
                Optional.of(CollisionResult.csv(
                        plan.keys().stream().map(JobPlan.Key::leftColumn).toList(),
                        plan.listed(),
                        form,
                        keys,
                        found.matches())),
                keys.size(),
                found.peerKeys(),
                found.matches().size(),
                exchange(network, keys.size(), found.peerKeys()));
    }

    private Exchange exchange(RecordedNetwork network, long ownKeys, long peerKeys) {
        int rounds = facts.receives()
                ? protocol.cost(ownKeys, peerKeys).rounds()
                : protocol.cost(peerKeys, ownKeys).rounds();
        return new Exchange(network.transcript(facts.peer()), rounds, network.bytesSent(), network.bytesReceived());
    }
}
