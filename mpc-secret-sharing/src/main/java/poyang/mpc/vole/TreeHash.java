package poyang.mpc.vole;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import poyang.kernel.Bug;

/// The hash of the trees: H_k(x) = π_k(σ(x)) ⊕ σ(x) with σ(l ‖ h) = (l ⊕ h) ‖ l and π_k the AES-128
/// permutation under a public key k that no other level of no other tree of no other session has.
///
/// - computes: many blocks at a time; a block is two words, low first
/// - secrecy: circular correlation robust for an ideal cipher. As a key serves one level of one
///   tree, an attacker who evaluates the cipher aims at two unknown inputs with each evaluation,
///   not at all those of the run: finding the global key takes 2^127 evaluations. Time depends on
///   the number of blocks only
/// - source: Guo, Katz, Wang, Yu, "Efficient and secure multiparty computation from fixed-key block
///   ciphers", IEEE S&P 2020; multi-instance: Guo et al., CRYPTO 2020, "Better concrete
///   security for half-gates garbling"
final class TreeHash {
    static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final int BLOCK_BYTES = 16;

    private final Cipher cipher;
    private final byte[] base;

    /// @param base 16 bytes, public, fresh for each session
    TreeHash(byte[] base) {
        this.base = base.clone();
        try {
            cipher = Cipher.getInstance("AES/ECB/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new Bug("every platform has AES", e);
        }
    }

    /// From now on under the key of that level of that tree.
    void key(int tree, int level) {
        byte[] key = base.clone();
        WORDS.set(key, 8, (long) WORDS.get(key, 8) ^ ((long) tree << 32 | level));
        try {
            cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
        } catch (GeneralSecurityException e) {
            throw new Bug("AES takes any 16 bytes as a key", e);
        }
    }

    /// out = π of each block of `in`.
    void permute(byte[] in, byte[] out, int blocks) {
        try {
            cipher.update(in, 0, blocks * BLOCK_BYTES, out, 0);
        } catch (GeneralSecurityException e) {
            throw new Bug("whole blocks fit", e);
        }
    }

    /// H of one block into words 0 and 1 of the result.
    long[] one(long low, long high) {
        byte[] block = new byte[BLOCK_BYTES];
        WORDS.set(block, 0, low ^ high);
        WORDS.set(block, 8, low);
        byte[] out = new byte[BLOCK_BYTES];
        permute(block, out, 1);
        return new long[] {
            (long) WORDS.get(out, 0) ^ low ^ high, (long) WORDS.get(out, 8) ^ low,
        };
    }
}
