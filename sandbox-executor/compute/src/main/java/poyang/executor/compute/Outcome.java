package poyang.executor.compute;

import java.io.ByteArrayOutputStream;
import poyang.executor.job.ChildChannel;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.JobProgress;
import poyang.executor.job.JobRun;
import poyang.kernel.Bytes;
import poyang.kernel.PartyNetwork;
import poyang.kernel.RandomSource;

/// What running the protocol gave, the same in the first run and in a replay.
final class Outcome {
    private static final int SALT_BYTES = 16;

    private final JobRun.Output output;
    private final byte[] plaintext;

    private Outcome(JobRun.Output output, byte[] plaintext) {
        this.output = output;
        this.plaintext = plaintext;
    }

    static Outcome of(JobRun run, PartyNetwork network, RandomSource random, ChildChannel host) {
        return of(
                run, network, random, (phase, done, total) -> host.send(new ChildMessage.Progress(phase, done, total)));
    }

    static Outcome of(JobRun run, PartyNetwork network, RandomSource random, JobProgress progress) {
        JobRun.Output output = run.run(network, random.fork("protocol"), progress);
        byte[] plaintext = output.result()
                .map(csv -> Bytes.wrap(random.fork("result").bytes(SALT_BYTES))
                        .concat(csv)
                        .toArray())
                .orElse(new byte[0]);
        return new Outcome(output, plaintext);
    }

    JobRun.Exchange exchange() {
        return output.exchange();
    }

    Bytes transcript() {
        return output.exchange().transcript();
    }

    /// Salt and CSV; empty where this side gets no result.
    byte[] plaintext() {
        return plaintext;
    }

    /// Empty where this side gets no result.
    Bytes outputCommitment() {
        return plaintext.length == 0 ? Bytes.empty() : ComputeSession.commitment(plaintext);
    }

    /// The encoding of receipts.proto's ExactCounts: varint fields 1 to 6, zeros left out.
    byte[] exactCounts(long rowsRead) {
        long[] fields = {
            rowsRead,
            output.distinctKeys(),
            output.peerKeys(),
            output.matches(),
            exchange().bytesSent(),
            exchange().bytesReceived()
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i++) {
            if (fields[i] != 0) {
                out.write((i + 1) << 3);
                long rest = fields[i];
                while (rest >>> 7 != 0) {
                    out.write((int) (rest & 0x7f | 0x80));
                    rest >>>= 7;
                }
                out.write((int) rest);
            }
        }
        return out.toByteArray();
    }

    @Override
    public String toString() {
        return "Outcome[" + exchange() + "]";
    }
}
