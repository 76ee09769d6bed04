package poyang.executor.job;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import poyang.crypto.SigningKey;
import poyang.crypto.VerificationKey;
import poyang.crypto.storage.SealedFile;
import poyang.crypto.storage.SealingStream;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Everything that one party's side of an attempt depended on, sealed to the department's own key:
/// facts, seed, input, incoming frames, and the commitments that running it again must give.
///
/// The file is a {@link SealedFile} of entries, each behind its 32-bit length; the last is the outcome,
/// and only with it the file becomes whole.
public final class Opening {
    private static final byte[] CONTEXT = "poyang.opening.v1".getBytes(StandardCharsets.US_ASCII);
    private static final String FACTS_DOMAIN = "poyang.opening-facts.v1";
    private static final String OUTCOME_DOMAIN = "poyang.opening-outcome.v1";
    private static final String FRAME_DOMAIN = "poyang.opening-frame.v1";
    private static final int LONGEST_NAME = 1024;
    private static final int LONGEST_ENTRY = ChildChannel.LONGEST_FRAME_BYTES + LONGEST_NAME + 64;

    private Opening() {}

    /// One entry, in the order in which a run meets them.
    public sealed interface Entry {
        record Facts(JobFacts facts) implements Entry {}

        /// The seed of all of the run's randomness; printed as nothing.
        final class Seed implements Entry {
            private final byte[] value;

            public Seed(byte[] value) {
                this.value = value.clone();
            }

            public byte[] value() {
                return value.clone();
            }

            @Override
            public String toString() {
                return "Seed";
            }
        }

        /// Some bytes of the reader's Arrow stream.
        record Input(Bytes content) implements Entry {}

        /// Some bytes of what an earlier attempt left and this one goes on from.
        record Carried(Bytes content) implements Entry {}

        /// A frame from the other side of a job of two parties.
        record Frame(Bytes content) implements Entry {}

        /// A frame from one of several other parties.
        record PeerFrame(PartyId from, Bytes content) implements Entry {}

        /// The end: what the run committed to and gave.
        record Outcome(Bytes inputRoot, Bytes seedCommitment, Bytes transcript, Bytes outputCommitment)
                implements Entry {}
    }

    /// Writes an opening while the run goes on.
    public static final class Writer implements AutoCloseable {
        private final SealingStream sealing;
        private final DataOutputStream out;

        public Writer(OutputStream out, VerificationKey to, RandomSource random) throws IOException {
            sealing = SealedFile.seal(out, List.of(to), CONTEXT, random);
            this.out = new DataOutputStream(sealing);
        }

        public synchronized void write(Entry entry) {
            byte[] encoded = encode(entry);
            try {
                out.writeInt(encoded.length);
                out.write(encoded);
                if (entry instanceof Entry.Outcome) {
                    sealing.finish();
                }
            } catch (IOException e) {
                throw new PoyangException(
                        ExecutorErrors.INTERNAL,
                        "the opening could not be written",
                        "check the space and the file size limit of the scratch folder",
                        e);
            } finally {
                Arrays.fill(encoded, (byte) 0);
            }
        }

        /// Without an outcome the file stays without its last chunk, and opens as a whole nowhere.
        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    /// Reads an opening.
    public static final class Reader {
        private final DataInputStream in;
        private boolean ended;

        /// @throws PoyangException `OPENING_REJECTED` when it is not sealed to this key or malformed
        public Reader(InputStream in, SigningKey department) throws IOException {
            try {
                this.in = new DataInputStream(SealedFile.open(in, department, CONTEXT));
            } catch (PoyangException e) {
                throw rejected();
            }
        }

        /// The next entry; empty after the outcome.
        ///
        /// @throws PoyangException `OPENING_REJECTED` when a byte was changed or the end is missing
        public Optional<Entry> next() throws IOException {
            if (ended) {
                return Optional.empty();
            }
            try {
                int length = in.readInt();
                if (length < 0 || length > LONGEST_ENTRY) {
                    throw rejected();
                }
                byte[] encoded = new byte[length];
                in.readFully(encoded);
                Entry entry = decode(encoded);
                ended = entry instanceof Entry.Outcome;
                if (ended && in.read() >= 0) {
                    throw rejected();
                }
                return Optional.of(entry);
            } catch (EOFException | PoyangException e) {
                throw rejected();
            }
        }
    }

    private static byte[] encode(Entry entry) {
        return switch (entry) {
            case Entry.Facts(JobFacts facts) -> {
                CanonicalWriter out = new CanonicalWriter(FACTS_DOMAIN);
                facts.write(out);
                yield tagged(1, out.toArray());
            }
            case Entry.Seed seed -> tagged(2, seed.value());
            case Entry.Input(Bytes content) -> tagged(3, content.toArray());
            case Entry.Carried(Bytes content) -> tagged(16, content.toArray());
            case Entry.Frame(Bytes content) -> tagged(4, content.toArray());
            case Entry.PeerFrame(PartyId from, Bytes content) ->
                tagged(
                        6,
                        new CanonicalWriter(FRAME_DOMAIN)
                                .text(from.name())
                                .bytes(content)
                                .toArray());
            case Entry.Outcome outcome ->
                tagged(
                        5,
                        new CanonicalWriter(OUTCOME_DOMAIN)
                                .bytes(outcome.inputRoot())
                                .bytes(outcome.seedCommitment())
                                .bytes(outcome.transcript())
                                .bytes(outcome.outputCommitment())
                                .toArray());
        };
    }

    private static Entry decode(byte[] plain) {
        byte[] content = Arrays.copyOfRange(plain, Math.min(1, plain.length), plain.length);
        return switch (plain.length == 0 ? 0 : plain[0]) {
            case 1 -> {
                CanonicalReader in = new CanonicalReader(FACTS_DOMAIN, content);
                JobFacts facts = JobFacts.read(in);
                in.end();
                yield new Entry.Facts(facts);
            }
            case 2 -> new Entry.Seed(content);
            case 3 -> new Entry.Input(Bytes.wrap(content));
            case 4 -> new Entry.Frame(Bytes.wrap(content));
            case 5 -> {
                CanonicalReader in = new CanonicalReader(OUTCOME_DOMAIN, content);
                Entry.Outcome outcome = new Entry.Outcome(in.exactly(32), in.exactly(32), in.exactly(32), in.bytes(32));
                in.end();
                yield outcome;
            }
            case 6 -> {
                CanonicalReader in = new CanonicalReader(FRAME_DOMAIN, content);
                Entry.PeerFrame frame = new Entry.PeerFrame(
                        new PartyId(in.text(LONGEST_NAME)), in.bytes(ChildChannel.LONGEST_FRAME_BYTES));
                in.end();
                yield frame;
            }
            case 16 -> new Entry.Carried(Bytes.wrap(content));
            default -> throw rejected();
        };
    }

    private static byte[] tagged(int tag, byte[] content) {
        byte[] tagged = new byte[content.length + 1];
        tagged[0] = (byte) tag;
        System.arraycopy(content, 0, tagged, 1, content.length);
        return tagged;
    }

    private static PoyangException rejected() {
        return new PoyangException(
                ExecutorErrors.OPENING_REJECTED,
                "the opening does not open with this key, or it was changed or cut",
                "give the whole file and the key of the department that it was sealed to");
    }
}
