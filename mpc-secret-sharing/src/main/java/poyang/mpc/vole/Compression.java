package poyang.mpc.vole;

import static poyang.mpc.vole.TreeHash.WORDS;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.mpc.field.Goldilocks;

/// Multiplies by the code of {@link CodeParameters} as the blocks come: keeps one strip of the N
/// places and never all of them. A strip is summed up, multiplied by D, and read once by every row
/// of E.
///
/// With one lane pair it does so for elements of F; with one or two more lanes also for the noise
/// itself, over the prime field or over F, which is constant but for one step a block.
///
/// - secrecy: time and addresses depend on the length only
/// - cost: 2 (3, 4) multiplications a place, one random read of 16 (or 32) bytes for each one in E
final class Compression {
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int CHUNK = 2048;
    private static final long UNSIGNED = 0xffffffffL;

    /// Nobody chose it: SM3 of a name.
    private static final byte[] CODE_SEED = java.util.Arrays.copyOf(
            Sm3.digest("poyang.mpc.expand-accumulate.v1".getBytes(java.nio.charset.StandardCharsets.US_ASCII)), 16);

    private final CodeParameters code;
    private final int noiseLanes;
    private final int stride;
    private final long[] strip;
    private final long[] elements;
    private final long[] noiseOut;
    private final PublicStream coefficients = new PublicStream(CODE_SEED, 0);
    private final byte[] chunk = new byte[CHUNK * Long.BYTES];
    private int stripNumber;
    private int filled;
    private long sum0;
    private long sum1;
    private long noiseSum0;
    private long noiseSum1;

    /// @param noiseLanes limbs of the noise that is multiplied too, or 0
    Compression(CodeParameters code, int noiseLanes) {
        this.code = code;
        this.noiseLanes = noiseLanes;
        stride = noiseLanes > 0 ? 4 : 2;
        int longest = code.places() / code.weight() + 1;
        strip = new long[stride * longest];
        elements = new long[2 * code.length()];
        noiseOut = new long[noiseLanes * code.length()];
    }

    /// Takes the next block.
    ///
    /// @param leaves elements of F, canonical
    /// @param place where the noise of this block stands
    /// @param value0 first limb of that noise, canonical
    /// @param value1 its second limb where there is one
    void absorb(long[] leaves, int place, long value0, long value1) {
        int at = 0;
        while (at < code.blockLength()) {
            int room = code.stripStart(stripNumber + 1) - code.stripStart(stripNumber) - filled;
            int part = Math.min(Math.min(room, code.blockLength() - at), CHUNK);
            coefficients.fill(chunk, part * Long.BYTES);
            switch (noiseLanes) {
                case 0 -> sumUp(leaves, at, part);
                case 1 -> sumUp(leaves, at, part, place, value0);
                default -> sumUp(leaves, at, part, place, value0, value1);
            }
            filled += part;
            at += part;
            if (part == room) {
                expand();
                stripNumber++;
                filled = 0;
            }
        }
    }

    private void sumUp(long[] leaves, int at, int part) {
        long a = sum0;
        long b = sum1;
        int to = stride * filled;
        for (int i = 0; i < part; i++) {
            long d = (long) WORDS.get(chunk, i * Long.BYTES);
            a = Goldilocks.addCanonical(a, leaves[2 * (at + i)]);
            b = Goldilocks.addCanonical(b, leaves[2 * (at + i) + 1]);
            strip[to + 2 * i] = Goldilocks.canonical(Goldilocks.multiply(a, d));
            strip[to + 2 * i + 1] = Goldilocks.canonical(Goldilocks.multiply(b, d));
        }
        sum0 = a;
        sum1 = b;
    }

    private void sumUp(long[] leaves, int at, int part, int place, long value) {
        long a = sum0;
        long b = sum1;
        long e = noiseSum0;
        int to = stride * filled;
        for (int i = 0; i < part; i++) {
            long d = (long) WORDS.get(chunk, i * Long.BYTES);
            long here = (long) (at + i ^ place) - 1 >> 63;
            a = Goldilocks.addCanonical(a, leaves[2 * (at + i)]);
            b = Goldilocks.addCanonical(b, leaves[2 * (at + i) + 1]);
            e = Goldilocks.addCanonical(e, here & value);
            strip[to + 4 * i] = Goldilocks.canonical(Goldilocks.multiply(a, d));
            strip[to + 4 * i + 1] = Goldilocks.canonical(Goldilocks.multiply(b, d));
            strip[to + 4 * i + 2] = Goldilocks.canonical(Goldilocks.multiply(e, d));
        }
        sum0 = a;
        sum1 = b;
        noiseSum0 = e;
    }

