package poyang.homomorphic.ring;

import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.PoyangException;

/// Rows of canonical residues as bits: each coefficient takes as many bits as its prime has,
/// lowest first,
/// without gaps; a row is filled up to a byte with zeros.
public final class PackedRows {
    private PackedRows() {}

    public static int lengthBytes(int count, Modulus modulus) {
        return (int) (((long) count * modulus.bits() + 7) / 8);
    }

    public static byte[] pack(double[] row, Modulus modulus) {
        byte[] out = new byte[lengthBytes(row.length, modulus)];
        int bits = modulus.bits();
        long buffer = 0;
        int filled = 0;
        int at = 0;
        for (double residue : row) {
            buffer |= modulus.canonical(residue) << filled;
            filled += bits;
            for (; filled >= 8; filled -= 8, buffer >>>= 8) {
                out[at++] = (byte) buffer;
            }
        }
        if (filled > 0) {
            out[at] = (byte) buffer;
        }
        return out;
    }

    /// @throws PoyangException `BAD_CIPHERTEXT` unless the bytes are the packed form of a row
    public static double[] unpack(byte[] bytes, int count, Modulus modulus) {
        if (bytes.length != lengthBytes(count, modulus)) {
            throw bad("a row has " + bytes.length + " bytes");
        }
        double[] row = new double[count];
        int bits = modulus.bits();
        long mask = (1L << bits) - 1;
        long buffer = 0;
        int filled = 0;
        int at = 0;
        for (int i = 0; i < count; i++) {
            for (; filled < bits; filled += 8) {
                buffer |= (bytes[at++] & 0xffL) << filled;
            }
            long value = buffer & mask;
            if (value >= modulus.value()) {
                throw bad("a residue is not below its prime");
            }
            row[i] = modulus.centred(value);
            buffer >>>= bits;
            filled -= bits;
        }
        if (buffer != 0) {
            throw bad("a row does not end in zeros");
        }
        return row;
    }

    private static PoyangException bad(String wrong) {
        return new PoyangException(
                HomomorphicErrors.BAD_CIPHERTEXT,
                "the ciphertext or key is malformed: " + wrong,
                "it must be sent again");
    }
}
