package poyang.executor.job;

import java.io.InputStream;
import java.io.OutputStream;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Sends and receives {@link ChildMessage}s: 32-bit length, then the canonical form. Sending is safe
/// from many threads, receiving is one thread's.
public final class ChildChannel {
    /// The longest protocol frame.
    public static final int LONGEST_FRAME_BYTES = MessageFrames.LONGEST_FRAME_BYTES;

    private static final String DOMAIN = "poyang.child-message.v1";
    private static final int LONGEST_TEXT = 4096;
    private static final int LONGEST_FIELD = 16 << 10;
    private static final int LINKS_MAX = 16;
    private static final int PROOFS_MAX = 16;
    private static final int PUBLIC_MAX = 1024;

    private final MessageFrames frames;

    public ChildChannel(InputStream in, OutputStream out) {
        frames = new MessageFrames(in, out);
    }

    /// @throws PoyangException `CHILD_LOST` when the other end is gone
    public void send(ChildMessage message) {
        frames.write(encode(message));
    }

    /// The next message.
    ///
    /// @throws PoyangException `CHILD_LOST` when the other end is gone, `BAD_ENCODING` when it does
    ///     not follow the protocol
    public ChildMessage receive() {
        return decode(frames.read());
    }

    static byte[] encode(ChildMessage message) {
        CanonicalWriter out = new CanonicalWriter(DOMAIN);
        switch (message) {
            case ChildMessage.Start m -> {
                m.facts().write(out.u8(1));
                out.bytes(m.receiverKey())
                        .bytes(m.departmentKey())
                        .bytes(m.markSecret())
                        .bytes(m.stamp())
                        .list(
                                m.provingKey().stream().toList(),
                                (w, key) -> w.text(key.file()).bytes(key.secret()));
            }
            case ChildMessage.Go() -> out.u8(2);
            case ChildMessage.Frame m -> out.u8(3).text(m.peer().name()).bytes(m.content());
            case ChildMessage.Progress m ->
                out.u8(4).text(m.phase()).u64(m.done()).u64(m.total());
            case ChildMessage.Committed m ->
                out.u8(5)
                        .bytes(m.inputRoot())
                        .bytes(m.seedCommitment())
                        .u64(m.roundedRows())
                        .bytes(m.versionMark());
            case ChildMessage.Output m ->
                out.u8(6)
                        .bytes(m.outputCommitment())
                        .bytes(m.transcript())
                        .list(m.links(), (w, link) -> w.text(link.peer().name()).bytes(link.transcript()))
                        .bytes(m.countsToReceiver())
                        .bytes(m.countsToDepartment())
                        .u32(m.rounds())
                        .u64(m.roundedBytes())
                        .list(
                                m.proofs(),
                                (w, each) -> w.text(each.proof()).list(each.publicValues(), CanonicalWriter::text));
            case ChildMessage.Read() -> out.u8(8);
            case ChildMessage.Failed m -> out.u8(7).bytes(RowPipe.Failure.encode(m.failure()));
        }
        return out.toArray();
    }

    static ChildMessage decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        int kind = in.u8();
        ChildMessage message = switch (kind) {
            case 1 ->
                new ChildMessage.Start(
                        JobFacts.read(in),
                        in.bytes(LONGEST_FIELD),
                        in.bytes(LONGEST_FIELD),
                        in.exactly(32),
                        in.bytes(32),
                        in.list(1, r -> new ProvingKey(r.text(LONGEST_TEXT), r.exactly(32))).stream()
                                .findFirst());
            case 2 -> new ChildMessage.Go();
            case 3 -> new ChildMessage.Frame(party(in), in.bytes(LONGEST_FRAME_BYTES));
            case 4 -> new ChildMessage.Progress(in.text(LONGEST_TEXT), in.u64(), in.u64());
            case 5 -> new ChildMessage.Committed(in.exactly(32), in.exactly(32), in.u64(), in.exactly(32));
            case 6 ->
                new ChildMessage.Output(
                        in.bytes(32),
                        in.exactly(32),
                        in.list(LINKS_MAX, r -> new LinkDigest(party(r), r.exactly(32))),
                        in.bytes(LONGEST_FIELD),
                        in.bytes(LONGEST_FIELD),
                        (int) in.u32(),
                        in.u64(),
                        in.list(
                                PROOFS_MAX,
                                r -> new ShownProof(
                                        r.text(LONGEST_FIELD), r.list(PUBLIC_MAX, each -> each.text(LONGEST_TEXT)))));
            case 8 -> new ChildMessage.Read();
            case 7 -> new ChildMessage.Failed(RowPipe.Failure.decode(in.array(LONGEST_FIELD)));
            default ->
                throw new PoyangException(
                        KernelErrors.BAD_ENCODING,
                        "a message between host and child has the unknown kind " + kind,
                        "host and child of one release are needed");
        };
        in.end();
        return message;
    }

    private static PartyId party(CanonicalReader in) {
        return new PartyId(in.text(LONGEST_TEXT));
    }
}
