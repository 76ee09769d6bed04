package poyang.executor.job;

import java.io.InputStream;
import java.io.OutputStream;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// Sends and receives {@link ViewMessage}s: 32-bit length, then the canonical form. Sending is safe from many
/// threads, receiving is one thread's.
public final class ViewChannel {
    private static final String DOMAIN = "poyang.view-message.v1";
    private static final int LONGEST_TEXT = 4096;
    private static final int LONGEST_FIELD = 16 << 10;

    private final MessageFrames frames;

    public ViewChannel(InputStream in, OutputStream out) {
        frames = new MessageFrames(in, out);
    }

    /// @throws PoyangException `CHILD_LOST` when the other end is gone
    public void send(ViewMessage message) {
        frames.write(encode(message));
    }

    /// The next message.
    ///
    /// @throws PoyangException `CHILD_LOST` when the other end is gone, `BAD_ENCODING` when it does not follow
    ///     the protocol
    public ViewMessage receive() {
        return decode(frames.read());
    }

    static byte[] encode(ViewMessage message) {
        CanonicalWriter out = new CanonicalWriter(DOMAIN);
        switch (message) {
            case ViewMessage.Make m ->
                out.u8(1)
                        .text(m.identifierKind())
                        .u32(m.columns())
                        .u32(m.recordBytes())
                        .u32(m.recordsPerKey())
                        .u8(m.ranges() ? 1 : 0)
                        .text(m.kept())
                        .bytes(m.secret())
                        .u8(m.resumed() ? 1 : 0);
            case ViewMessage.Progress m ->
                out.u8(2).text(m.phase()).u64(m.done()).u64(m.total());
            case ViewMessage.Standing m ->
                out.u8(3)
                        .u32(m.table())
                        .bytes(m.form())
                        .u64(m.roundedRecords())
                        .u32(m.keywordsAtOnce())
                        .u64(m.keywordBytes())
                        .u64(m.memoryBytes())
                        .u32(m.steps());
            case ViewMessage.Evaluate m ->
                out.u8(4).u64(m.call()).u32(m.table()).u32(m.keywords()).bytes(m.blinded());
            case ViewMessage.Answer m ->
                out.u8(5).u64(m.call()).u32(m.table()).u32(m.keywords()).bytes(m.queries());
            case ViewMessage.Frame m -> out.u8(6).u64(m.call()).bytes(m.content());
            case ViewMessage.Refused m -> out.u8(7).u64(m.call()).bytes(RowPipe.Failure.encode(m.failure()));
            case ViewMessage.Failed m -> out.u8(8).bytes(RowPipe.Failure.encode(m.failure()));
            case ViewMessage.Read m -> out.u8(9).text(m.pipe());
            case ViewMessage.Unchanged _ -> out.u8(10);
            case ViewMessage.NotChanged m -> out.u8(11).bytes(RowPipe.Failure.encode(m.failure()));
            case ViewMessage.Retire m -> out.u8(12).u32(m.table());
        }
        return out.toArray();
    }

    static ViewMessage decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        int kind = in.u8();
        ViewMessage message = switch (kind) {
            case 1 ->
                new ViewMessage.Make(
                        in.text(LONGEST_TEXT),
                        number(in),
                        number(in),
                        number(in),
                        flag(in),
                        in.text(LONGEST_TEXT),
                        in.bytes(LONGEST_FIELD),
                        flag(in));
            case 2 -> new ViewMessage.Progress(in.text(LONGEST_TEXT), in.u64(), in.u64());
            case 3 ->
                new ViewMessage.Standing(
                        number(in), in.bytes(LONGEST_FIELD), in.u64(), number(in), in.u64(), in.u64(), number(in));
            case 4 ->
                new ViewMessage.Evaluate(in.u64(), number(in), number(in), in.bytes(MessageFrames.LONGEST_FRAME_BYTES));
            case 5 ->
                new ViewMessage.Answer(in.u64(), number(in), number(in), in.bytes(MessageFrames.LONGEST_FRAME_BYTES));
            case 6 -> new ViewMessage.Frame(in.u64(), in.bytes(MessageFrames.LONGEST_FRAME_BYTES));
            case 7 -> new ViewMessage.Refused(in.u64(), RowPipe.Failure.decode(in.array(LONGEST_FIELD)));
            case 8 -> new ViewMessage.Failed(RowPipe.Failure.decode(in.array(LONGEST_FIELD)));
            case 9 -> new ViewMessage.Read(in.text(LONGEST_TEXT));
            case 10 -> new ViewMessage.Unchanged();
            case 11 -> new ViewMessage.NotChanged(RowPipe.Failure.decode(in.array(LONGEST_FIELD)));
            case 12 -> new ViewMessage.Retire(number(in));
            default ->
                throw new PoyangException(
                        KernelErrors.BAD_ENCODING,
                        "a message between host and view child has the unknown kind " + kind,
                        "host and child of one release are needed");
        };
        in.end();
        return message;
    }

    private static boolean flag(CanonicalReader in) {
        int flag = in.u8();
        if (flag > 1) {
            throw new PoyangException(
                    KernelErrors.BAD_ENCODING, "a flag is " + flag, "host and child of one release are needed");
        }
        return flag == 1;
    }

    private static int number(CanonicalReader in) {
        return (int) Math.min(in.u32(), Integer.MAX_VALUE);
    }
}
