package poyang.crypto.block;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.engines.SM4Engine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.modes.gcm.BasicGCMMultiplier;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm4;
import poyang.crypto.block.BlockForms.GhashForm;
import poyang.crypto.block.BlockForms.Sm4Form;
import poyang.kernel.RandomSource;

/// Each loop's scalar form, its vector forms and BouncyCastle give the same bytes.
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
            byte[] sliced = in.clone();
            byte[] chosen = in.clone();
            Sm4Scalar.crypt(roundKeys, in, at, scalar, at, blocks);
            Sm4Vectors.crypt(roundKeys, vector, at, vector, at, blocks);
            Sm4Slices.crypt(roundKeys, sliced, at, sliced, at, blocks);
            Sm4Blocks.crypt(roundKeys, in, at, chosen, at, blocks);
            assertArrayEquals(theirs, scalar);
            assertArrayEquals(theirs, vector);
            assertArrayEquals(theirs, sliced);
            assertArrayEquals(theirs, chosen);
            Sm4Blocks.crypt(Sm4Blocks.reversed(roundKeys), theirs, at, back, at, blocks);
            assertArrayEquals(in, back);
        }
    }

    /// Whole groups, and rests that are padded or left to the scalar form; from one place to another and in
    /// place, both ways. Nothing beside the blocks is written.
    @Test
    void sm4FromAnyPlaceToAnyOther() {
        for (int turn = 0; turn < 300; turn++) {
            byte[] key = random.bytes(16);
            int blocks = 1 + below(300);
            int at = below(40);
            int to = turn % 3 == 0 ? at : below(40);
            boolean encrypt = turn % 2 == 0;
            byte[] in = random.bytes(40 + 16 * blocks + below(40));
            byte[] before = random.bytes(in.length);
            byte[] expected = before.clone();
            BlockForms.sm4(Sm4Form.SCALAR, key, encrypt, in, at, expected, to, blocks);
            for (Sm4Form form : List.of(Sm4Form.SLICES, Sm4Form.VECTORS)) {
                byte[] out = before.clone();
                BlockForms.sm4(form, key, encrypt, in, at, out, to, blocks);
                assertArrayEquals(expected, out, form + ", " + blocks + " blocks");
                byte[] same = in.clone();
                BlockForms.sm4(form, key, encrypt, same, at, same, at, blocks);
                BlockForms.sm4(form, key, !encrypt, same, at, same, at, blocks);
                assertArrayEquals(in, same, form + ", " + blocks + " blocks there and back");
            }
        }
    }

    /// GB/T 32907, example 1, at each place of two groups and a rest.
    @Test
    void everyFormGivesTheStandardsExample() {
        byte[] key = HexFormat.of().parseHex("0123456789abcdeffedcba9876543210");
        byte[] image = HexFormat.of().parseHex("681edf34d206965e86b3e94f536e4246");
        int blocks = 2 * Sm4Slices.BLOCKS + Sm4Slices.FROM;
        for (Sm4Form form : Sm4Form.values()) {
            for (int place = 0; place < blocks; place++) {
                byte[] in = random.bytes(16 * blocks);
                System.arraycopy(key, 0, in, 16 * place, 16);
                byte[] out = BlockForms.sm4(form, key, true, in, 0, blocks);
                assertArrayEquals(image, Arrays.copyOfRange(out, 16 * place, 16 * place + 16));
                assertArrayEquals(in, BlockForms.sm4(form, key, false, out, 0, blocks));
            }
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

    /// BouncyCastle's, bit by bit.
    private static byte[] ghashOf(byte[] key, byte[] first, byte[] data, int at) {
        BasicGCMMultiplier theirs = new BasicGCMMultiplier();
        theirs.init(key);
        byte[] y = first.clone();
        theirs.multiplyH(y);
        for (int from = at; from < data.length; from += y.length) {
            for (int i = 0; i < y.length; i++) {
                y[i] ^= data[from + i];
            }
            theirs.multiplyH(y);
        }
        return y;
    }

    @Test
    void ghashIsTheSameInEveryForm() {
        for (int turn = 0; turn < 120; turn++) {
            byte[] key = random.bytes(16);
            int blocks = turn < 60 ? turn : below(300);
            byte[] data = random.bytes(3 + 16 * blocks);
            byte[] first = random.bytes(16);
            byte[] expected = ghashOf(key, first, data, 3);
            for (GhashForm form : GhashForm.values()) {
                assertArrayEquals(expected, BlockForms.ghash(form, key, first, data, 3), () -> form + " " + blocks);
            }
        }
    }

    /// A key hashes block by block, then, once its powers pay, several at a time.
    @Test
    void ghashIsTheSameHoweverItIsCut() {
        for (int turn = 0; turn < 40; turn++) {
            byte[] key = random.bytes(16);
            byte[] first = random.bytes(16);
            Ghash hash = new Ghash(key);
            for (int message = 0; message < 9; message++) {
                byte[] data = random.bytes(16 * below(message == 8 ? 400 : 40));
                byte[] expected = ghashOf(key, first, data, 0);
                hash.reset();
                hash.update(first, 0, 16);
                for (int at = 0; at < data.length; ) {
                    int part = Math.min(data.length - at, 16 * (1 + below(below(5) == 0 ? 100 : 10)));
                    hash.update(data, at, part);
                    at += part;
                }
                assertArrayEquals(expected, hash.value());
                assertArrayEquals(expected, hash.value());
            }
        }
    }

    @Test
    void anErasedHashKeyGivesZero() {
        byte[] data = random.bytes(16 * 100);
        Ghash.Key key = new Ghash.Key(random.bytes(16));
        for (GhashForm form : GhashForm.values()) {
            BlockForms.ghash(form, key, data, data, 0);
        }
        key.erase();
        for (GhashForm form : GhashForm.values()) {
            assertArrayEquals(new byte[16], BlockForms.ghash(form, key, data, data, 0), form.name());
        }
    }

    @Test
    void ghashOfSeveralIsThatOfEach() {
        for (int turn = 0; turn < 40; turn++) {
            Ghash.Key key = new Ghash.Key(random.bytes(16));
            int count = 1 + below(8);
            List<Ghash.Text> texts = new ArrayList<>();
            byte[][] expected = new byte[count][];
            for (int i = 0; i < count; i++) {
                byte[] associated = random.bytes(below(60));
                byte[] ciphertext = random.bytes(below(400));
                int from = below(ciphertext.length + 1);
                int length = below(ciphertext.length - from + 1);
                texts.add(new Ghash.Text(associated, ciphertext, from, length));
                Ghash hash = new Ghash(key);
                hash.update(associated, 0, associated.length);
                hash.update(ciphertext, from, length);
                hash.update(8L * associated.length, 8L * length);
                expected[i] = hash.value();
            }
            assertArrayEquals(expected, Ghash.ofAll(key, texts));
            byte[][] found = new byte[count][];
            int[] order = IntStream.range(0, count)
                    .boxed()
                    .sorted(Comparator.comparingInt(i -> texts.get(i).blocks()))
                    .mapToInt(i -> i)
                    .toArray();
            Ghash.lanes(key, texts, found, order, 0, count);
            assertArrayEquals(expected, found);
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

    /// Two forms whose times are numbers on a clock that only they move.
    private static final class Timed implements Pace.Forms {
        private long now;
        private final long scalarTakes;
        private final long vectorTakes;
        private long slowPieces;
        private byte vectorGives = 1;
        /// Every so many calls the clock stands still for both forms in turn.
        private int stops = Integer.MAX_VALUE;

        private int calls;

        Timed(long scalarTakes, long vectorTakes, long slowPieces) {
            this.scalarTakes = scalarTakes;
            this.vectorTakes = vectorTakes;
            this.slowPieces = slowPieces;
        }

        @Override
        public byte[] scalar() {
            pass(scalarTakes);
            return new byte[] {1};
        }

        @Override
        public byte[] vector() {
            pass(slowPieces-- > 0 ? 1_000 * vectorTakes : vectorTakes);
            return new byte[] {vectorGives};
        }

        private void pass(long nanos) {
            now += ++calls % stops == 0 ? 0 : nanos;
        }

        Timed stopping(int every) {
            stops = every;
            return this;
        }

        Pace.Verdict verdict() {
            return Pace.trial(this, () -> now);
        }
    }

    @Test
    void theVectorFormTakesOverOnlyWhenItIsFaster() {
        assertEquals(Pace.Verdict.FASTER, new Timed(10_000, 7_000, 0).verdict());
        assertEquals(Pace.Verdict.FASTER, new Timed(10_000, 2_000, 2_000).verdict(), "slow until it is compiled");
        assertEquals(Pace.Verdict.SLOWER, new Timed(10_000, 2_000, 2_600).verdict(), "the budget is spent");
        assertEquals(Pace.Verdict.SLOWER, new Timed(10_000, 9_000, 0).verdict(), "not worth the change");
        Timed wrong = new Timed(10_000, 2_000, 10);
        wrong.vectorGives = 2;
        assertEquals(Pace.Verdict.DIFFERENT, wrong.verdict());
    }

    @Test
    void aClockThatStandsStillNowAndThenDecidesNothing() {
        assertEquals(
                Pace.Verdict.FASTER, new Timed(10_000, 2_000, 2_000).stopping(7).verdict());
        assertEquals(
                Pace.Verdict.SLOWER, new Timed(10_000, 9_000, 0).stopping(7).verdict());
        assertEquals(
                Pace.Verdict.SLOWER, new Timed(10_000, 200_000, 0).stopping(7).verdict());
    }

    @Test
    void aVectorFormThatStaysNearIsGivenUpSooner() {
        Timed near = new Timed(10_000, 12_000, 0);
        assertEquals(Pace.Verdict.SLOWER, near.verdict());
        assertTrue(near.now < 2_000_000_000L, "both forms took " + near.now + " ns");
    }

    @Test
    void noVerdictButADifferenceIsFinal() {
        long second = 1_000_000_000L;
        Pace pace = new Pace("a form", 64, 1, new Timed(1, 1, 0));
        assertEquals(true, pace.take(Pace.Verdict.SLOWER, 0));
        assertEquals(false, pace.vector() || pace.due(29 * second));
        assertEquals(true, pace.due(30 * second));
        assertEquals(true, pace.take(Pace.Verdict.SLOWER, 30 * second));
        assertEquals(false, pace.due(89 * second), "twice the pause");
        assertEquals(true, pace.due(90 * second));
        assertEquals(true, pace.take(Pace.Verdict.FASTER, 90 * second));
        assertEquals(true, pace.vector());
        assertEquals(true, pace.due(690 * second), "what won is tried again too");
        assertEquals(true, pace.take(Pace.Verdict.SLOWER, 690 * second));
        assertEquals(false, pace.vector());
        assertEquals(true, pace.due(720 * second), "pauses are short again");
        assertEquals(false, pace.take(Pace.Verdict.DIFFERENT, 720 * second));
        assertEquals(false, pace.vector());
    }

    /// In any mode of the virtual machine: whether it has vectors is not asked.
    @Test
    void enoughWorkBringsATrialThatTheVectorFormWins() throws InterruptedException {
        Pace tooWide = new Pace("a form", Integer.MAX_VALUE, 1, new Timed(10, 1, 0));
        tooWide.did(10);
        Pace pace = new Pace("a form", true, 1_000, new RealForms());
        pace.did(999);
        Thread.sleep(20);
        assertEquals(false, pace.vector(), "too little work for a trial");
        pace.did(1);
        long end = System.nanoTime() + 120_000_000_000L;
        while (!pace.vector() && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertEquals(true, pace.vector());
        assertEquals(false, tooWide.vector());
    }

    /// The second form does nothing of the first one's work.
    private static final class RealForms implements Pace.Forms {
        private final byte[] key = new byte[32];

        @Override
        public byte[] scalar() {
            for (int i = 0; i < 2_000; i++) {
                Sm3Compression.compress(Sm3Compression.initial(), new byte[64], 0, 1);
            }
            return key;
        }

        @Override
        public byte[] vector() {
            return key;
        }
    }
}
