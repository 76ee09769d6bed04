package poyang.crypto;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.util.BigIntegers;
import poyang.crypto.curve.CurveForms;
import poyang.kernel.RandomSource;

/// The inputs of one case of the campaign: random, with a liking for edges.
final class Draws {
    static final BigInteger N = Twin.DOMAIN.getN();
    static final BigInteger P = Twin.DOMAIN.getCurve().getField().getCharacteristic();
    private static final BigInteger MAX = BigInteger.ONE.shiftLeft(256).subtract(BigInteger.ONE);
    private static final List<BigInteger> EDGES = List.of(
            BigInteger.ZERO,
            BigInteger.ONE.shiftLeft(64),
            BigInteger.ONE.shiftLeft(128),
            BigInteger.ONE.shiftLeft(192),
            BigInteger.ONE.shiftLeft(224),
            BigInteger.ONE.shiftLeft(255),
            N.shiftRight(1),
            N,
            P,
            MAX.subtract(N),
            P.subtract(N),
            MAX);
    private static final int NEAR = 3;
    private static final int LIMBS = 4;

    private final RandomSource random;

    Draws(RandomSource random) {
        this.random = random;
    }

    RandomSource source() {
        return random;
    }

    /// 0 … bound − 1
    int below(int bound) {
        return (int) Long.remainderUnsigned(random.nextLong(), bound);
    }

    boolean oneIn(int many) {
        return below(many) == 0;
    }

    <T> T oneOf(List<T> from) {
        return from.get(below(from.size()));
    }

    byte[] bytes(int length) {
        return random.bytes(length);
    }

    /// Up to `most`, often within two of a multiple of `block`.
    int length(int block, int most) {
        if (oneIn(3)) {
            return below(most + 1);
        }
        int near = below(most / block + 1) * block + below(5) - 2;
        return Math.clamp(near, 0, most);
    }

    /// 0 … 2^256 − 1: an edge, near an edge, made of extreme limbs, or any.
    BigInteger number() {
        return switch (below(4)) {
            case 0 ->
                oneOf(EDGES)
                        .add(BigInteger.valueOf(below(2 * NEAR + 1) - NEAR))
                        .max(BigInteger.ZERO)
                        .min(MAX);
            case 1 -> {
                byte[] value = bytes(32);
                for (int limb = 0; limb < LIMBS; limb++) {
                    int kind = below(3);
                    if (kind > 0) {
                        Arrays.fill(value, 8 * limb, 8 * limb + 8, (byte) (kind - 2));
                    }
                }
                yield new BigInteger(1, value);
            }
            default -> new BigInteger(1, bytes(32));
        };
    }

    /// 1 … n − 1
    BigInteger scalar() {
        BigInteger k = number().mod(N);
        return k.signum() == 0 ? BigInteger.ONE : k;
    }

    /// A scalar that this library takes as a private key.
    BigInteger secret() {
        while (true) {
            BigInteger k = scalar();
            if (CurveForms.accepts(k)) {
                return k;
            }
        }
    }

    Sm2PrivateKey key() {
        return Sm2PrivateKey.of(octets(secret()));
    }

    /// The same with a changed bit, a byte less or more, or an overwritten stretch. Never equal to it.
    byte[] mutated(byte[] from) {
        int kind = from.length == 0 ? 1 : below(8);
        byte[] changed = from.clone();
        switch (kind) {
            case 0 -> changed = Arrays.copyOf(from, from.length - 1);
            case 1 -> changed = Arrays.copyOf(from, from.length + 1);
            case 2 -> {
                int at = below(from.length);
                byte[] stretch = bytes(1 + below(Math.min(8, from.length - at)));
                System.arraycopy(stretch, 0, changed, at, stretch.length);
            }
            default -> changed = flipped(from);
        }
        return Arrays.equals(changed, from) ? flipped(from) : changed;
    }

    /// The same with one changed bit.
    byte[] flipped(byte[] from) {
        byte[] changed = from.clone();
        changed[below(from.length)] ^= (byte) (1 << below(8));
        return changed;
    }

    /// The number, at most 2^256 − 1, in 32 bytes.
    static byte[] octets(BigInteger value) {
        return BigIntegers.asUnsignedByteArray(32, value);
    }

    static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
