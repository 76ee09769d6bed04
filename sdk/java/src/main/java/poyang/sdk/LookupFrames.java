package poyang.sdk;

import java.nio.ByteBuffer;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;

/// The four frames of a private look-up, as the holder's receipt and the asker's report name them.
public final class LookupFrames {
    private LookupFrames() {}

    /// SM3 over each frame's length (32 bits) and content.
    public static Bytes digest(byte[] blinded, byte[] evaluated, byte[] queries, byte[] answers) {
        Sm3 hash = new Sm3();
        for (byte[] frame : List.of(blinded, evaluated, queries, answers)) {
            hash.update(ByteBuffer.allocate(Integer.BYTES).putInt(frame.length).array());
            hash.update(frame);
        }
        return Bytes.wrap(hash.digest());
    }
}
