package poyang.crypto.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm4;
import poyang.kernel.RandomSource;

/// Each loop's scalar form, its vector form and BouncyCastle give the same bytes.
final class TwinTest {
    private final RandomSource random = new SeededRandom(new byte[32], "twins");

    private int below(int bound) {
        return (int) Long.remainderUnsigned(random.nextLong(), bound);
    }

    @Test
    void theCircuitIsTheStandardsSBox() {
        for (int from = 0; from < 256; from += 64) {
            long[] bits = new long[8];
            for (int k = 0; k < 64; k++) {
                for (int i = 0; i < 8; i++) {
                    bits[i] |= (from + k >>> i & 1L) << k;
                }
            }
            Sm4Circuit.substitute(bits, 0);
            for (int k = 0; k < 64; k++) {
                int image = 0;
                for (int i = 0; i < 8; i++) {
                    image |= (int) (bits[i] >>> k & 1) << i;
                }
                assertEquals(Sm4Vectors.BOX[from + k] & 0xff, image);
            }
        }
    }

    @Test
    void sm4IsTheSameInEveryForm() {
        for (int turn = 0; turn < 60; turn++) {
            byte[] key = random.bytes(16);
            int blocks = turn < 40 ? turn : below(300);
            int at = below(20);
            byte[] in = random.bytes(at + 16 * blocks + below(20));
            byte[] theirs = in.clone();
            byte[] back = in.clone();
            SM4Engine engine = new SM4Engine();
            engine.init(true, new KeyParameter(key));
            for (int i = 0; i < blocks; i++) {
                engine.processBlock(in, at + 16 * i, theirs, at + 16 * i);
            }
            int[] roundKeys = Sm4Blocks.expand(key);
            byte[] scalar = in.clone();
            byte[] vector = in.clone();
            byte[] chosen = in.clone();
            Sm4Scalar.crypt(roundKeys, in, at, scalar, at, blocks);
            Sm4Vectors.crypt(roundKeys, vector, at, vector, at, blocks);
            Sm4Blocks.crypt(roundKeys, in, at, chosen, at, blocks);
            assertArrayEquals(theirs, scalar);
            assertArrayEquals(theirs, vector);
            assertArrayEquals(theirs, chosen);
            Sm4Blocks.crypt(Sm4Blocks.reversed(roundKeys), theirs, at, back, at, blocks);
            assertArrayEquals(in, back);
        }
    }

    @Test
    void countersCarryAsTheModeSays() {
        int[] roundKeys = Sm4Blocks.expand(random.bytes(16));
        byte[] full = new byte[16];
        Arrays.fill(full, (byte) -1);
        for (int carryBytes : new int[] {4, 16}) {
            byte[] counter = full.clone();
            byte[] out = new byte[40];
            Sm4Blocks.counter(roundKeys, counter, carryBytes, new byte[40], 0, out, 0, 40);
            byte[] second = carryBytes == 16 ? new byte[16] : Arrays.copyOf(Arrays.copyOf(full, 12), 16);
            byte[] expected = new byte[32];
            System.arraycopy(full, 0, expected, 0, 16);
            System.arraycopy(second, 0, expected, 16, 16);
            Sm4Scalar.crypt(roundKeys, expected, 0, expected, 0, 2);
            assertArrayEquals(expected, Arrays.copyOf(out, 32));
            second[15] = (byte) (second[15] + 2);
            assertArrayEquals(second, counter);
        }
    }

    @Test
    void ghashIsTheSameInEveryForm() {
        for (int turn = 0; turn < 40; turn++) {
            byte[] key = random.bytes(16);
            int blocks = 1 + below(100);
            byte[] data = random.bytes(3 + 16 * blocks);
            byte[] first = random.bytes(16);
            Ghash scalar = new Ghash(key);
            Ghash vector = new Ghash(key);
            for (Ghash hash : new Ghash[] {scalar, vector}) {
                hash.scalars(first, 0, 1);
            }
            scalar.scalars(data, 3, blocks);
            vector.vectors(data, 3, blocks);
            assertArrayEquals(scalar.value(), vector.value());
            vector.reset();
            assertArrayEquals(new byte[16], vector.value());
        }
    }

    @Test
    void gcmEqualsBouncyCastle() throws InvalidCipherTextException {
        for (int turn = 0; turn < 60; turn++) {
            byte[] key = random.bytes(16);
            byte[] nonce = random.bytes(turn % 3 == 0 ? 12 : 1 + below(40));
            byte[] associated = random.bytes(below(50));
            byte[] plain = random.bytes(turn < 50 ? below(200) : below(20_000));
            GCMModeCipher theirs = GCMBlockCipher.newInstance(new SM4Engine());
            theirs.init(true, new AEADParameters(new KeyParameter(key), 128, nonce, associated));
            byte[] expected = new byte[theirs.getOutputSize(plain.length)];
            int written = theirs.processBytes(plain, 0, plain.length, expected, 0);
            theirs.doFinal(expected, written);
            try (Sm4 cipher = new Sm4(key)) {
                byte[] ours = cipher.gcmEncrypt(nonce, associated, plain, 16);
                assertArrayEquals(expected, ours);
                assertArrayEquals(
                        plain, cipher.gcmDecrypt(nonce, associated, ours, 16).orElseThrow());
                ours[below(ours.length)] ^= (byte) (1 << below(8));
                assertEquals(
                        true, cipher.gcmDecrypt(nonce, associated, ours, 16).isEmpty());
            }
        }
    }

    @Test
    void sm3IsTheSameInEveryForm() {
        for (int length = 0; length < 200; length++) {
            int count = 1 + below(40);
            byte[] messages = random.bytes(length * count);
            byte[] expected = new byte[32 * count];
            SM3Digest digest = new SM3Digest();
            for (int i = 0; i < count; i++) {
                digest.update(messages, i * length, length);
                digest.doFinal(expected, 32 * i);
            }
            byte[] scalar = new byte[32 * count];
            byte[] vector = new byte[32 * count];
            byte[] chosen = new byte[32 * count];
            Sm3Lanes.scalars(messages, length, 0, count, scalar);
            Sm3Lanes.vectors(messages, length, 0, count, vector);
            Sm3Lanes.digests(messages, length, count, chosen);
            assertArrayEquals(expected, scalar);
            assertArrayEquals(expected, vector);
            assertArrayEquals(expected, chosen);
        }
    }

    @Test
    void theVectorFormTakesOverOnlyWhenItIsFaster() {
        Pace slow = new Pace(Integer.MAX_VALUE);
        assertEquals(false, slow.trying() || slow.vector());
        Pace pace = new Pace(64);
        assertEquals(true, pace.trying());
        pace.took(1000, 10, 900, 10);
        assertEquals(false, pace.vector());
        pace.took(1000, 10, 700, 10);
        assertEquals(true, pace.vector());
        Pace never = new Pace(64);
        never.took(1000, 1_000_000, 200_000_000, 10);
        assertEquals(false, never.trying(), "the pieces cost more than a quarter of the work");
        never.took(20_000_000_000L, 1_000_000_000, 4_900_000_000L, 10);
        assertEquals(false, never.trying() || never.vector(), "the budget is spent");
    }
}
