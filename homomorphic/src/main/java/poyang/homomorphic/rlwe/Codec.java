package poyang.homomorphic.rlwe;

import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.PackedRows;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// The canonical bytes of ring elements, ciphertexts and keys: the parameters' digest first,
/// residues packed to their primes' bits, nothing twice, nothing left over.
final class Codec {
    private Codec() {}

    /// What {@link #begin} writes.
    static int headBytes(String domain, Chain chain) {
        return Integer.BYTES + domain.length() + Integer.BYTES + chain.id().length();
    }

    /// What {@link #writeRows} writes for the first primes.
    static int lengthBytes(Chain chain, int count) {
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += Integer.BYTES
                    + PackedRows.lengthBytes(chain.degree(), chain.ring().modulus(i));
        }
        return bytes;
    }

    static void writeRows(CanonicalWriter to, Chain chain, double[][] rows) {
        for (int i = 0; i < rows.length; i++) {
            to.bytes(PackedRows.pack(rows[i], chain.ring().modulus(i)));
        }
    }

    static double[][] readRows(CanonicalReader from, Chain chain, int count) {
        double[][] rows = new double[count][];
        for (int i = 0; i < count; i++) {
            Modulus modulus = chain.ring().modulus(i);
            byte[] packed = from.array(PackedRows.lengthBytes(chain.degree(), modulus));
            rows[i] = PackedRows.unpack(packed, chain.degree(), modulus);
        }
        return rows;
    }

    static CanonicalWriter begin(String domain, Chain chain) {
        return new CanonicalWriter(domain).bytes(chain.id());
    }

    /// Opens bytes of the given kind and parameters.
    static CanonicalReader open(String domain, Chain chain, byte[] encoded) {
        CanonicalReader reader = new CanonicalReader(domain, encoded);
        if (!reader.exactly(chain.id().length()).equals(chain.id())) {
            throw bad("it belongs to other parameters");
        }
        return reader;
    }

    static PoyangException bad(String wrong) {
        return new PoyangException(
                HomomorphicErrors.BAD_CIPHERTEXT,
                "the ciphertext or key is refused: " + wrong,
                "one of the same parameters in canonical form is needed");
    }
}
