package poyang.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// What a broken line or a hostile peer makes of encodings, by seed: bits and octets changed, cut, made longer,
/// four octets replaced by an extreme count or length, a piece repeated, left out or taken from another encoding,
/// noise.
public final class Mangled {
    private static final int[] EXTREMES = {0, 1, 0x7f, 0xff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, -1};
    private static final int LONGEST_NOISE = 200;
    private static final int WAYS = 9;

    private final SplittableRandom random;
    private final List<byte[]> samples;

    /// @param samples encodings; pieces of any may end up in any other
    public Mangled(long seed, List<byte[]> samples) {
        random = new SplittableRandom(seed);
        this.samples = List.copyOf(samples);
    }

    /// One of the samples, changed in one to three ways; rarely, as it is.
    public byte[] next() {
        byte[] bytes = samples.get(random.nextInt(samples.size())).clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            bytes = changed(bytes);
        }
        return bytes;
    }

    private byte[] changed(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        int to = Math.min(bytes.length, at + 1 + random.nextInt(40));
        return switch (random.nextInt(WAYS)) {
            case 0 -> with(bytes, at, (byte) (1 << random.nextInt(8)));
            case 1 -> with(bytes, at, (byte) random.nextInt(256));
            case 2 -> Arrays.copyOf(bytes, at);
            case 3 -> joined(bytes, noise(1 + random.nextInt(8)));
            case 4 -> extreme(bytes, at, EXTREMES[random.nextInt(EXTREMES.length)]);
            case 5 -> joined(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, at, bytes.length));
            case 6 -> joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, to, bytes.length));
            case 7 -> {
                byte[] other = samples.get(random.nextInt(samples.size()));
                int from = random.nextInt(other.length + 1);
                yield joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(other, from, other.length));
            }
            default -> noise(random.nextInt(LONGEST_NOISE));
        };
    }

    private static byte[] with(byte[] bytes, int at, byte mask) {
        if (at < bytes.length) {
            bytes[at] ^= mask;
        }
        return bytes;
    }

    private static byte[] extreme(byte[] bytes, int at, int value) {
        for (int i = 0; i < Integer.BYTES && at + i < bytes.length; i++) {
            bytes[at + i] = (byte) (value >>> 8 * (Integer.BYTES - 1 - i));
        }
        return bytes;
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }
}
