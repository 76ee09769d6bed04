package poyang.crypto;

import java.util.Arrays;
import poyang.kernel.PoyangException;

/// The one place where an SM2 private key becomes bytes or comes from bytes, for key files, keystores
/// and custody. Nothing else needs it.
public final class KeyMaterial {
    private static final String KIND = "SM2 private key";

    private KeyMaterial() {}

    /// The 32 bytes of the key, big-endian. Whoever holds them can sign in the key's name.
    public static SecretBytes dangerouslyReveal(Sm2PrivateKey key) {
        return SecretBytes.taking(KIND, key.scalar());
    }

    /// @throws PoyangException `BAD_KEY` when the secret is no number in 1 … n−2 in 32 bytes
    public static Sm2PrivateKey privateKey(SecretBytes scalar) {
        return scalar.use(Sm2PrivateKey::of);
    }

    /// @param scalar 32 bytes, big-endian; overwritten
    /// @throws PoyangException `BAD_KEY` when it is no number in 1 … n−2
    public static Sm2PrivateKey consume(byte[] scalar) {
        try {
            return Sm2PrivateKey.of(scalar);
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }
}
