package poyang.executor.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import poyang.crypto.VerificationKey;
import poyang.executor.host.Children.Computing;
import poyang.executor.job.ChildMessage;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobProgress;
import poyang.executor.job.ProvingKey;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// One party's side of one attempt: a jailed reader, where the party has rows, and a jailed compute child. The host
/// sees
/// commitments, sealed boxes and protocol frames, which it counts; no frame flows before
/// {@link #exchange}, which the caller begins when both commitments are on chain.
///
/// The first failure ends the side: the children are killed, their folders wiped, and nothing of the
/// randomness is used again.
final class PartyRun implements AutoCloseable {
    private final Party party;
    private final Computing child;
    private final JobProgress progress;
    private final Optional<ProvingKey> provingKey;
    private final CompletableFuture<PoyangException> failure = new CompletableFuture<>();
    private final CountDownLatch over = new CountDownLatch(1);

    private PartyRun(Party party, Computing child, JobProgress progress, Optional<ProvingKey> provingKey) {
        this.party = party;
        this.provingKey = provingKey;
        this.child = child;
        this.progress = progress;
    }

    /// @param index the party's place in the job, from 0
    /// @param source of its rows, where the party has any
    /// @param receiver the key that the result is sealed to, where this side gets it
    /// @param department the key that opening and counts are sealed to
    /// @param markSecret of the data set, for marking its contents
    /// @param rows registered of the largest side
    /// @param kept the folder that stays for the job's next attempt, for a run on disk
    /// @param proving of a run that proves
    record Party(
            JobFacts facts,
            int index,
            Optional<Source> source,
            Optional<VerificationKey> receiver,
            VerificationKey department,
            Bytes markSecret,
            long rows,
            Optional<Path> kept,
            Optional<ProvingKeys.Held> proving) {
        /// In memory.
        Party(
                JobFacts facts,
                int index,
                Optional<Source> source,
                Optional<VerificationKey> receiver,
                VerificationKey department,
                Bytes markSecret,
                long rows) {
            this(facts, index, source, receiver, department, markSecret, rows, Optional.empty(), Optional.empty());
        }

        String shortName() {
            String job = facts.job();
            return job.substring(0, Math.min(8, job.length())) + "-" + facts.attempt() + "-" + facts.self();
        }

        /// Without keys and secret.
        @Override
        public String toString() {
            return "Party[" + facts + "]";
        }
    }

    /// Starts the children; the whole side must end within the compute child's seconds.
    static PartyRun start(ExecutorSetup setup, Party party, JobProgress progress) {
        JobKind kind = JobKind.of(party.facts().plan());
        Computing child = Children.start(
                setup,
                party.shortName(),
                party.source(),
                kind.columns(party.facts().plan(), party.index()),
                kind.work(party.facts().plan(), party.rows()),
                party.kept(),
                party.proving().map(ProvingKeys.Held::mount));
        PartyRun run = new PartyRun(party, child, progress, party.proving().map(held -> held.inside(setup.jail())));
        run.watchTime(setup.compute().seconds());
        return run;
    }

    /// Has the source read to its end; gives what goes on chain before the first frame.
    ///
    /// @throws PoyangException the side's first failure
    ChildMessage.Committed commit() {
        return await(spawn(() -> {
            Bytes receiver = party.receiver().map(VerificationKey::encoded).orElse(Bytes.empty());
            child.channel()
                    .send(new ChildMessage.Start(
                            party.facts(),
                            receiver,
                            party.department().encoded(),
                            party.markSecret(),
                            stamp(),
                            provingKey));
            while (true) {
                switch (child.channel().receive()) {
                    case ChildMessage.Committed committed -> {
                        return committed;
                    }
                    case ChildMessage.Read() -> child.children().read();
                    case ChildMessage.Progress at -> progress.at(at.phase(), at.done(), at.total());
                    case ChildMessage.Failed failed -> throw outside(failed.failure());
                    case ChildMessage.Start _, ChildMessage.Go _, ChildMessage.Frame _, ChildMessage.Output _ ->
                        throw outOfTurn();
                }
            }
        }));
    }

    /// Of the source, where a run may go on from what an earlier one of the same data kept.
    private Bytes stamp() {
        return party.kept().flatMap(_ -> party.source()).flatMap(Source::stamp).orElse(Bytes.empty());
    }

