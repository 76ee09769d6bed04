package poyang.executor.compute;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import poyang.crypto.Sm3;
import poyang.executor.job.ChildChannel;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.ExactCounts;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;

/// What running the protocol gave, the same in the first run and in a replay.
final class Outcome {
    private static final int SALT_BYTES = 16;

    private final JobRun run;
    private final JobRun.Output output;
    private final byte[] salt;
    private final Bytes commitment;

    private Outcome(JobRun run, JobRun.Output output, byte[] salt) {
        this.run = run;
        this.output = output;
        this.salt = salt;
        commitment = output.result().isPresent() ? digest() : Bytes.empty();
    }

    static Outcome of(JobRun run, PartyNetwork network, RandomSource random, ChildChannel host) {
        return of(
                run, network, random, (phase, done, total) -> host.send(new ChildMessage.Progress(phase, done, total)));
    }

    static Outcome of(JobRun run, PartyNetwork network, RandomSource random, JobProgress progress) {
        JobRun.Output output = run.run(network, random.fork("protocol"), progress);
        return new Outcome(run, output, random.fork("result").bytes(SALT_BYTES));
    }

    private Bytes digest() {
        Sm3 digest = new Sm3();
        try {
            writePlaintext(new OutputStream() {
                @Override
                public void write(int octet) {
                    write(new byte[] {(byte) octet}, 0, 1);
                }

                @Override
                public void write(byte[] source, int from, int length) {
                    digest.update(source, from, length);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Bytes.wrap(digest.digest());
    }

    JobRun.Exchange exchange() {
        return output.exchange();
    }

    Bytes transcript() {
        return output.exchange().transcript();
    }

    /// Writes salt and CSV, where this side gets a result.
    void writePlaintext(OutputStream to) throws IOException {
        to.write(salt);
        run.writeResult(output, to);
    }

    /// SM3 of salt and CSV; empty where this side gets no result.
    Bytes outputCommitment() {
        return commitment;
    }

    ExactCounts exactCounts(long rowsRead) {
        return new ExactCounts(
                rowsRead,
                output.distinctKeys(),
                output.peerKeys(),
                output.matches(),
                exchange().bytesSent(),
                exchange().bytesReceived());
    }

    @Override
    public String toString() {
        return "Outcome[" + exchange() + "]";
    }
}
