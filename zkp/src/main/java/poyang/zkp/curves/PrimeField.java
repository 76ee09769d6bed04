package poyang.zkp.curves;

import java.math.BigInteger;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// A prime field in Montgomery form: the element a stands for a·R, with R = 2^(64·longs).
public abstract sealed class PrimeField extends Field permits Field4, Field6 {
    private final BigInteger modulus;
    private final BigInteger radix;
    private final BigInteger radixInverse;
    private final long[] modulusLimbs;
    private final long[] one;
    private final long[] radixSquared;
    private final long[] plainOne;

    PrimeField(BigInteger modulus, int longs) {
        super(longs);
        Bug.unless(modulus.bitLength() < 64 * longs, "the highest bit must be free");
        this.modulus = modulus;
        radix = BigInteger.ONE.shiftLeft(64 * longs).mod(modulus);
        radixInverse = radix.modInverse(modulus);
        modulusLimbs = limbs(modulus);
        one = limbs(radix);
        radixSquared = limbs(radix.multiply(radix).mod(modulus));
        plainOne = limbs(BigInteger.ONE);
    }

    public final BigInteger modulus() {
        return modulus;
    }

    /// The bytes of a canonical encoding.
    public final int bytes() {
        return 8 * longs();
    }

    @Override
    final Field fork() {
        return this;
    }

    @Override
    public final void one(long[] r, int ro) {
        System.arraycopy(one, 0, r, ro, longs());
    }

    /// The element of an integer, which is reduced.
    public final long[] of(BigInteger value) {
        return limbs(value.mod(modulus).multiply(radix).mod(modulus));
    }

    public final long[] of(long value) {
        return of(BigInteger.valueOf(value));
    }

    /// The integer from 0 to the modulus that an element stands for.
    public final BigInteger value(long[] a, int ao) {
        return integer(a, ao).multiply(radixInverse).mod(modulus);
    }

    /// r = the limbs of the integer that a stands for.
    public final void toPlain(long[] r, int ro, long[] a, int ao) {
        multiply(r, ro, a, ao, plainOne, 0);
    }

    /// r = the element of the integer below the modulus whose limbs a are.
    public final void fromPlain(long[] r, int ro, long[] a, int ao) {
        multiply(r, ro, a, ao, radixSquared, 0);
    }

    /// Are the limbs below the modulus?
    public final boolean isBelowModulus(long[] a, int ao) {
        for (int i = longs() - 1; i >= 0; i--) {
            int order = Long.compareUnsigned(a[ao + i], modulusLimbs[i]);
            if (order != 0) {
                return order < 0;
            }
        }
        return false;
    }

    /// A uniform element.
    public final long[] random(RandomSource random) {
        return of(new BigInteger(1, random.bytes(bytes() + 16)));
    }

    @Override
    public final void invert(long[] r, int ro, long[] a, int ao) {
        mustNotBeZero(isZero(a, ao));
        long[] inverse = of(value(a, ao).modInverse(modulus));
        System.arraycopy(inverse, 0, r, ro, longs());
    }

    /// r = a^e for e ≥ 0
    public final void power(long[] r, int ro, long[] a, int ao, BigInteger e) {
        long[] x = new long[longs()];
        System.arraycopy(a, ao, x, 0, longs());
        long[] y = one.clone();
        for (int i = e.bitLength() - 1; i >= 0; i--) {
            square(y, 0, y, 0);
            if (e.testBit(i)) {
                multiply(y, 0, y, 0, x, 0);
            }
        }
        System.arraycopy(y, 0, r, ro, longs());
    }

    final BigInteger integer(long[] a, int ao) {
        byte[] octets = new byte[bytes()];
        for (int i = 0; i < octets.length; i++) {
            octets[octets.length - 1 - i] = (byte) (a[ao + i / 8] >>> 8 * (i % 8));
        }
        return new BigInteger(1, octets);
    }

    /// The limbs of an integer below 2^(64·longs).
    public final long[] limbs(BigInteger value) {
        long[] limbs = new long[longs()];
        for (int i = 0; i < limbs.length; i++) {
            limbs[i] = value.shiftRight(64 * i).longValue();
        }
        return limbs;
    }
}
