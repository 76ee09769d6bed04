package poyang.mpc.vole;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm3;
import poyang.mpc.Pair;
import poyang.mpc.field.Goldilocks;

final class CompressionTest {
    private static final byte[] SEED =
            Arrays.copyOf(Sm3.digest("poyang.mpc.expand-accumulate.v1".getBytes(StandardCharsets.US_ASCII)), 16);

    /// The product written as the definition has it, all places at once.
    private static long[] product(CodeParameters code, long[] e) {
        int places = code.places();
        byte[] d = new byte[8 * places];
        new PublicStream(SEED, 0).fill(d, d.length);
        long[] v = new long[places];
        long sum = 0;
        for (int i = 0; i < places; i++) {
            sum = Goldilocks.add(sum, e[i]);
            v[i] = Goldilocks.multiply(sum, (long) TreeHash.WORDS.get(d, 8 * i));
        }
        long[] out = new long[code.length()];
        for (int strip = 0; strip < code.weight(); strip++) {
            byte[] positions = new byte[4 * code.length()];
            new PublicStream(SEED, 1 + strip).fill(positions, positions.length);
            int start = code.stripStart(strip);
            int width = code.stripStart(strip + 1) - start;
            for (int row = 0; row < out.length; row++) {
                long draw = (positions[4 * row] & 0xffL)
                        | (positions[4 * row + 1] & 0xffL) << 8
                        | (positions[4 * row + 2] & 0xffL) << 16
                        | (positions[4 * row + 3] & 0xffL) << 24;
                out[row] = Goldilocks.add(out[row], v[start + (int) (draw * width >>> 32)]);
            }
        }
        for (int row = 0; row < out.length; row++) {
            out[row] = Goldilocks.canonical(out[row]);
        }
        return out;
    }

    @Test
    void blockByBlockGivesTheProductWithTheWholeMatrix() {
        for (int length : new int[] {1, 100, 20_011}) {
            CodeParameters code = CodeParameters.of(length);
            long[] first = Goldilocks.uniform(Pair.seed(length, "0"), code.places());
            long[] second = Goldilocks.uniform(Pair.seed(length, "1"), code.places());
            long[] noise = new long[code.places()];
            Compression pair = new Compression(code, 0);
            Compression three = new Compression(code, 1);
            Compression four = new Compression(code, 2);
            long[] noise1 = new long[code.places()];
            long[] values = Goldilocks.uniform(Pair.seed(length, "2"), code.blocks());
            for (int block = 0; block < code.blocks(); block++) {
                long[] leaves = new long[2 * code.blockLength()];
                for (int i = 0; i < code.blockLength(); i++) {
                    leaves[2 * i] = first[block * code.blockLength() + i];
                    leaves[2 * i + 1] = second[block * code.blockLength() + i];
                }
                int place = 31 * block % code.blockLength();
                noise[block * code.blockLength() + place] = values[block];
                pair.absorb(leaves, 0, 0, 0);
                noise1[block * code.blockLength() + place] = block;
                three.absorb(leaves, place, values[block], values[block]);
                four.absorb(leaves, place, values[block], block);
            }
            long[] elements = pair.elements();
            long[] same = three.elements();
            assertArrayEquals(elements, same);
            assertArrayEquals(elements, four.elements());
            long[] low = product(code, first);
            long[] high = product(code, second);
            for (int row = 0; row < length; row++) {
                assertEquals(low[row], elements[2 * row]);
                assertEquals(high[row], elements[2 * row + 1]);
            }
            long[] noiseOut = three.noise();
            assertArrayEquals(product(code, noise), noiseOut);
            long[] wide = four.noise();
            long[] secondLimb = product(code, noise1);
            for (int row = 0; row < length; row++) {
                assertEquals(noiseOut[row], wide[2 * row]);
                assertEquals(secondLimb[row], wide[2 * row + 1]);
            }
        }
    }

    @Test
    void parametersAreThoseOfTheTable() {
        for (int length : new int[] {1, 7_680, 7_681, 1 << 20, 1_342_177, 1 << 21, (1 << 21) + 1, 1 << 24}) {
            CodeParameters code = CodeParameters.of(length);
            assertTrue(code.blocks() >= 600 && code.blocks() <= 1_220, "blocks: " + code.blocks());
            assertTrue(code.places() >= 5L * length, "five places an output");
            assertEquals(length <= 1 << 21 ? 11 : 13, code.weight());
            assertEquals(1, Integer.bitCount(code.blockLength()));
            assertEquals(code.places(), code.stripStart(code.weight()));
        }
    }
}
