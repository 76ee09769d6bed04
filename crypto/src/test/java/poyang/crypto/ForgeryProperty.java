package poyang.crypto;

import static poyang.crypto.CryptoProperty.same;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.math.ec.ECPoint;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Verifier;

/// Signatures made backwards by somebody who knows the key and chooses the digest last: r and s come first,
/// so they may be small, and s·G and t·P may be equal or opposite. Verdicts are those of the definition,
/// with the twin's points, also on r + n and s + n, which satisfy the equation and are out of range.
final class ForgeryProperty implements CryptoProperty {
    private static final int NEVER = 1000;
    private static final int SMALL_BITS = 220;
    private static final int COMB_BITS = 9;
    private static final int ENTRIES = 256;
    private static final int WINDOWS = 28;

    private final BigInteger limit = BigInteger.ONE.shiftLeft(256);

    @Override
    public int share() {
        return 2;
    }

    /// Claims and their verdicts.
    private static final class Claims {
        private final List<Sm2Verifier.Claim> claims = new ArrayList<>();
        private final List<Boolean> verdicts = new ArrayList<>();
        private final Sm2Verifier verifier;
        private final byte[] digest;

        Claims(Sm2Verifier verifier, byte[] digest) {
            this.verifier = verifier;
            this.digest = digest;
        }

        void add(BigInteger r, BigInteger s, int parity, boolean verdict) {
            byte[] rs = Draws.joined(Draws.octets(r), Draws.octets(s));
            claims.add(new Sm2Verifier.Claim(verifier, digest, rs, parity));
            verdicts.add(verdict);
        }
    }

    @Override
    public void check(Draws draws) {
        BigInteger d = draws.oneIn(3) ? BigInteger.valueOf(1 + draws.below(SMALL_BITS)) : draws.scalar();
        BigInteger r;
        BigInteger s;
        if (draws.oneIn(2)) {
            // t·P = ±s·G, or nearly; one entry of the base point's comb is all of s, so it is added to itself
            s = draws.oneIn(2)
                    ? BigInteger.valueOf(1 + draws.below(ENTRIES)).shiftLeft(COMB_BITS * draws.below(WINDOWS))
                    : draws.scalar();
            BigInteger meeting = draws.oneIn(2) ? s : s.negate();
            BigInteger near = draws.oneIn(4) ? BigInteger.valueOf(draws.below(3) - 1) : BigInteger.ZERO;
            BigInteger t = meeting.add(near).multiply(d.modInverse(Draws.N)).mod(Draws.N);
            r = t.subtract(s).mod(Draws.N);
        } else if (draws.oneIn(2)) {
            // R is a small multiple of P, so that the tables of both hold the same points
            BigInteger multiple = BigInteger.valueOf(draws.below(33) - 16);
            BigInteger t = draws.oneIn(2) ? small(draws) : draws.scalar();
            s = multiple.subtract(t).multiply(d).mod(Draws.N);
            r = t.subtract(s).mod(Draws.N);
        } else {
            r = draws.oneIn(2) ? small(draws) : draws.scalar();
            s = draws.oneIn(2) ? small(draws) : draws.scalar();
        }
        BigInteger t = r.add(s).mod(Draws.N);
        ECPoint key = Twin.base(d);
        ECPoint sum = Twin.DOMAIN.getG().multiply(s).add(key.multiply(t)).normalize();
        boolean valid = r.signum() != 0 && s.signum() != 0 && t.signum() != 0 && !sum.isInfinity();
        BigInteger x =
                sum.isInfinity() ? BigInteger.ZERO : sum.getAffineXCoord().toBigInteger();
        int parity = !sum.isInfinity() && sum.getAffineYCoord().testBitZero() ? 1 : 0;
        byte[] digest = Draws.octets(r.subtract(x).mod(Draws.N));
        Sm2Point point = Sm2Point.decode(Twin.encoded(key)).orElseThrow();

        Claims claims = new Claims(new Sm2Verifier(point, draws.oneIn(4) ? 0 : NEVER), digest);
        claims.add(r, s, parity, valid);
        claims.add(r, s, 1 - parity, false);
        claims.add(r, s, Sm2Verifier.ANY_PARITY, valid);
        if (r.add(Draws.N).compareTo(limit) < 0) {
            claims.add(r.add(Draws.N), s, parity, false);
        }
        if (s.add(Draws.N).compareTo(limit) < 0) {
            claims.add(r, s.add(Draws.N), parity, false);
        }
        List<Boolean> alone =
                claims.claims.stream().map(Sm2Verifier.Claim::holds).toList();
        same("alone", claims.verdicts, alone);
        List<Boolean> together = new ArrayList<>();
        for (boolean verdict : Sm2Verifier.verdicts(claims.claims, () -> draws.bytes(16 * claims.claims.size()))) {
            together.add(verdict);
        }
        same("together", claims.verdicts, together);
    }

    private static BigInteger small(Draws draws) {
        return new BigInteger(1, draws.bytes(32)).shiftRight(256 - draws.below(SMALL_BITS));
    }
}
