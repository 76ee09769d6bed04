package poyang.executor.job;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// Messages between a host and a child as bytes: 32-bit length, then so many bytes. Writing is safe from many
/// threads, reading is one thread's.
final class MessageFrames {
    /// The longest protocol frame in a message.
    static final int LONGEST_FRAME_BYTES = 4 << 20;

    private static final int LONGEST_MESSAGE_BYTES = LONGEST_FRAME_BYTES + (64 << 10);

    private final DataInputStream in;
    private final DataOutputStream out;

    MessageFrames(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = new DataOutputStream(out);
    }

    /// @throws PoyangException `CHILD_LOST` when the other end is gone
    void write(byte[] message) {
        synchronized (out) {
            try {
                out.writeInt(message.length);
                out.write(message);
                out.flush();
            } catch (IOException e) {
                throw lost(e);
            }
        }
    }

    /// @throws PoyangException `CHILD_LOST` when the other end is gone, `BAD_ENCODING` for a message that is
    ///     too long
    byte[] read() {
        try {
            int length = in.readInt();
            if (length < 0 || length > LONGEST_MESSAGE_BYTES) {
                throw new PoyangException(
                        KernelErrors.BAD_ENCODING,
                        "a message between host and child announces " + (length & 0xffff_ffffL) + " bytes",
                        "at most " + LONGEST_MESSAGE_BYTES + " are allowed");
            }
            byte[] encoded = in.readNBytes(length);
            if (encoded.length < length) {
                throw new EOFException();
            }
            return encoded;
        } catch (IOException e) {
            throw lost(e);
        }
    }

    private static PoyangException lost(IOException cause) {
        return new PoyangException(
                ExecutorErrors.CHILD_LOST,
                "the other end of the channel between host and child is gone",
                "look for the reason in the executor's log",
                cause);
    }
}