    private void sumUp(long[] leaves, int at, int part, int place, long value0, long value1) {
        long a = sum0;
        long b = sum1;
        long e = noiseSum0;
        long f = noiseSum1;
        int to = stride * filled;
        for (int i = 0; i < part; i++) {
            long d = (long) WORDS.get(chunk, i * Long.BYTES);
            long here = (long) (at + i ^ place) - 1 >> 63;
            a = Goldilocks.addCanonical(a, leaves[2 * (at + i)]);
            b = Goldilocks.addCanonical(b, leaves[2 * (at + i) + 1]);
            e = Goldilocks.addCanonical(e, here & value0);
            f = Goldilocks.addCanonical(f, here & value1);
            strip[to + 4 * i] = Goldilocks.canonical(Goldilocks.multiply(a, d));
            strip[to + 4 * i + 1] = Goldilocks.canonical(Goldilocks.multiply(b, d));
            strip[to + 4 * i + 2] = Goldilocks.canonical(Goldilocks.multiply(e, d));
            strip[to + 4 * i + 3] = Goldilocks.canonical(Goldilocks.multiply(f, d));
        }
        sum0 = a;
        sum1 = b;
        noiseSum0 = e;
        noiseSum1 = f;
    }

    /// Adds to every row its place of the full strip.
    private void expand() {
        PublicStream positions = new PublicStream(CODE_SEED, 1 + stripNumber);
        for (int row = 0; row < code.length(); row += 2 * CHUNK) {
            int part = Math.min(2 * CHUNK, code.length() - row);
            positions.fill(chunk, part * Integer.BYTES);
            switch (noiseLanes) {
                case 0 -> expandTwo(row, part);
                case 1 -> expandThree(row, part);
                default -> expandFour(row, part);
            }
        }
    }

    private void expandTwo(int row, int part) {
        long width = filled;
        for (int i = 0; i < part; i++) {
            int from = 2 * (int) (((int) INTS.get(chunk, i * Integer.BYTES) & UNSIGNED) * width >>> 32);
            int to = 2 * (row + i);
            elements[to] = Goldilocks.addCanonical(elements[to], strip[from]);
            elements[to + 1] = Goldilocks.addCanonical(elements[to + 1], strip[from + 1]);
        }
    }

    private void expandThree(int row, int part) {
        long width = filled;
        for (int i = 0; i < part; i++) {
            int from = 4 * (int) (((int) INTS.get(chunk, i * Integer.BYTES) & UNSIGNED) * width >>> 32);
            int to = row + i;
            elements[2 * to] = Goldilocks.addCanonical(elements[2 * to], strip[from]);
            elements[2 * to + 1] = Goldilocks.addCanonical(elements[2 * to + 1], strip[from + 1]);
            noiseOut[to] = Goldilocks.addCanonical(noiseOut[to], strip[from + 2]);
        }
    }

    private void expandFour(int row, int part) {
        long width = filled;
        for (int i = 0; i < part; i++) {
            int from = 4 * (int) (((int) INTS.get(chunk, i * Integer.BYTES) & UNSIGNED) * width >>> 32);
            int to = 2 * (row + i);
            elements[to] = Goldilocks.addCanonical(elements[to], strip[from]);
            elements[to + 1] = Goldilocks.addCanonical(elements[to + 1], strip[from + 1]);
            noiseOut[to] = Goldilocks.addCanonical(noiseOut[to], strip[from + 2]);
            noiseOut[to + 1] = Goldilocks.addCanonical(noiseOut[to + 1], strip[from + 3]);
        }
    }

    /// The product for the pair of lanes, canonical; given once.
    long[] elements() {
        Bug.unless(stripNumber == code.weight(), "all blocks were absorbed");
        for (int i = 0; i < elements.length; i++) {
            elements[i] = Goldilocks.canonical(elements[i]);
        }
        return elements;
    }

    /// The product for the noise, canonical, limbs of an element beside each other; given once.
    long[] noise() {
        for (int i = 0; i < noiseOut.length; i++) {
            noiseOut[i] = Goldilocks.canonical(noiseOut[i]);
        }
        return noiseOut;
    }
}
