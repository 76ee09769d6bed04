package poyang.executor.jobs;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
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
import poyang.psi.IntList;
import poyang.psi.Intersection;
import poyang.psi.KeySet;
import poyang.psi.RecordedNetwork;

/// One side of a collision.
final class CollisionRun implements JobRun {
    private static final String HEADER = "key\r\n";

    private final JobFacts facts;
    private final KeySet keys;
    private final CollisionProtocol protocol;

    CollisionRun(JobFacts facts, IdentifierRule rule, CollisionProtocol protocol) {
        this.facts = facts;
        this.protocol = protocol;
        keys = new KeySet(rule);
    }

    @Override
    public void read(VectorSchemaRoot batch) {
        if (batch.getFieldVectors().size() != 1 || !(batch.getVector(0) instanceof VarCharVector column)) {
            throw new PoyangException(
                    ExecutorErrors.INPUT_MALFORMED,
                    "the input is not one column of text",
                    "a collision reads exactly its key column");
        }
        for (int row = 0; row < batch.getRowCount(); row++) {
            keys.read(column.isNull(row) ? "" : new String(column.get(row), StandardCharsets.UTF_8));
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
    public Output run(PartyNetwork carrier, RandomSource random, JobProgress progress) {
        poyang.psi.Progress phases =
                (phase, done, total) -> progress.at(phase.name().toLowerCase(Locale.ROOT), done, total);
        RecordedNetwork network = new RecordedNetwork(carrier);
        CollisionSession session = new CollisionSession(network, facts.peer(), random, phases);
        if (!facts.receives()) {
            long peerKeys = protocol.send(keys, session);
            return new Output(Optional.empty(), keys.size(), peerKeys, 0, exchange(network, peerKeys));
        }
        Intersection found = protocol.receive(keys, session);
        int matches = found.matches().size();
        Exchange exchange = exchange(network, found.peerKeys());
        return new Output(Optional.of(csv(found.matches())), keys.size(), found.peerKeys(), matches, exchange);
    }

    private Exchange exchange(RecordedNetwork network, long peerKeys) {
        int rounds = protocol.cost(keys.size(), peerKeys).rounds();
        return new Exchange(network.transcript(facts.peer()), rounds, network.bytesSent(), network.bytesReceived());
    }

    /// RFC 4180: a header, one key a line, quoted where it must be.
    private Bytes csv(IntList matches) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(HEADER.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < matches.size(); i++) {
            String key = keys.keyText(matches.at(i));
            boolean quoted = key.chars().anyMatch(c -> c == '"' || c == ',' || c == '\n' || c == '\r');
            String field = quoted ? '"' + key.replace("\"", "\"\"") + '"' : key;
            out.writeBytes((field + "\r\n").getBytes(StandardCharsets.UTF_8));
        }
        return Bytes.wrap(out.toByteArray());
    }
}
