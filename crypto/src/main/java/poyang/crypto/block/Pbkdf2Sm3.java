package poyang.crypto.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import poyang.kernel.Bug;

/// Key bytes from a password by PBKDF2 with HMAC-SM3.
///
/// - computes: the first bytes of `T_1 ‖ T_2 ‖ …`, `T_i = U_1 ⊕ … ⊕ U_c`, where `U_1 = HMAC(P, S ‖ i)` with `i` in four
///   bytes and `U_j = HMAC(P, U_{j−1})`
/// - shapes: any password and salt, `c ≥ 1` iterations, one byte or more; does not keep its arguments
/// - rejects: fewer iterations or bytes are a `Bug`
/// - secrecy: password and result are secret; time depends on lengths and iterations only; what it had on its
///   way is overwritten
/// - cost: `2·c` compressions for each 32 bytes, as the states behind both halves of the HMAC's key are kept
/// - source: RFC 8018 section 5.2, RFC 2104, GB/T 32905
public final class Pbkdf2Sm3 {
    private static final int WORDS = Sm3Compression.WORDS;
    private static final int DIGEST_BYTES = 4 * WORDS;
    private static final byte INNER = 0x36;
    private static final byte OUTER = 0x5c;
    private static final VarHandle LENGTH = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle NUMBER = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private Pbkdf2Sm3() {}

    /// From the password's octets in UTF-8.
    public static byte[] derive(char[] password, byte[] salt, int iterations, int keyBytes) {
        byte[] octets = PKCS5S2ParametersGenerator.PKCS5PasswordToUTF8Bytes(password);
        try {
            return derive(octets, salt, iterations, keyBytes);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    static byte[] derive(byte[] password, byte[] salt, int iterations, int keyBytes) {
        Bug.unless(iterations > 0 && keyBytes > 0, "PBKDF2 has an iteration and a byte");
        byte[] key = keyBlock(password);
        int[] inner = behind(key, INNER);
        int[] outer = behind(key, OUTER);
        Arrays.fill(key, (byte) 0);
        byte[] first = Arrays.copyOf(salt, salt.length + Integer.BYTES);
        byte[] whole = new byte[(keyBytes + DIGEST_BYTES - 1) / DIGEST_BYTES * DIGEST_BYTES];
        for (int i = 0; i < whole.length / DIGEST_BYTES; i++) {
            NUMBER.set(first, salt.length, i + 1);
            int[] sum = sum(inner, outer, first, iterations);
            Sm3Compression.write(sum, whole, DIGEST_BYTES * i);
            Arrays.fill(sum, 0);
        }
        byte[] derived = Arrays.copyOf(whole, keyBytes);
        Arrays.fill(whole, (byte) 0);
        Arrays.fill(inner, 0);
        Arrays.fill(outer, 0);
        return derived;
    }

    /// One block of the result: the sum of all iterations.
    private static int[] sum(int[] inner, int[] outer, byte[] first, int iterations) {
        int[] state = inner.clone();
        byte[] message = padded(first, Sm3Compression.BLOCK_BYTES);
        Sm3Compression.compress(state, message, 0, message.length / Sm3Compression.BLOCK_BYTES);
        int[] words = new int[Sm3Compression.EXPANDED];
        words[WORDS] = 0x8000_0000;
        words[2 * WORDS - 1] = 8 * (Sm3Compression.BLOCK_BYTES + DIGEST_BYTES);
        half(outer, state, words);
        int[] sum = state.clone();
        for (int j = 1; j < iterations; j++) {
            half(inner, state, words);
            half(outer, state, words);
            for (int k = 0; k < WORDS; k++) {
                sum[k] ^= state[k];
            }
        }
        Arrays.fill(words, 0);
        Arrays.fill(state, 0);
        return sum;
    }

    /// Half an HMAC of a digest, which is the state before and after.
    private static void half(int[] behindKey, int[] state, int[] words) {
        System.arraycopy(state, 0, words, 0, WORDS);
        System.arraycopy(behindKey, 0, state, 0, WORDS);
        Sm3Compression.compress(state, words);
    }

    /// The HMAC's key: the password, or its digest when it is longer than a block.
    private static byte[] keyBlock(byte[] password) {
        if (password.length <= Sm3Compression.BLOCK_BYTES) {
            return Arrays.copyOf(password, Sm3Compression.BLOCK_BYTES);
        }
        int[] state = Sm3Compression.initial();
        byte[] message = padded(password, 0);
        Sm3Compression.compress(state, message, 0, message.length / Sm3Compression.BLOCK_BYTES);
        byte[] key = new byte[Sm3Compression.BLOCK_BYTES];
        Sm3Compression.write(state, key, 0);
        Arrays.fill(message, (byte) 0);
        Arrays.fill(state, 0);
        return key;
    }

    /// The state behind one half of the HMAC's key.
    private static int[] behind(byte[] key, byte pad) {
        byte[] half = key.clone();
        for (int i = 0; i < half.length; i++) {
            half[i] ^= pad;
        }
        int[] state = Sm3Compression.initial();
        Sm3Compression.compress(state, half, 0, 1);
        Arrays.fill(half, (byte) 0);
        return state;
    }

    /// A message's end as SM3 pads it, when so many bytes went before.
    private static byte[] padded(byte[] end, int before) {
        int blocks = (end.length + 1 + Long.BYTES + Sm3Compression.BLOCK_BYTES - 1) / Sm3Compression.BLOCK_BYTES;
        byte[] padded = Arrays.copyOf(end, blocks * Sm3Compression.BLOCK_BYTES);
        padded[end.length] = (byte) 0x80;
        LENGTH.set(padded, padded.length - Long.BYTES, 8L * (before + (long) end.length));
        return padded;
    }
}
