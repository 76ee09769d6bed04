package poyang.executor.jobs;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.crypto.Sm3;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.executor.job.Workplace;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.CollisionInput;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSession;
import poyang.psi.Commitments;
import poyang.psi.DiskFolder;
import poyang.psi.Intersection;
import poyang.psi.RecordedNetwork;
import poyang.psi.UnbalancedCollision;

/// One side of a collision of a small set, the receiver's, with a large one that is prepared once.
///
/// While the large set's source is the same it is not read again: what was committed to when its table was made is
/// committed to again under a fresh salt, and neither masking nor sending the table is done again. Another source, or
/// another choice of its columns,
/// is read and committed to anew; where its content is the old one, the table stays. Jobs that answer of one set do so
/// one after
/// another: from before its state goes into the opening until the child ends, the folder is one server's alone.
final class UnbalancedRun implements JobRun {
    private static final String KEPT = "unbalanced";
    private static final String ROOT_DOMAIN = "poyang.repeated-root.v1";
    private static final int SALT_BYTES = 32;
    private static final String SOURCE_DOMAIN = "poyang.unbalanced-source.v1";

    private final JobFacts facts;
    private final JobPlan.Collision plan;
    private final KeyTable table;
    private final DiskFolder kept;
    private final Workplace place;
    /// Held until the process ends.
    private Optional<FileChannel> alone = Optional.empty();
    /// The source with what is read of it; empty where nothing tells that it is the same.
    private Optional<Bytes> source = Optional.empty();
    /// What is repeated instead of reading.
    private Optional<UnbalancedCollision.Committed> reused = Optional.empty();
    /// Where the table goes that an attempt sends without its rows, for who runs it again.
    private Optional<OutputStream> opening = Optional.empty();
    /// Where it comes from when the attempt is run again.
    private Optional<InputStream> before = Optional.empty();
    private Bytes root = Bytes.empty();
    private Bytes mark = Bytes.empty();

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
    public boolean takesUp(Bytes stamp) {
        if (facts.receives()) {
            return false;
        }
        if (before.isPresent()) {
            reused = UnbalancedCollision.committed(kept);
        } else if (stamp.length() > 0) {
            CanonicalWriter what = new CanonicalWriter(SOURCE_DOMAIN).bytes(stamp);
            what.list(
                    plan.keys(),
                    (w, key) -> w.text(key.rightColumn()).text(key.leftColumn()).text(key.identifierKind()));
            source = Optional.of(Sm3.hash(what.toArray()));
            lock();
            reused = UnbalancedCollision.committed(kept)
                    .filter(committed -> source.get().equals(committed.source()))
                    .filter(_ -> UnbalancedCollision.hasTable(kept));
        }
        return reused.isPresent();
    }

    private void lock() {
        if (alone.isEmpty()) {
            alone = Optional.of(kept.alone());
        }
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        table.readAll(batch);
    }

    @Override
    public long rowsRead() {
        return reused.map(UnbalancedCollision.Committed::rows)
                .orElseGet(() -> table.keys().rowsRead());
    }

    @Override
    public Bytes inputRoot(RandomSource random) {
        if (reused.isPresent()) {
            // every attempt's root is another one on the chain, and its seed opens it to that of the rows
            return Sm3.hash(new CanonicalWriter(ROOT_DOMAIN)
                    .bytes(random.bytes(SALT_BYTES))
                    .bytes(reused.get().inputRoot())
                    .toArray());
        }
        root = Commitments.input(table.keys(), random);
        return root;
    }

    @Override
    public Bytes seedCommitment(byte[] seed) {
        return Commitments.seed(seed);
    }

    @Override
    public Bytes versionMark(byte[] secret) {
        mark = reused.map(UnbalancedCollision.Committed::mark)
                .orElseGet(() -> Commitments.versionMark(table.keys(), secret));
        return mark;
    }

    /// The server's secret, state and commitment, or the client's table.
    @Override
    public void carry(OutputStream to) {
        opening = Optional.of(to);
        if (!facts.receives()) {
            lock();
            UnbalancedCollision.beginServer(kept, place.system().fork("secret"));
        }
        UnbalancedCollision.save(kept, !facts.receives(), to);
    }

    @Override
    public void carried(InputStream from) {
        UnbalancedCollision.restore(kept, !facts.receives(), from);
        before = Optional.of(from);
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
            UnbalancedCollision.Answered answered = answer(session);
            return new Output(
                    Optional.empty(), answered.keys(), answered.peerKeys(), 0, exchange(network, answered.peerKeys()));
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

    private UnbalancedCollision.Answered answer(CollisionSession session) {
        Bytes content = reused.map(UnbalancedCollision.Committed::content)
                .orElseGet(() -> UnbalancedCollision.content(table.keys(), kept));
        UnbalancedCollision.Answered answered = UnbalancedCollision.answer(
                content, this::keys, kept, UnbalancedCollision.QUESTIONS, session, this::recorded);
        if (source.isPresent() && reused.isEmpty()) {
            UnbalancedCollision.commit(
                    kept,
                    new UnbalancedCollision.Committed(
                            source.get(), root, mark, table.keys().rowsRead(), content));
        }
        return answered;
    }

    private CollisionInput keys() {
        if (reused.isPresent()) {
            throw new PoyangException(
                    ExecutorErrors.INPUT_MALFORMED,
                    "more is asked than the prepared set's key may answer, and its rows were not read",
                    "run the job again, which prepares the set anew");
        }
        return table.keys();
    }

    /// Without rows a replay cannot make the table again, so one that is sent goes into the opening.
    private Supplier<byte[]> recorded(Supplier<byte[]> sent) {
        if (reused.isEmpty()) {
            return sent;
        }
        return () -> {
            try {
                if (before.isPresent()) {
                    DataInputStream in = new DataInputStream(before.get());
                    return in.readNBytes(in.readInt());
                }
                byte[] all = sent.get();
                DataOutputStream out = new DataOutputStream(opening.orElseThrow());
                out.writeInt(all.length);
                out.write(all);
                out.flush();
                return all;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
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
