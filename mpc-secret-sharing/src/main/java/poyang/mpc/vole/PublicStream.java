package poyang.mpc.vole;

import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import poyang.kernel.Bug;

/// Bytes that both parties compute from a public seed: the code's coefficients and positions, and
/// the coefficients of checks. The AES-128 counter stream; why AES, see the package.
final class PublicStream {
    private static final int BLOCK_BYTES = 16;
    private static final int CHUNK_BYTES = 1 << 14;

    private final Cipher cipher;
    private final byte[] zeros = new byte[CHUNK_BYTES];

    /// @param seed 16 bytes, public
    /// @param number tells the streams of one seed apart
    PublicStream(byte[] seed, int number) {
        byte[] start = new byte[BLOCK_BYTES];
        start[0] = (byte) (number >>> 24);
        start[1] = (byte) (number >>> 16);
        start[2] = (byte) (number >>> 8);
        start[3] = (byte) number;
        try {
            cipher = Cipher.getInstance("AES/CTR/NoPadding");
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(seed, "AES"), new IvParameterSpec(start));
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has AES", e);
        }
    }

    /// The next `count` bytes, into the beginning of `out`.
    void fill(byte[] out, int count) {
        try {
            for (int at = 0; at < count; at += CHUNK_BYTES) {
                cipher.update(zeros, 0, Math.min(CHUNK_BYTES, count - at), out, at);
            }
        } catch (GeneralSecurityException e) {
            throw new Bug("counter mode takes any length", e);
        }
    }
}
