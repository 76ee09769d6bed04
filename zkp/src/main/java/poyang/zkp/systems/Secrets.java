package poyang.zkp.systems;

import java.math.BigInteger;
import java.util.Arrays;
import poyang.crypto.Sm3;
import poyang.kernel.RandomSource;
import poyang.zkp.curves.PrimeField;

/// The random numbers of one contribution to a set-up, which nobody may keep: they are overwritten when it is
/// closed, and never written anywhere.
///
/// Those of a beacon are public: they follow from a value that nobody could know before, hashed 2^power times so
/// that nobody could try many values in time.
final class Secrets implements AutoCloseable {
    private static final byte[] NO_BEACON = new byte[0];

    private final int n;
    private final long[] all;
    private final byte[] beacon;
    private final int beaconPower;

    private Secrets(PrimeField f, int count, byte[] beacon, int beaconPower) {
        n = f.longs();
        all = new long[count * n];
        this.beacon = beacon;
        this.beaconPower = beaconPower;
    }

    static Secrets random(PrimeField f, int count, RandomSource random) {
        Secrets made = new Secrets(f, count, NO_BEACON, 0);
        for (int i = 0; i < count; i++) {
            long[] element = f.random(random);
            if (f.isZero(element, 0)) {
                element = f.of(1); // once in 2^254
            }
            System.arraycopy(element, 0, made.all, i * made.n, made.n);
            Arrays.fill(element, 0);
        }
        return made;
    }

    static Secrets ofBeacon(PrimeField f, int count, byte[] before, byte[] beacon, int power) {
        Secrets made = new Secrets(f, count, beacon.clone(), power);
        byte[] hash = Sm3.digest(before, beacon);
        for (long i = 0; i < 1L << power; i++) {
            hash = Sm3.digest(hash);
        }
        for (int i = 0; i < count; i++) {
            byte[] wide = SectionWriter.joined(
                    Sm3.digest(hash, SectionWriter.wholes(i, 0)), Sm3.digest(hash, SectionWriter.wholes(i, 1)));
            BigInteger span = f.modulus().subtract(BigInteger.ONE);
            long[] element = f.of(new BigInteger(1, wide).mod(span).add(BigInteger.ONE));
            System.arraycopy(element, 0, made.all, i * made.n, made.n);
        }
        return made;
    }

    long[] element(int i) {
        return Arrays.copyOfRange(all, i * n, (i + 1) * n);
    }

    byte[] beacon() {
        return beacon;
    }

    int beaconPower() {
        return beaconPower;
    }

    @Override
    public void close() {
        Arrays.fill(all, 0);
    }

    @Override
    public String toString() {
        return "Secrets[" + all.length / n + "]";
    }
}
