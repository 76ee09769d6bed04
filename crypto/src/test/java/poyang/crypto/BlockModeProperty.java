package poyang.crypto;

import static poyang.crypto.CryptoProperty.same;

import java.util.Arrays;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.modes.SICBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import poyang.crypto.block.BlockForms;

/// SM4 in ECB, CBC and CTR, both ways, any number of blocks; counters near their overflow; the scalar form
/// of the cipher and both of vectors.
final class BlockModeProperty implements CryptoProperty {
    private static final int BLOCK_BYTES = 16;
    private static final int FEW_BLOCKS = 40;
    private static final int MANY_BLOCKS = 300;

    @Override
    public int share() {
        return 6;
    }

    @Override
    public void check(Draws draws) {
        byte[] key = draws.bytes(BLOCK_BYTES);
        int blocks = draws.below(draws.oneIn(10) ? MANY_BLOCKS : FEW_BLOCKS);
        byte[] plain = draws.bytes(blocks * BLOCK_BYTES);
        try (Sm4 cipher = new Sm4(key)) {
            ecb(draws, cipher, key, plain);
            cbc(draws, cipher, key, plain);
            ctr(draws, cipher, key);
        }
        stream(draws, key);
    }

    private static byte[] theirBlocks(byte[] key, byte[] in, int blocks) {
        SM4Engine engine = new SM4Engine();
        engine.init(true, new KeyParameter(key));
        byte[] out = in.clone();
        for (int i = 0; i < blocks; i++) {
            engine.processBlock(in, i * BLOCK_BYTES, out, i * BLOCK_BYTES);
        }
        return out;
    }

    private static void ecb(Draws draws, Sm4 cipher, byte[] key, byte[] plain) {
        int blocks = plain.length / BLOCK_BYTES;
        byte[] expected = theirBlocks(key, plain, blocks);
        same("ECB", expected, cipher.unauthenticatedEcb(true, plain));
        same("ECB back", plain, cipher.unauthenticatedEcb(false, expected));
        int at = draws.below(20);
        byte[] before = draws.bytes(at);
        byte[] behind = draws.bytes(draws.below(20));
        byte[] in = Draws.joined(Draws.joined(before, plain), behind);
        byte[] out = Draws.joined(Draws.joined(before, expected), behind);
        for (BlockForms.Sm4Form form : BlockForms.Sm4Form.values()) {
            same("SM4, " + form, out, BlockForms.sm4(form, key, true, in, at, blocks));
            same("SM4 back, " + form, in, BlockForms.sm4(form, key, false, out, at, blocks));
        }
    }

    private static void cbc(Draws draws, Sm4 cipher, byte[] key, byte[] plain) {
        byte[] iv = draws.bytes(BLOCK_BYTES);
        var theirs = CBCBlockCipher.newInstance(new SM4Engine());
        theirs.init(true, new ParametersWithIV(new KeyParameter(key), iv));
        byte[] expected = new byte[plain.length];
        for (int at = 0; at < plain.length; at += BLOCK_BYTES) {
            theirs.processBlock(plain, at, expected, at);
        }
        same("CBC", expected, cipher.unauthenticatedCbc(true, iv, plain));
        same("CBC back", plain, cipher.unauthenticatedCbc(false, iv, expected));
    }

    private static byte[] counter(Draws draws) {
        byte[] counter = draws.bytes(BLOCK_BYTES);
        if (draws.oneIn(2)) {
            Arrays.fill(counter, draws.below(BLOCK_BYTES), BLOCK_BYTES, (byte) 0xff);
            counter[BLOCK_BYTES - 1] -= (byte) draws.below(FEW_BLOCKS);
        }
        return counter;
    }

    private static void ctr(Draws draws, Sm4 cipher, byte[] key) {
        byte[] counter = counter(draws);
        byte[] in = draws.bytes(draws.length(BLOCK_BYTES, FEW_BLOCKS * BLOCK_BYTES));
        var theirs = SICBlockCipher.newInstance(new SM4Engine());
        theirs.init(true, new ParametersWithIV(new KeyParameter(key), counter));
        byte[] expected = new byte[in.length];
        theirs.processBytes(in, 0, in.length, expected, 0);
        same("CTR", expected, cipher.unauthenticatedCtr(counter, in));
        byte[] pieces = in.clone();
        byte[] moving = counter.clone();
        int cut = draws.below(in.length / BLOCK_BYTES + 1) * BLOCK_BYTES;
        cipher.unauthenticatedCtr(moving, pieces, 0, pieces, 0, cut);
        cipher.unauthenticatedCtr(moving, pieces, cut, pieces, cut, in.length - cut);
        same("CTR in place, in pieces", expected, pieces);
    }

    /// Counters as GCM counts them, in four bytes.
    private static void stream(Draws draws, byte[] key) {
        byte[] counter = counter(draws);
        int blocks = draws.below(FEW_BLOCKS);
        byte[] counters = new byte[blocks * BLOCK_BYTES];
        byte[] moving = counter.clone();
        for (int i = 0; i < blocks; i++) {
            System.arraycopy(moving, 0, counters, i * BLOCK_BYTES, BLOCK_BYTES);
            for (int at = BLOCK_BYTES - 1; at >= BLOCK_BYTES - 4 && ++moving[at] == 0; at--) {
                // the carry goes on
            }
        }
        int count = blocks == 0 ? 0 : counters.length - draws.below(BLOCK_BYTES);
        byte[] expected = Arrays.copyOf(theirBlocks(key, counters, blocks), count);
        same("key stream of GCM", expected, BlockForms.stream(key, counter, 4, count));
    }
}
