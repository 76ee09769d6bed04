package poyang.crypto;

import java.util.Arrays;
import poyang.kernel.PoyangException;

/// The one door through which the octets of a private key leave its type, for structures that carry a
/// key under another (PKCS#8, PKCS#12, GM/T 0009 enveloped keys, shares of a split key). Who opens it
/// overwrites what came out.
public final class KeyOctets {
    public static final int LENGTH_BYTES = 32;

    private KeyOctets() {}

    /// The scalar in 32 bytes, big-endian; the caller overwrites it.
    public static byte[] of(Sm2PrivateKey key) {
        return key.scalar();
    }

    /// The key with this scalar; `octets` is overwritten.
    ///
    /// @throws PoyangException `BAD_KEY` when it is not 32 bytes of a number in 1 … n−2
    public static Sm2PrivateKey read(byte[] octets) {
        try {
            return Sm2PrivateKey.of(octets);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }
}
