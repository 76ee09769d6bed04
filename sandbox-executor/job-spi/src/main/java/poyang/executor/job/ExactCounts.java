package poyang.executor.job;

import java.io.ByteArrayOutputStream;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// The exact counts that the chain shows rounded only; sealed to receiver and department. The encoding
/// is that of ExactCounts in receipts.proto: varint fields 1 to 6, zeros left out.
public record ExactCounts(
        long rowsRead, long distinctKeys, long peerKeys, long matches, long bytesSent, long bytesReceived) {
    private static final int FIELDS = 6;

    public byte[] encoded() {
        long[] fields = {rowsRead, distinctKeys, peerKeys, matches, bytesSent, bytesReceived};
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < FIELDS; i++) {
            if (fields[i] != 0) {
                out.write((i + 1) << 3);
                long rest = fields[i];
                while (rest >>> 7 != 0) {
                    out.write((int) (rest & 0x7f | 0x80));
                    rest >>>= 7;
                }
                out.write((int) rest);
            }
        }
        return out.toByteArray();
    }

    /// @throws PoyangException `BAD_ENCODING` unless `encoded` is what {@link #encoded} writes
    public static ExactCounts decode(byte[] encoded) {
        long[] fields = new long[FIELDS];
        int at = 0;
        int before = 0;
        while (at < encoded.length) {
            int field = (encoded[at] & 0xff) >>> 3;
            if (field <= before || field > FIELDS || (encoded[at] & 7) != 0) {
                throw malformed();
            }
            before = field;
            int shift = 0;
            do {
                at++;
                if (at == encoded.length || shift > 56) {
                    throw malformed();
                }
                fields[field - 1] |= (encoded[at] & 0x7fL) << shift;
                shift += 7;
            } while (encoded[at] < 0);
            at++;
        }
        return new ExactCounts(fields[0], fields[1], fields[2], fields[3], fields[4], fields[5]);
    }

    private static PoyangException malformed() {
        return new PoyangException(
                KernelErrors.BAD_ENCODING, "these are no exact counts", "an encoded ExactCounts is needed");
    }
}
