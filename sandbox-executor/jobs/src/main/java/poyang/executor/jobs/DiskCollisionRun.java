package poyang.executor.jobs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.executor.job.Workplace;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;
import poyang.psi.BucketWork;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSession;
import poyang.psi.Commitments;
import poyang.psi.Cost;
import poyang.psi.DiskCollision;
import poyang.psi.DiskFolder;
import poyang.psi.DiskKeys;
import poyang.psi.KeyReader;
import poyang.psi.RecordedNetwork;

/// One side of a collision whose sets stay on disk: memory for the buckets under way and a bit for each row, no object
/// for a row, and after a lost attempt on from the first bucket that either party lacks ({@link DiskCollision} says why
/// that is safe).
///
/// The scratch folder holds the keys under a key that this process alone has. What stays for the next attempt is the
/// checkpoint and the rows that matched in the buckets that are done. The next attempt reads the source again and
/// goes on only where it gives the same rows; what it commits to is what it read.
final class DiskCollisionRun implements JobRun {
    private static final int KEY_BYTES = 16;
    private static final double PREPARED = 0.6;
    private static final double MASKED = 0.8;
    private static final double MATCHED = 0.95;

    private final JobFacts facts;
    private final JobPlan.Collision plan;
    private final CollisionProtocol protocol;
    private final KeyColumns columns;
    private final DiskFolder kept;
    private final DiskKeys.Writer writer;
    private final BitSet matched = new BitSet();
    private Optional<DiskKeys> keys = Optional.empty();

    DiskCollisionRun(JobFacts facts, JobPlan.Collision plan, CollisionProtocol protocol, Workplace place) {
        this.facts = facts;
        this.plan = plan;
        this.protocol = protocol;
        columns = new KeyColumns(
                plan.keys().stream().map(JobPlan.Key::identifierKind).toList(), 0);
        RandomSource nonces = place.system();
        kept = DiskFolder.sealed(
                place.kept().orElse(place.scratch().resolve("kept")), place.keptKey(facts.job()), nonces.fork("kept"));
        writer = new DiskKeys.Writer(
                DiskFolder.sealed(place.scratch().resolve("set"), nonces.bytes(KEY_BYTES), nonces.fork("set")));
        DiskCollision.forgetDamaged(kept);
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        List<VarCharVector> all = columns.of(batch);
        for (int row = 0; row < batch.getRowCount(); row++) {
            KeyReader key = columns.read(all, row);
            writer.add(key.bytes(), key.length());
        }
    }

    @Override
    public long rowsRead() {
        return writer.rows();
    }

    private DiskKeys keys() {
        return keys.orElseThrow(() -> new Bug("the input is committed to first"));
    }

    @Override
    public Bytes inputRoot(RandomSource random) {
        keys = Optional.of(writer.finish());
        return keys().inputRoot(random);
    }

    @Override
    public Bytes seedCommitment(byte[] seed) {
        return Commitments.seed(seed);
    }

    @Override
    public Bytes versionMark(byte[] secret) {
        return keys().versionMark(secret);
    }

    @Override
    public void carry(OutputStream to) {
        DiskCollision.save(kept, to);
    }

    @Override
    public void carried(InputStream from) {
        DiskCollision.restore(kept, from);
    }

