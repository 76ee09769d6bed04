package poyang.executor.compute;

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