    /// The way to one other party.
    ///
    /// @param own meters the frames that this side's child sends to it
    /// @param peer meters the frames that it sends
    record Line(FrameLink link, FrameMeter own, FrameMeter peer) {}

    /// Runs the protocol with the other parties.
    ///
    /// @throws PoyangException the first failure of any side
    ChildMessage.Output exchange(Map<PartyId, Line> lines) {
        lines.values().forEach(line -> {
            CompletableFuture<Void> _ = failure.thenAccept(line.link()::abort);
        });
        try {
            child.channel().send(new ChildMessage.Go());
        } catch (PoyangException e) {
            // The child may be gone because the side has failed already: that reason counts.
            fail(e);
            throw failure.join();
        }
        CompletableFuture<ChildMessage.Output> out = spawn(() -> outward(lines));
        List<CompletableFuture<Optional<PoyangException>>> in = new ArrayList<>();
        lines.forEach((peer, line) -> in.add(spawn(() -> inward(peer, line))));
        ChildMessage.Output output = await(out);
        for (CompletableFuture<Optional<PoyangException>> each : in) {
            Optional<PoyangException> unheard = await(each);
            if (unheard.isPresent()) {
                fail(unheard.get());
                throw failure.join();
            }
        }
        return output;
    }

    private ChildMessage.Output outward(Map<PartyId, Line> lines) throws InterruptedException {
        while (true) {
            switch (child.channel().receive()) {
                case ChildMessage.Frame frame -> {
                    Line line = lines.get(frame.peer());
                    if (line == null) {
                        throw outOfTurn();
                    }
                    line.own().count(frame.content().length());
                    line.link().send(frame.content());
                }
                case ChildMessage.Progress at -> progress.at(at.phase(), at.done(), at.total());
                case ChildMessage.Output output -> {
                    lines.values().forEach(line -> line.link().finish());
                    return output;
                }
                case ChildMessage.Failed failed -> throw outside(failed.failure());
                case ChildMessage.Start _, ChildMessage.Go _, ChildMessage.Read _, ChildMessage.Committed _ ->
                    throw outOfTurn();
            }
        }
    }

    /// Hands frames to the child until there are no more.
    ///
    /// @return why the child no longer took one; its last words, which {@link #outward} reads, come first
    private Optional<PoyangException> inward(PartyId peer, Line line) throws InterruptedException {
        Optional<Bytes> frame = line.link().receive();
        while (frame.isPresent()) {
            line.peer().count(frame.get().length());
            try {
                child.channel().send(new ChildMessage.Frame(peer, frame.get()));
            } catch (PoyangException e) {
                return Optional.of(e);
            }
            frame = line.link().receive();
        }
        return Optional.empty();
    }

    /// Moves what the child sealed to where it stays; both only after {@link #exchange}.
    void keepResult(Path to) {
        move(child.scratch().resolve("result.sealed"), to);
    }

    void keepOpening(Path to) {
        move(child.scratch().resolve("opening.sealed"), to);
    }

    /// Ends the side; the first reason stays.
    void fail(PoyangException because) {
        if (failure.complete(because)) {
            child.children().kill();
        }
    }

    private void watchTime(int seconds) {
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
    private interface Step<T> {
        T run() throws InterruptedException;
    }

    /// Runs `step` on a thread of its own; its failure becomes the side's, if it is the first.
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

    private <T> T await(CompletableFuture<T> step) {
        try {
            return step.join();
        } catch (CompletionException e) {
            throw failure.join();
        }
    }

    @Override
    public void close() {
        over.countDown();
        child.close();
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

    private PoyangException outside(PoyangException inside) {
        return party.source()
                .map(source -> inside.reworded(source.outside(inside.wrong()), source.outside(inside.right())))
                .orElse(inside);
    }

    private PoyangException outOfTurn() {
        return new PoyangException(
                KernelErrors.BAD_ENCODING,
                "the compute child of " + party.facts().self() + " spoke out of turn",
                "host and compute child of one release are needed");
    }

    static PoyangException tooLong(int seconds) {
        return new PoyangException(
                ExecutorErrors.TIME_LIMIT,
                "the attempt took longer than its " + seconds + " s",
                "raise the compute child's limit, or narrow the input");
    }
}
