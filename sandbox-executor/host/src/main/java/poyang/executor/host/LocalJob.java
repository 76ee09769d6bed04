package poyang.executor.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import poyang.crypto.Sm2PublicKey;
import poyang.executor.host.Children.Computing;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.executor.job.ReaderRequest;
import poyang.executor.job.SourceDescription;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// One attempt of one job between two parties on this machine, each with a jailed reader and a jailed
/// compute child of its own. The host sees commitments, sealed boxes and protocol frames, which it
/// counts; a frame flows only when both sides have committed to input and seed.
///
/// The first failure ends the attempt: all children are killed, their folders wiped, and nothing of
/// its randomness is used again.
public final class LocalJob {
    /// Frames under way in one direction; together with the sockets' buffers more than any protocol
    /// here has outstanding.
    private static final int QUEUED_FRAMES = 8;

    private final ExecutorSetup setup;
    private final Attempt attempt;
    private final JobProgress progress;
    private final CompletableFuture<PoyangException> failure = new CompletableFuture<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<Children> running = new CopyOnWriteArrayList<>();

    private LocalJob(ExecutorSetup setup, Attempt attempt, JobProgress progress) {
        this.setup = setup;
        this.attempt = attempt;
        this.progress = progress;
    }

    /// @param job its id: 1 to 64 of `a-z 0-9 -`
    /// @param attempt from 1
    /// @param receiver the key that the left side's result is sealed to
    public record Attempt(String job, int attempt, JobPlan plan, Side left, Side right, Sm2PublicKey receiver) {}

    /// @param department the key that opening and counts are sealed to
    /// @param opening where the sealed opening goes
    public record Side(PartyId party, Source source, Sm2PublicKey department, Path opening) {}

    /// What the host learns.
    public record Result(
            ChildMessage.Committed leftInput,
            ChildMessage.Committed rightInput,
            ChildMessage.Output left,
            ChildMessage.Output right,
            long protocolMillis,
            long bytesExchanged) {}

    /// Runs the attempt to its end.
    ///
    /// @param sealedResult where the result sealed to the receiver goes, context
    ///     `poyang.result.v1:JOB:ATTEMPT`
    /// @param progress hears the left side
    /// @throws PoyangException the first failure of either side
    public static Result run(ExecutorSetup setup, Attempt attempt, Path sealedResult, JobProgress progress) {
        return new LocalJob(setup, attempt, progress).run(sealedResult);
    }

    /// The columns, counts and statistics of a source, found by a jailed reader.
    public static SourceDescription discover(ExecutorSetup setup, Source source) {
        try {
            return Children.describe(setup, "discover-" + System.nanoTime(), source, ReaderRequest.Mode.DISCOVER);
        } catch (PoyangException e) {
            throw outside(source, e);
        }
    }

