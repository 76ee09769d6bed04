package poyang.crypto;

import static poyang.crypto.CryptoProperty.holds;
import static poyang.crypto.CryptoProperty.same;

import java.math.BigInteger;
import java.util.Optional;
import org.bouncycastle.math.ec.ECPoint;
import poyang.crypto.curve.CurveForms;
import poyang.crypto.curve.Sm2Group;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.PoyangException;

/// Multiples by every algorithm of the curve, for any 256-bit number; those that are no private key are
/// refused, and but for the two stretches of 2^64 at the ends only those.
final class ScalarProperty implements CryptoProperty {
    private static final int WIDTH = 5;

    @Override
    public void check(Draws draws) {
        BigInteger k = draws.number();
        boolean standard = k.signum() > 0 && k.compareTo(Draws.N.subtract(BigInteger.ONE)) < 0;
        boolean end = k.bitLength() <= 64 || Draws.N.subtract(k).abs().bitLength() <= 64;
        Optional<Sm2Secret> secret = Sm2Secret.of(Draws.octets(k));
        holds("a number out of range is taken as a key", standard || secret.isEmpty());
        holds("a good key is refused", secret.isPresent() || !standard || end);
        same("key", secret.isPresent(), taken(k));
        if (k.signum() == 0 || k.compareTo(Draws.N) >= 0) {
            return;
        }
        BigInteger m = draws.scalar();
        ECPoint theirs = Twin.base(m);
        Sm2Point point = Sm2Point.decode(Twin.encoded(theirs)).orElseThrow();
        byte[] base = Twin.encoded(Twin.base(k));
        byte[] multiple = Twin.encoded(theirs.multiply(k));
        same("public k·G", base, Sm2Point.BASE.times(Draws.octets(k)).encode());
        same("public k·P", multiple, point.times(Draws.octets(k)).encode());
        if (draws.oneIn(4)) {
            same(
                    "k·P by a comb",
                    multiple,
                    CurveForms.comb(point, k, WIDTH).orElseThrow().encode());
        }
        if (secret.isPresent()) {
            same("secret k·G", base, secret.get().timesBase().encode());
            same("secret k·P", multiple, secret.get().times(point).encode());
        }
        sum(point, theirs, Sm2Point.decode(base).orElseThrow(), Twin.base(k));
        encodings(point, theirs);
    }

    private static boolean taken(BigInteger k) {
        try (Sm2PrivateKey key = Sm2PrivateKey.of(Draws.octets(k))) {
            return new BigInteger(1, key.scalar()).equals(k);
        } catch (PoyangException e) {
            return false;
        }
    }

    private static void sum(Sm2Point a, ECPoint theirA, Sm2Point b, ECPoint theirB) {
        sumOf(a, theirA, b, theirB);
        sumOf(a, theirA, a, theirA);
        byte[] minusOne = Draws.octets(Draws.N.subtract(BigInteger.ONE));
        sumOf(a, theirA, a.times(minusOne), theirA.negate());
    }

    private static void sumOf(Sm2Point a, ECPoint theirA, Sm2Point b, ECPoint theirB) {
        ECPoint sum = theirA.add(theirB);
        Optional<Sm2Point> ours = a.plus(b);
        same("neutral sum", sum.isInfinity(), ours.isEmpty());
        if (ours.isPresent()) {
            same("sum", Twin.encoded(sum), ours.get().encode());
        }
    }

    private static void encodings(Sm2Point point, ECPoint theirs) {
        byte[] compressed = theirs.getEncoded(true);
        same(
                "decompressed",
                point.encode(),
                Sm2Point.decode(compressed).orElseThrow().encode());
        same(
                "compressed",
                compressed,
                Sm2Group.encode(Sm2Group.decode(compressed).orElseThrow()));
    }
}
