package poyang.wire.transport;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// What is said on a connection that is to lead to a third node: control frames of a kind and a text.
enum Call {
    /// Put me through to the node of this name.
    TO((byte) 3),
    /// From here on you speak with it.
    THROUGH((byte) 4),
    /// No, for this reason.
    NOT((byte) 5);

    private static final int TEXT_MAX = 200;

    private final byte kind;

    Call(byte kind) {
        this.kind = kind;
    }

    Frame frame(Bytes id, String text) {
        byte[] words = text.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[1 + Math.min(TEXT_MAX, words.length)];
        payload[0] = kind;
        System.arraycopy(words, 0, payload, 1, payload.length - 1);
        return new Frame(id, Frame.CONTROL, Bytes.wrap(payload));
    }

    /// Is the frame this?
    boolean is(Frame frame) {
        return frame.channel() == Frame.CONTROL
                && frame.payload().length() > 0
                && frame.payload().length() <= 1 + TEXT_MAX
                && frame.payload().at(0) == kind;
    }

    /// The text of a frame that is this.
    static String text(Frame frame) {
        byte[] payload = frame.payload().toArray();
        return new String(Arrays.copyOfRange(payload, 1, payload.length), StandardCharsets.UTF_8);
    }

    /// The name in a {@link #TO}; empty when it is none.
    static Optional<PartyId> wanted(Frame frame) {
        try {
            return Optional.of(new PartyId(text(frame)));
        } catch (PoyangException e) {
            return Optional.empty();
        }
    }
}
