package poyang.executor.compute;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import poyang.crypto.SeededRandom;
import poyang.crypto.SigningKey;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobRun;
import poyang.executor.job.Opening;
import poyang.executor.job.Workplace;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// Runs one party's side of an attempt again from its opening and gives what it commits to. Equal to
/// the receipt's values, it shows that the party ran the stated protocol on the committed input with
/// the committed randomness, and that the peer's frames were those of the transcript.
public final class Replay {
    private Replay() {}

    /// What a run commits to.
    ///
    /// @param outputCommitment empty where the party got no result
    /// @param resumed the attempt went on from what earlier ones, or jobs, had left, which is not run again
    ///     here: it is taken as the opening states it
    public record Commitment(
            JobFacts facts,
            Bytes inputRoot,
            Bytes seedCommitment,
            Bytes transcript,
            Bytes outputCommitment,
            boolean resumed) {}

    /// @throws PoyangException `OPENING_REJECTED` when the opening does not open, is no whole run or
    ///     does not give the outcome that it states
    public static Commitment run(InputStream opening, SigningKey department) throws IOException {
        Path place = Files.createTempDirectory("poyang-replay");
        try {
            return run(new Opening.Reader(opening, department), place);
        } finally {
            wipe(place);
        }
    }

    private static void wipe(Path place) throws IOException {
        try (Stream<Path> files = Files.walk(place)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Commitment run(Opening.Reader entries, Path place) throws IOException {
        if (!(entries.next().orElse(null) instanceof Opening.Entry.Facts(JobFacts facts))
                || !(entries.next().orElse(null) instanceof Opening.Entry.Seed seed)) {
            throw rejected("it does not begin with facts and seed");
        }
        Deque<Opening.Entry> pending = new ArrayDeque<>();
        JobKind kind = JobKind.of(facts.plan());
        SeededRandom random = new SeededRandom(seed.value(), "poyang.run.v1");
        JobRun run = kind.open(
                facts,
                new Workplace(
                        place, Optional.of(place.resolve("kept")), seed.value(), random.fork("place of the replay")));
        RecordedStream input = new RecordedStream(entries, pending, Replay::input);
        boolean rows = kind.reads(facts) && input.begins();
        if (rows) {
            ArrowInput.feed(input, run, _ -> {});
        }
        RecordedStream carried = new RecordedStream(entries, pending, Replay::carried);
        boolean resumed = carried.begins();
        if (resumed) {
            run.carried(carried);
        }
        if (kind.reads(facts) && !rows && !run.takesUp(Bytes.empty())) {
            throw rejected("it has neither an input nor what stands for one");
        }
        Bytes root = run.inputRoot(random.fork("input"));
        RecordedFrames frames = new RecordedFrames(facts, entries, pending);
        Outcome outcome = Outcome.of(run, frames, random, (_, _, _) -> {});
        Commitment commitment = new Commitment(
                facts,
                root,
                run.seedCommitment(seed.value()),
                outcome.transcript(),
                outcome.outputCommitment(),
                resumed && kind.keeps(facts) != JobKind.Keeping.NOTHING);
        Opening.Entry.Outcome stated = frames.outcome();
        if (!stated.equals(new Opening.Entry.Outcome(
                root, commitment.seedCommitment(), commitment.transcript(), commitment.outputCommitment()))) {
            throw rejected("running it again gives another outcome than it states");
        }
        return commitment;
    }

    private static PoyangException rejected(String wrong) {
        return new PoyangException(
                ExecutorErrors.OPENING_REJECTED,
                "the opening is not that of a whole run: " + wrong,
                "give the opening that the executor stored for this attempt");
    }

    private static Optional<Bytes> input(Opening.Entry entry) {
        return entry instanceof Opening.Entry.Input(Bytes content) ? Optional.of(content) : Optional.empty();
    }

    private static Optional<Bytes> carried(Opening.Entry entry) {
        return entry instanceof Opening.Entry.Carried(Bytes content) ? Optional.of(content) : Optional.empty();
    }

    /// The entries of one kind as a stream; the first that is of another waits for who comes next.
    private static final class RecordedStream extends InputStream {
        private final Opening.Reader entries;
        private final Deque<Opening.Entry> pending;
        private final Function<Opening.Entry, Optional<Bytes>> kind;
        private byte[] chunk = new byte[0];
        private int position;

        RecordedStream(
                Opening.Reader entries, Deque<Opening.Entry> pending, Function<Opening.Entry, Optional<Bytes>> kind) {
            this.entries = entries;
            this.pending = pending;
            this.kind = kind;
        }

        /// Whether there is an entry of this kind.
        boolean begins() throws IOException {
            return position < chunk.length || next();
        }

        private boolean next() throws IOException {
            if (pending.isEmpty()) {
                pending.add(entries.next().orElseThrow(() -> rejected("it ends within the input")));
            }
            Optional<Bytes> content = kind.apply(pending.element());
            if (content.isEmpty()) {
                return false;
            }
            pending.remove();
            chunk = content.get().toArray();
            position = 0;
            return true;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            while (position == chunk.length) {
                if (!next()) {
                    return -1;
                }
            }
            int step = Math.min(length, chunk.length - position);
            System.arraycopy(chunk, position, target, from, step);
            position += step;
            return step;
        }
    }

    /// Gives the recorded frames; what is sent goes nowhere but into the transcript.
    private static final class RecordedFrames implements PartyNetwork {
        private final JobFacts facts;
        private final Opening.Reader entries;
        private final Deque<Opening.Entry> pending;

        RecordedFrames(JobFacts facts, Opening.Reader entries, Deque<Opening.Entry> pending) {
            this.facts = facts;
            this.entries = entries;
            this.pending = pending;
        }

        @Override
        public PartyId self() {
            return facts.self();
        }

        @Override
        public List<PartyId> peers() {
            return facts.peers().stream().sorted().toList();
        }

        @Override
        public void send(PartyId to, byte[] frame) {}

        @Override
        public byte[] receive(PartyId from) {
            Opening.Entry entry = next().orElse(null);
            if (entry instanceof Opening.Entry.Frame(Bytes content)) {
                return content.toArray();
            }
            if (entry instanceof Opening.Entry.PeerFrame(PartyId peer, Bytes content) && peer.equals(from)) {
                return content.toArray();
            }
            throw new PoyangException(
                    KernelErrors.PEER_LOST,
                    "the opening has no further frame from " + from,
                    "give the opening of an attempt that ended well");
        }

        Opening.Entry.Outcome outcome() {
            if (next().orElse(null) instanceof Opening.Entry.Outcome outcome) {
                return outcome;
            }
            throw rejected("frames are left over");
        }

        private Optional<Opening.Entry> next() {
            if (!pending.isEmpty()) {
                return Optional.of(pending.remove());
            }
            try {
                return entries.next();
            } catch (IOException e) {
                throw rejected("it cannot be read");
            }
        }
    }
}
