package poyang.executor.host;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import poyang.crypto.Sm2PublicKey;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobProgress;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Both sides of an attempt in one process, joined by queues: real children, no chain and no network.
final class LocalJob {
    private LocalJob() {}

    /// @param bucketKeys of a run on disk, else 0
    record Attempt(
            String job, int attempt, JobPlan plan, Side left, Side right, Sm2PublicKey receiver, int bucketKeys) {
        /// Buckets at a time that the left side would work on; the right one would on two more.
        static final int LINES = 2;

        /// In memory.
        Attempt(String job, int attempt, JobPlan plan, Side left, Side right, Sm2PublicKey receiver) {
            this(job, attempt, plan, left, right, receiver, 0);
        }
    }

    /// @param department the key that opening and counts are sealed to
    /// @param opening where the sealed opening goes
    /// @param kept the folder that stays over attempts
    record Side(PartyId party, Source source, Sm2PublicKey department, Path opening, Optional<Path> kept) {
        Side(PartyId party, Source source, Sm2PublicKey department, Path opening) {
            this(party, source, department, opening, Optional.empty());
        }
    }

    record Result(
            ChildMessage.Committed leftInput,
            ChildMessage.Committed rightInput,
            ChildMessage.Output left,
            ChildMessage.Output right) {}

    /// @param progress hears the left side, which gets the result
    static Result run(ExecutorSetup setup, Attempt attempt, Path sealedResult, JobProgress progress) {
        return run(setup, attempt, sealedResult, progress, (_, _, _) -> {});
    }

    /// @param other hears the right side
    static Result run(
            ExecutorSetup setup, Attempt attempt, Path sealedResult, JobProgress progress, JobProgress other) {
        JobKind kind = JobKind.of(attempt.plan());
        PartyRun.Party leftParty = party(attempt, true);
        PartyRun.Party rightParty = party(attempt, false);
        try (PartyRun left = PartyRun.start(setup, leftParty, progress);
                PartyRun right = PartyRun.start(setup, rightParty, other)) {
            CompletableFuture<ChildMessage.Committed> rightReads = async(right, left, right::commit);
            ChildMessage.Committed leftInput = join(async(left, right, left::commit));
            ChildMessage.Committed rightInput = join(rightReads);
            QueueLink there = new QueueLink();
            QueueLink back = there.other();
            CompletableFuture<ChildMessage.Output> rightRuns = async(
                    right,
                    left,
                    () -> right.exchange(line(
                            back,
                            leftParty,
                            meter(kind, rightParty, rightInput, leftInput),
                            meter(kind, leftParty, leftInput, rightInput))));
            ChildMessage.Output leftOutput = join(async(
                    left,
                    right,
                    () -> left.exchange(line(
                            there,
                            rightParty,
                            meter(kind, leftParty, leftInput, rightInput),
                            meter(kind, rightParty, rightInput, leftInput)))));
            ChildMessage.Output rightOutput = join(rightRuns);
            left.keepResult(sealedResult);
            left.keepOpening(attempt.left().opening());
            right.keepOpening(attempt.right().opening());
            return new Result(leftInput, rightInput, leftOutput, rightOutput);
        }
    }

    private static Map<PartyId, PartyRun.Line> line(
            FrameLink link, PartyRun.Party peer, FrameMeter own, FrameMeter other) {
        return Map.of(peer.facts().self(), new PartyRun.Line(link, own, other));
    }

    private static PartyRun.Party party(Attempt attempt, boolean left) {
        Side self = left ? attempt.left() : attempt.right();
        Side peer = left ? attempt.right() : attempt.left();
        JobFacts facts = new JobFacts(
                        attempt.job(), attempt.attempt(), self.party(), peer.party(), left, attempt.plan())
                .in(
                        attempt.bucketKeys() == 0
                                ? JobFacts.Buckets.NONE
                                : new JobFacts.Buckets(attempt.bucketKeys(), Attempt.LINES + (left ? 0 : 2)));
        return new PartyRun.Party(
                facts,
                left ? 0 : 1,
                Optional.of(self.source()),
                left ? Optional.of(attempt.receiver()) : Optional.empty(),
                self.department(),
                Bytes.wrap(new byte[32]),
                /* rows= */ 1_000,
                self.kept(),
                Optional.empty());
    }

    private static FrameMeter meter(
            JobKind kind, PartyRun.Party party, ChildMessage.Committed own, ChildMessage.Committed peer) {
        return FrameMeter.sent(
                party.facts().self(),
                kind.bounds(
                        party.facts(),
                        party.facts().peer(),
                        Map.of(
                                party.facts().self(),
                                own.roundedRows(),
                                party.facts().peer(),
                                peer.roundedRows())));
    }

    /// A failure of one side ends the other.
    private static <T> CompletableFuture<T> async(PartyRun own, PartyRun other, Supplier<T> step) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return step.get();
            } catch (PoyangException e) {
                own.fail(e);
                other.fail(e);
                throw e;
            }
        });
    }

    private static <T> T join(CompletableFuture<T> step) {
        try {
            return step.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof PoyangException failure) {
                throw failure;
            }
            throw e;
        }
    }

    /// One end of two queues.
    static final class QueueLink implements FrameLink {
        private static final int FRAMES = 8;
        private final BlockingQueue<Optional<Bytes>> out;
        private final BlockingQueue<Optional<Bytes>> in;

        QueueLink() {
            this(new ArrayBlockingQueue<>(FRAMES), new ArrayBlockingQueue<>(FRAMES));
        }

        private QueueLink(BlockingQueue<Optional<Bytes>> out, BlockingQueue<Optional<Bytes>> in) {
            this.out = out;
            this.in = in;
        }

        QueueLink other() {
            return new QueueLink(in, out);
        }

        @Override
        public void send(Bytes frame) throws InterruptedException {
            out.put(Optional.of(frame));
        }

        @Override
        public Optional<Bytes> receive() throws InterruptedException {
            return in.take();
        }

        @Override
        public void finish() {
            try {
                out.put(Optional.empty());
            } catch (InterruptedException e) {
                throw new PoyangException(KernelErrors.PEER_LOST, "interrupted", "run the test again", e);
            }
        }

        @Override
        public void abort(PoyangException because) {
            out.clear();
            boolean _ = out.offer(Optional.empty());
            in.clear();
            boolean _ = in.offer(Optional.empty());
        }
    }
}