    private Result run(Path sealedResult) {
        JobKind kind = JobKind.of(attempt.plan());
        try (Computing left = start(attempt.left(), kind.columns(attempt.plan(), true));
                Computing right = start(attempt.right(), kind.columns(attempt.plan(), false))) {
            running.add(left.children());
            running.add(right.children());
            watchTime();
            JobFacts leftFacts = facts(attempt.left(), attempt.right(), true);
            JobFacts rightFacts = facts(attempt.right(), attempt.left(), false);
            CompletableFuture<ChildMessage.Committed> leftReads =
                    spawn(() -> committed(attempt.left(), leftFacts, left));
            CompletableFuture<ChildMessage.Committed> rightReads =
                    spawn(() -> committed(attempt.right(), rightFacts, right));
            ChildMessage.Committed leftInput = await(leftReads);
            ChildMessage.Committed rightInput = await(rightReads);
            long start = System.nanoTime();
            FrameMeter leftMeter = FrameMeter.sent(
                    leftFacts.self(), kind.bounds(leftFacts, leftInput.roundedRows(), rightInput.roundedRows()));
            FrameMeter rightMeter = FrameMeter.sent(
                    rightFacts.self(), kind.bounds(rightFacts, rightInput.roundedRows(), leftInput.roundedRows()));
            CompletableFuture<ChildMessage.Output> leftRuns = relay(left, right, leftMeter, progress);
            CompletableFuture<ChildMessage.Output> rightRuns = relay(right, left, rightMeter, (_, _, _) -> {});
            left.channel().send(new ChildMessage.Go());
            right.channel().send(new ChildMessage.Go());
            ChildMessage.Output leftOutput = await(leftRuns);
            ChildMessage.Output rightOutput = await(rightRuns);
            if (!leftOutput.transcript().equals(rightOutput.transcript())) {
                throw new PoyangException(
                        KernelErrors.PEER_MISBEHAVED,
                        "the two sides' transcripts differ",
                        "run the job again and report this");
            }
            move(left.scratch().resolve("result.sealed"), sealedResult);
            move(left.scratch().resolve("opening.sealed"), attempt.left().opening());
            move(right.scratch().resolve("opening.sealed"), attempt.right().opening());
            return new Result(
                    leftInput,
                    rightInput,
                    leftOutput,
                    rightOutput,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start),
                    leftMeter.bytes() + rightMeter.bytes());
        } finally {
            over.countDown();
        }
    }

    private Computing start(Side side, List<String> columns) {
        String name = attempt.job() + "-" + attempt.attempt() + "-" + side.party();
        return Children.start(setup, name, side.source(), columns);
    }

    private JobFacts facts(Side self, Side peer, boolean receives) {
        return new JobFacts(attempt.job(), attempt.attempt(), self.party(), peer.party(), receives, attempt.plan());
    }

    private ChildMessage.Committed committed(Side side, JobFacts facts, Computing child) {
        Bytes receiver = facts.receives() ? attempt.receiver().encoded() : Bytes.empty();
        child.channel()
                .send(new ChildMessage.Start(facts, receiver, side.department().encoded()));
        while (true) {
            switch (child.channel().receive()) {
                case ChildMessage.Committed committed -> {
                    return committed;
                }
                case ChildMessage.Progress at -> {
                    if (facts.receives()) {
                        progress.at(at.phase(), at.done(), at.total());
                    }
                }
                case ChildMessage.Failed failed -> throw outside(side.source(), failed.failure());
                case ChildMessage.Start _, ChildMessage.Go _, ChildMessage.Frame _, ChildMessage.Output _ ->
                    throw outOfTurn(side.party());
            }
        }
    }

    /// Carries the frames of `from` to `to` until `from` has given its output. A queue lies between,
    /// because both sides may send before either receives.
    private CompletableFuture<ChildMessage.Output> relay(
            Computing from, Computing to, FrameMeter meter, JobProgress heard) {
        BlockingQueue<Optional<ChildMessage.Frame>> queue = new ArrayBlockingQueue<>(QUEUED_FRAMES);
        CompletableFuture<Boolean> carried = spawn(() -> {
            Optional<ChildMessage.Frame> frame = queue.take();
            while (frame.isPresent()) {
                to.channel().send(frame.get());
                frame = queue.take();
            }
            return true;
        });
        CompletableFuture<ChildMessage.Output> given = spawn(() -> {
            try {
                return frames(from, queue, meter, heard);
            } catch (PoyangException e) {
                queue.clear();
                throw e;
            } finally {
                queue.put(Optional.empty());
            }
        });
        return given.thenCombine(carried, (output, _) -> output);
    }

    private static ChildMessage.Output frames(
            Computing from, BlockingQueue<Optional<ChildMessage.Frame>> queue, FrameMeter meter, JobProgress heard)
            throws InterruptedException {
        while (true) {
            switch (from.channel().receive()) {
                case ChildMessage.Frame frame -> {
                    meter.count(frame.content().length());
                    queue.put(Optional.of(frame));
                }
                case ChildMessage.Progress at -> heard.at(at.phase(), at.done(), at.total());
                case ChildMessage.Output output -> {
                    return output;
                }
                case ChildMessage.Failed failed -> throw failed.failure();
                case ChildMessage.Start _, ChildMessage.Go _, ChildMessage.Committed _ ->
                    throw outOfTurn(meter.sender());
            }
        }
    }

    /// The first failure kills both sides, so that whoever waits for a child goes on.
    private void fail(PoyangException e) {
        if (failure.complete(e)) {
            running.forEach(Children::kill);
        }
    }

    private void watchTime() {
        int seconds = setup.compute().seconds();
        Thread.ofVirtual().start(() -> {
            try {
                if (!over.await(seconds, TimeUnit.SECONDS)) {
                    fail(tooLong(seconds));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /// Something that may fail or be interrupted.
    @FunctionalInterface
    private interface Step<T> {
        T run() throws InterruptedException;
    }

    /// Runs `step` on a thread of its own; its failure becomes the attempt's, if it is the first.
    private <T> CompletableFuture<T> spawn(Step<T> step) {
        CompletableFuture<T> done = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                done.complete(step.run());
            } catch (PoyangException e) {
                fail(e);
                done.completeExceptionally(e);
            } catch (InterruptedException | RuntimeException e) {
                fail(new PoyangException(
                        ExecutorErrors.INTERNAL, "the host failed: " + e, "report this with the release's number", e));
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /// What `step` gave, or the attempt's first failure, whichever side it came from.
    private <T> T await(CompletableFuture<T> step) {
        try {
            return step.join();
        } catch (CompletionException e) {
            throw failure.join();
        }
    }

    private static void move(Path from, Path to) {
        try {
            Path draft = to.resolveSibling(to.getFileName() + ".part");
            Files.copy(from, draft, StandardCopyOption.REPLACE_EXISTING);
            Files.move(draft, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new PoyangException(
                    ExecutorErrors.INTERNAL,
                    "a sealed file could not be moved to " + to,
                    "check that its folder exists and has room",
                    e);
        }
    }

    private static PoyangException outside(Source source, PoyangException inside) {
        return new PoyangException(
                inside.code(), source.outside(inside.wrong()), source.outside(inside.right()), inside);
    }

    private static PoyangException outOfTurn(PartyId side) {
        return new PoyangException(
                KernelErrors.BAD_ENCODING,
                "the compute child of " + side + " spoke out of turn",
                "host and compute child of one release are needed");
    }

    private static PoyangException tooLong(int seconds) {
        return new PoyangException(
                ExecutorErrors.TIME_LIMIT,
                "the attempt took longer than its " + seconds + " s",
                "raise the compute child's limit, or narrow the input");
    }
}
