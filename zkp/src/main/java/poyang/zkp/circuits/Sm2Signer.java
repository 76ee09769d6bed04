package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Point;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;

/// A public key of SM2 that circuits verify under, with the multiples that they choose from.
///
/// For each of the 32 windows of eight bits of a scalar there are the 256 points `R + d·2^(8j)·P`, for P the base
/// point and the key; R is H, or 2·H in the first one, for a point H whose discrete logarithm nobody knows. So
/// no entry is the neutral element, and a sum of some of them meets another one or its opposite only
/// where somebody knows a relation between H, the base point and the key.
///
/// - cost: 16,384 additions of points when it is made
public final class Sm2Signer {
    static final int WINDOW_BITS = 8;
    static final int WINDOWS = 256 / WINDOW_BITS;
    private static final int ENTRIES = 1 << WINDOW_BITS;
    private static final byte[] DOMAIN =
            Bytes.utf8("POYANG-ZKP-V01-with-sm2_XMD:SM3_SSWU_RO_").toArray();

    private final Sm2PublicKey key;
    private final List<List<List<BigInteger>>> windows = new ArrayList<>();
    private final Sm2Point correction;

    /// The windows of the base point, then those of the key.
    public Sm2Signer(Sm2PublicKey key) {
        this.key = key;
        Sm2Point point = Sm2Point.decode(key.encoded().toArray()).orElseThrow();
        Sm2Point h = offset();
        Sm2Point sum = h;
        for (Sm2Point of : List.of(Sm2Point.BASE, point)) {
            Sm2Point step = of;
            for (int j = 0; j < WINDOWS; j++) {
                Sm2Point from = windows.isEmpty() ? sum(h, h) : h;
                sum = sum(sum, h);
                windows.add(monomials(entries(from, step)));
                step = step.times(scalar(BigInteger.valueOf(ENTRIES)));
            }
        }
        correction = sum;
    }

    /// The key itself.
    public Sm2PublicKey key() {
        return key;
    }

    private static Sm2Point offset() {
        List<byte[]> name = List.of(Bytes.utf8("zkp sm2 offset").toArray());
        return Sm2Point.decode(Sm2Group.encode(Sm2Group.hashToCurve(name, DOMAIN)))
                .orElseThrow();
    }

    private static Sm2Point sum(Sm2Point a, Sm2Point b) {
        Optional<Sm2Point> sum = a.plus(b);
        return sum.orElseThrow(() -> new Bug("H has a known relation to the key"));
    }

    private static byte[] scalar(BigInteger value) {
        byte[] octets = new byte[32];
        byte[] plain = value.toByteArray();
        System.arraycopy(plain, 0, octets, octets.length - plain.length, plain.length);
        return octets;
    }

    private static List<Sm2Point> entries(Sm2Point from, Sm2Point step) {
        List<Sm2Point> entries = new ArrayList<>(List.of(from));
        while (entries.size() < ENTRIES) {
            entries.add(sum(entries.getLast(), step));
        }
        return entries;
    }

    static BigInteger x(Sm2Point point) {
        return new BigInteger(1, point.x());
    }

    static BigInteger y(Sm2Point point) {
        return new BigInteger(1, point.y());
    }

    /// For each limb of x, then of y, its coefficients over the products of the window's bits: entry S is that of the
    /// product of the bits that are set in S.
    private static List<List<BigInteger>> monomials(List<Sm2Point> entries) {
        List<List<BigInteger>> limbs = new ArrayList<>();
        for (int i = 0; i < 2 * ForeignField.LIMBS; i++) {
            limbs.add(new ArrayList<>());
        }
        for (Sm2Point entry : entries) {
            List<BigInteger> both = new ArrayList<>(ForeignField.split(x(entry)));
            both.addAll(ForeignField.split(y(entry)));
            for (int i = 0; i < both.size(); i++) {
                limbs.get(i).add(both.get(i));
            }
        }
        for (List<BigInteger> values : limbs) {
            for (int bit = 1; bit < ENTRIES; bit <<= 1) {
                for (int s = 0; s < ENTRIES; s++) {
                    if ((s & bit) != 0) {
                        values.set(s, values.get(s).subtract(values.get(s ^ bit)));
                    }
                }
            }
        }
        return limbs;
    }

    /// The coefficients of one window.
    List<List<BigInteger>> window(int index) {
        return windows.get(index);
    }

    /// The sum of all offsets, which is to be taken away at the end.
    Sm2Point correction() {
        return correction;
    }
}
