package poyang.network;

import com.google.protobuf.ByteString;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import poyang.crypto.SigningKey;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.TransactionStream;
import poyang.wire.schema.EvidenceRecord;

/// Records of evidence at one rate over all validators, whatever these do, and what became of each.
final class SteadyLoad implements AutoCloseable {
    private final List<ChainAccount> accounts = new ArrayList<>();
    private final List<TransactionStream> streams = new ArrayList<>();
    private final LoadCounts counts = new LoadCounts();
    private final AtomicBoolean loading = new AtomicBoolean(true);
    private final List<SigningKey> keys;
    private final String subject;
    private final RandomSource random;

    /// @param nodes so many, the client's first, get the records
    /// @param keys of {@link BenchNetwork#signer signers}, from the first on
    /// @param subject of the records
    SteadyLoad(ChainClient client, int nodes, List<SigningKey> keys, String subject, RandomSource random) {
        this.subject = subject;
        this.random = random;
        this.keys = List.copyOf(keys);
        int signers = keys.size();
        for (int i = 0; i < signers; i++) {
            String name = BenchNetwork.ORGANISATION + "/" + BenchNetwork.signer(i);
            accounts.add(new ChainAccount(client, name, keys.get(i), random, InstantSource.system()));
        }
        for (int node = 0; node < nodes; node++) {
            List<ChainAccount> own = new ArrayList<>();
            for (int i = node; i < signers; i += nodes) {
                own.add(accounts.get(i));
            }
            streams.add(TransactionStream.open(client, node, own));
        }
    }

    /// Begins; the thread ends with {@link #stop}.
    Thread start(int rate) {
        counts.begin();
        return Thread.ofPlatform().name("load").start(() -> submit(rate));
    }

    private void submit(int rate) {
        long due = System.nanoTime();
        for (int i = 0; loading.get(); i++) {
            long start = due;
            due += TimeUnit.SECONDS.toNanos(1) / rate;
            int signer = i % accounts.size();
            EvidenceRecord record = EvidenceRecord.newBuilder()
                    .setDigest(ByteString.copyFrom(random.bytes(32)))
                    .setSubject(subject)
                    .build();
            counts.submitted();
            var _ = streams.get(signer % streams.size())
                    .submit(accounts.get(signer), "poyang.v1.Evidence", "Record", record)
                    .whenComplete((receipt, failure) -> {
                        boolean fine = failure == null && receipt.getCode() == 0;
                        counts.done(System.nanoTime() - start, fine);
                        if (!fine) {
                            System.err.println(
                                    "failed: " + (failure == null ? receipt.getWrong() : failure.toString()));
                        }
                    });
            for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                LockSupport.parkNanos(due - now);
            }
        }
    }

    /// Records that were brought so far.
    long submitted() {
        return counts.total();
    }

    /// Records that came back, one way or the other.
    long completed() {
        return counts.completed();
    }

    ChainAccount anyAccount() {
        return accounts.getFirst();
    }

    /// The same account by way of another client.
    ChainAccount anyAccount(ChainClient client) {
        return new ChainAccount(client, anyAccount().name(), keys.getFirst(), random, InstantSource.system());
    }

    /// Submits nothing more.
    void stop() {
        loading.set(false);
    }

    /// Waits for what is under way; false when some still is after so many seconds.
    boolean finished(long mostSeconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(mostSeconds);
        while (streams.stream().anyMatch(stream -> stream.underWay() > 0)) {
            if (System.nanoTime() > end) {
                return false;
            }
            Thread.sleep(50);
        }
        return true;
    }

    /// What became of all since the start.
    LoadCounts.Phase phase() {
        return counts.end(1);
    }

    /// The same of what came back since the last {@link #restart}, so many seconds ago.
    LoadCounts.Phase phase(double seconds) {
        return counts.after(seconds);
    }

    /// Counts anew from here on.
    void restart() {
        counts.begin();
    }

    @Override
    public void close() {
        stop();
        streams.forEach(TransactionStream::close);
    }
}