    @Override
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        RecordedNetwork network = new RecordedNetwork(carrier);
        Steps steps = new Steps(progress, keys().set().size());
        int lines = Math.max(1, facts.buckets().lines());
        try (ChildWorkers threads = new ChildWorkers(lines);
                ChildWorkers workers = ChildWorkers.everywhere()) {
            return run(
                    network,
                    new CollisionSession(network, facts.peer(), random, steps, workers),
                    new BucketWork(facts.bucketKeys(), lines, threads, steps));
        }
    }

    private Output run(RecordedNetwork network, CollisionSession session, BucketWork work) {
        long own = keys().set().size();
        if (!facts.receives()) {
            DiskCollision.Sent sent = DiskCollision.send(protocol, keys().set(), kept, session, work);
            return new Output(
                    Optional.empty(),
                    own,
                    sent.peerKeys(),
                    0,
                    exchange(network, sent.exchanged(), own, sent.peerKeys()));
        }
        DiskCollision.Found found = DiskCollision.receive(protocol, keys().set(), kept, session, work);
        long matches = found.rows(row -> matched.set(Math.toIntExact(row)));
        return new Output(
                Optional.of(Bytes.empty()),
                own,
                found.peerKeys(),
                matches,
                exchange(network, found.exchanged(), own, found.peerKeys()));
    }

    /// Frames of several buckets cross in any order, so that the transcript is made of the buckets' own; openings of
    /// the
    /// first release state that of all frames in their order.
    private Exchange exchange(RecordedNetwork network, DiskCollision.Exchanged exchanged, long ownKeys, long peerKeys) {
        int lines = facts.buckets().lines();
        Cost most = facts.receives()
                ? DiskCollision.most(protocol, ownKeys, peerKeys, facts.bucketKeys(), lines)
                : DiskCollision.most(protocol, peerKeys, ownKeys, facts.bucketKeys(), lines);
        return new Exchange(
                lines == 0 ? network.transcript(facts.peer()) : exchanged.transcript(),
                most.rounds(),
                exchanged.bytesSent(),
                exchanged.bytesReceived());
    }

    @Override
    public void writeResult(Output output, OutputStream to) throws IOException {
        boolean told = plan.listed() == JobPlan.Listed.LEFT;
        List<String> header = new ArrayList<>();
        plan.keys().forEach(key -> header.add(key.leftColumn()));
        if (told) {
            header.add("matched");
        }
        ResultLines lines = new ResultLines(to);
        lines.add(header);
        keys().each((row, key, length) -> {
            boolean common = matched.get(Math.toIntExact(row));
            boolean listed = switch (plan.listed()) {
                case INNER -> common;
                case DIFFERENCE -> !common;
                case LEFT -> true;
            };
            if (listed) {
                List<String> fields =
                        new ArrayList<>(columns.form().parts(new String(key, 0, length, StandardCharsets.UTF_8)));
                if (told) {
                    fields.add(common ? "1" : "0");
                }
                lines.add(fields);
            }
        });
        lines.finish();
    }

    /// Lines that leave memory by the buffer.
    private static final class ResultLines {
        private static final int BUFFER_BYTES = 1 << 16;
        private final OutputStream to;
        private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();
        private Optional<IOException> failure = Optional.empty();

        ResultLines(OutputStream to) {
            this.to = to;
        }

        void add(List<String> fields) {
            CsvLines.add(buffer, fields);
            if (buffer.size() >= BUFFER_BYTES) {
                flush();
            }
        }

        private void flush() {
            try {
                if (failure.isEmpty()) {
                    buffer.writeTo(to);
                }
            } catch (IOException e) {
                failure = Optional.of(e);
            }
            buffer.reset();
        }

        void finish() throws IOException {
            flush();
            if (failure.isPresent()) {
                throw failure.get();
            }
        }
    }

    /// Tells the progress of a run of many buckets as that of two phases: partitioning, and exchanging the buckets
    /// that were left to do when it began, of which several may be under way.
    private static final class Steps implements poyang.psi.Progress, BucketWork.Watch {
        private final JobProgress progress;
        private final long keys;
        /// How much of each bucket is done.
        private double[] shares = new double[1];

        Steps(JobProgress progress, long keys) {
            this.progress = progress;
            this.keys = keys;
        }

        @Override
        public synchronized poyang.psi.Progress bucket(int bucket, int first, int all, poyang.psi.Progress usual) {
            if (shares.length != all - first) {
                shares = new double[all - first];
            }
            return (phase, _, _) -> within(bucket - first, phase);
        }

        private synchronized void within(int bucket, Phase phase) {
            switch (phase) {
                case HASHING, PREPARING -> {}
                case MASKING -> at(bucket, PREPARED);
                case EXCHANGING -> at(bucket, MASKED);
                case MATCHING -> at(bucket, MATCHED);
            }
        }

        private void at(int bucket, double share) {
            shares[bucket] = share;
            progress.at("exchanging", (long) (DoubleStream.of(shares).sum() / shares.length * keys), keys);
        }

        /// Of the run as a whole.
        @Override
        public synchronized void at(Phase phase, long at, long total) {
            switch (phase) {
                case HASHING -> progress.at("hashing", at, total);
                case MATCHING -> at(shares.length - 1 - (int) (total - at), 1);
                case PREPARING, MASKING, EXCHANGING -> {}
            }
        }
    }
}
