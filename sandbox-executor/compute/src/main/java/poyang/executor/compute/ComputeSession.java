package poyang.executor.compute;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import poyang.crypto.SealedBox;
import poyang.crypto.SeededRandom;
import poyang.crypto.VerificationKey;
import poyang.crypto.storage.SealedFile;
import poyang.crypto.storage.SealingStream;
import poyang.executor.job.ChildChannel;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobRun;
import poyang.executor.job.Opening;
import poyang.executor.job.Rounding;
import poyang.executor.job.RowPipe;
import poyang.executor.job.Workplace;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The compute child's side of the conversation with its host.
///
/// Two sources of randomness: one seed, committed to before the first frame, gives everything that
/// the run depends on, so that a {@link Replay} must reproduce it; sealing draws from the operating
/// system, so that the opening does not open what was sealed to others.
final class ComputeSession {
    private final ChildChannel host;
    private final InputStream rows;
    private final Path scratch;
    private final Optional<Path> kept;
    private final RandomSource system;

    ComputeSession(ChildChannel host, InputStream rows, Path scratch, Optional<Path> kept, RandomSource system) {
        this.host = host;
        this.rows = rows;
        this.scratch = scratch;
        this.kept = kept;
        this.system = system;
    }

    /// Runs to the end; every failure becomes a message, never a stack trace with content.
    void run() {
        try {
            attempt();
        } catch (PoyangException e) {
            host.send(new ChildMessage.Failed(e));
        } catch (OutOfMemoryError e) {
            host.send(new ChildMessage.Failed(new PoyangException(
                    ExecutorErrors.MEMORY_LIMIT,
                    "the compute child's memory does not hold the input",
                    "raise its memory limit or narrow the input")));
        } catch (IOException | RuntimeException e) {
            host.send(new ChildMessage.Failed(new PoyangException(
                    ExecutorErrors.INTERNAL,
                    "the compute child failed by " + e.getClass().getSimpleName(),
                    "report this with the release's number")));
        }
    }

    private void attempt() throws IOException {
        if (!(host.receive() instanceof ChildMessage.Start start)) {
            throw outOfTurn();
        }
        JobFacts facts = start.facts();
        VerificationKey department =
                VerificationKey.decode(start.departmentKey().toArray());
        JobKind kind = JobKind.of(facts.plan());
        JobRun run = kind.open(
                facts, new Workplace(scratch, kept, start.markSecret().toArray(), system, start.provingKey()));
        byte[] seed = system.bytes(SeededRandom.SEED_BYTES);
        SeededRandom random = new SeededRandom(seed, "poyang.run.v1");
        Outcome outcome;
        try (Opening.Writer opening = new Opening.Writer(
                new BufferedOutputStream(Files.newOutputStream(scratch.resolve("opening.sealed"))),
                department,
                system)) {
            opening.write(new Opening.Entry.Facts(facts));
            opening.write(new Opening.Entry.Seed(seed));
            if (kind.reads(facts) && !run.takesUp(start.stamp())) {
                host.send(new ChildMessage.Read());
                host.send(new ChildMessage.Progress("reading", 0, 0));
                InputStream recorded = new RecordedInput(new RowPipe.Source(rows), opening);
                ArrowInput.feed(recorded, run, done -> host.send(new ChildMessage.Progress("reading", done, 0)));
            }
            Bytes root = run.inputRoot(random.fork("input"));
            Bytes seedCommitment = run.seedCommitment(seed);
            Bytes mark = run.versionMark(start.markSecret().toArray());
            run.carry(new CarriedStream(opening));
            host.send(new ChildMessage.Committed(root, seedCommitment, Rounding.up(run.rowsRead()), mark));
            if (!(host.receive() instanceof ChildMessage.Go)) {
                throw outOfTurn();
            }
            HostNetwork network = new HostNetwork(host, facts, opening);
            outcome = Outcome.of(run, network, random, host);
            opening.write(
                    new Opening.Entry.Outcome(root, seedCommitment, outcome.transcript(), outcome.outputCommitment()));
        }
        // The opening is whole on disk before the host hears that it may be moved.
        finish(start, department, run, outcome);
    }

    /// Seals, and tells the host, which only then may move result and opening out of the scratch folder.
    private void finish(ChildMessage.Start start, VerificationKey department, JobRun run, Outcome outcome)
            throws IOException {
        host.send(new ChildMessage.Progress("sealing", 0, 0));
        JobFacts facts = start.facts();
        byte[] counts = outcome.exactCounts(run.rowsRead()).encoded();
        byte[] countsContext = context("poyang.counts.v1:", facts);
        Bytes toReceiver = Bytes.empty();
        if (facts.receives()) {
            VerificationKey receiver =
                    VerificationKey.decode(start.receiverKey().toArray());
            toReceiver = Bytes.wrap(SealedBox.seal(receiver, countsContext, counts, system));
            seal(receiver, context("poyang.result.v1:", facts), outcome);
        }
        host.send(new ChildMessage.Output(
                outcome.outputCommitment(),
                outcome.transcript(),
                outcome.exchange().links(),
                toReceiver,
                Bytes.wrap(SealedBox.seal(department, countsContext, counts, system)),
                outcome.exchange().rounds(),
                Rounding.up(outcome.exchange().bytesSent() + outcome.exchange().bytesReceived()),
                run.proofs()));
    }

    private void seal(VerificationKey receiver, byte[] context, Outcome outcome) throws IOException {
        try (SealingStream result = SealedFile.seal(
                new BufferedOutputStream(Files.newOutputStream(scratch.resolve("result.sealed"))),
                List.of(receiver),
                context,
                system)) {
            outcome.writePlaintext(result);
            result.finish();
        }
    }

    private static byte[] context(String prefix, JobFacts facts) {
        return (prefix + facts.job() + ":" + facts.attempt()).getBytes(StandardCharsets.UTF_8);
    }

    private static PoyangException outOfTurn() {
        return new PoyangException(
                KernelErrors.BAD_ENCODING,
                "the host spoke out of turn",
                "host and compute child of one release are needed");
    }
}
