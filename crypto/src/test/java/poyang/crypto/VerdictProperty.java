package poyang.crypto;

import static poyang.crypto.CryptoProperty.same;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.math.ec.ECPoint;
import poyang.crypto.VerificationKey.Check;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Verifier;
import poyang.kernel.Bytes;

/// Good, spoilt and hand-made signatures get the twin's verdict: alone, with a comb of the key's own, and in
/// a batch. Keys and nonces may be tiny multiples of the base point, so that sums meet themselves on the way.
final class VerdictProperty implements CryptoProperty {
    private static final int LONGEST_BYTES = 80;
    private static final int TINY = 40;

    /// A signature of somebody's making.
    private static final class Claimed {
        private final byte[] rs;
        private final int parity;

        Claimed(byte[] rs, int parity) {
            this.rs = rs;
            this.parity = parity;
        }
    }

    @Override
    public int share() {
        return 2;
    }

    @Override
    public void check(Draws draws) {
        BigInteger d = small(draws);
        byte[] encoded = Twin.encoded(Twin.base(d));
        ECPublicKeyParameters theirs = Twin.key(encoded).orElseThrow();
        Sm2PublicKey key = Sm2PublicKey.decode(encoded);
        byte[] message = draws.bytes(draws.below(LONGEST_BYTES));
        Claimed claimed = spoilt(draws, signed(d, small(draws), key.digest(message)));
        if (draws.oneIn(6)) {
            message = draws.mutated(message);
        }
        boolean expected = Twin.verify(theirs, Twin.USER_ID, message, claimed.rs);
        same("without parity", expected, key.verifyWithoutParity(Twin.USER_ID, message, claimed.rs));
        if (claimed.rs.length != 64) {
            return;
        }
        Bytes rs = Bytes.copyOf(claimed.rs);
        List<Boolean> alone = new ArrayList<>();
        List<Check> checks = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int parity = i == 0 ? claimed.parity : 1 - claimed.parity;
            Signature signature = new Signature(rs, parity);
            alone.add(key.verify(message, signature));
            checks.add(new Check(key, Bytes.copyOf(message), signature));
        }
        same("with the point's parity", expected, alone.get(0) || alone.get(1));
        same("with both parities", false, alone.get(0) && alone.get(1));
        if (draws.oneIn(20)) {
            comb(key.digest(message), claimed, encoded, alone);
        }
        if (draws.oneIn(3)) {
            batch(draws, checks, alone);
        }
    }

    /// 1 … n − 2, often so near to an end that s·G and t·P meet.
    private static BigInteger small(Draws draws) {
        BigInteger near = BigInteger.valueOf(1 + draws.below(TINY));
        return switch (draws.below(4)) {
            case 0 -> near;
            case 1 -> Draws.N.subtract(BigInteger.ONE).subtract(near);
            default -> draws.scalar().min(Draws.N.subtract(BigInteger.TWO));
        };
    }

    /// By the standard's formulas on big integers; r, s = 0 where they say so.
    private static Claimed signed(BigInteger d, BigInteger k, byte[] digest) {
        ECPoint point = Twin.base(k);
        BigInteger r = point.getAffineXCoord()
                .toBigInteger()
                .add(new BigInteger(1, digest))
                .mod(Draws.N);
        BigInteger s = k.subtract(r.multiply(d))
                .multiply(d.add(BigInteger.ONE).modInverse(Draws.N))
                .mod(Draws.N);
        return new Claimed(
                Draws.joined(Draws.octets(r), Draws.octets(s)),
                point.getAffineYCoord().testBitZero() ? 1 : 0);
    }

    private static Claimed spoilt(Draws draws, Claimed good) {
        BigInteger r = new BigInteger(1, Arrays.copyOf(good.rs, 32));
        BigInteger s = new BigInteger(1, Arrays.copyOfRange(good.rs, 32, 64));
        return switch (draws.below(10)) {
            case 0 -> new Claimed(draws.flipped(good.rs), good.parity);
            case 1 -> pair(draws.number(), s, good);
            case 2 -> pair(r, draws.number(), good);
            case 3 -> pair(draws.number(), draws.number(), good);
            case 4 -> pair(s, r, good);
            case 5 -> pair(r, Draws.N.subtract(r), good); // t = 0
            case 6 -> pair(r, Draws.N.subtract(s), good);
            case 7 -> new Claimed(draws.mutated(good.rs), good.parity);
            default -> good;
        };
    }

    private static Claimed pair(BigInteger r, BigInteger s, Claimed from) {
        return new Claimed(Draws.joined(Draws.octets(r), Draws.octets(s)), from.parity);
    }

    private static void comb(byte[] digest, Claimed claimed, byte[] encoded, List<Boolean> alone) {
        Sm2Verifier own = new Sm2Verifier(Sm2Point.decode(encoded).orElseThrow(), 0);
        for (int i = 0; i < 2; i++) {
            int parity = i == 0 ? claimed.parity : 1 - claimed.parity;
            same("by a comb", alone.get(i), new Sm2Verifier.Claim(own, digest, claimed.rs, parity).holds());
        }
    }

    /// The case's claims among good ones of other keys, in a random order.
    private static void batch(Draws draws, List<Check> checks, List<Boolean> verdicts) {
        List<Check> all = new ArrayList<>(checks);
        List<Boolean> expected = new ArrayList<>(verdicts);
        int others = 1 + draws.below(4);
        for (int i = 0; i < others; i++) {
            Sm2PrivateKey key = draws.key();
            byte[] message = draws.bytes(draws.below(LONGEST_BYTES));
            int at = draws.below(all.size() + 1);
            all.add(at, new Check(key.publicKey(), Bytes.copyOf(message), key.sign(message)));
            expected.add(at, true);
        }
        same("in a batch", expected, VerificationKey.verifyBatch(all));
    }
}
