package poyang.sdk;

import java.nio.ByteBuffer;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// The frames of a private look-up, as the holder's receipt and the asker's report name them.
public final class LookupFrames {
    private LookupFrames() {}

    /// SM3 over each frame's length (32 bits) and content, question and answer in turn.
    public static Bytes digest(List<Bytes> frames) {
        Sm3 hash = new Sm3();
        for (Bytes frame : frames) {
            hash.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(frame.length()).array());
            hash.update(frame.toArray());
        }
        return Bytes.wrap(hash.digest());
    }

    /// The same of a look-up by keys.
    public static Bytes digest(byte[] blinded, byte[] evaluated, byte[] queries, byte[] answers) {
        return digest(List.of(Bytes.wrap(blinded), Bytes.wrap(evaluated), Bytes.wrap(queries), Bytes.wrap(answers)));
    }
}
