package poyang.crypto;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.math.ec.ECAlgorithms;
import org.bouncycastle.math.ec.ECPoint;
import poyang.crypto.Sm2PublicKey.Check;
import poyang.crypto.Sm2PublicKey.Equation;
import poyang.kernel.CanonicalWriter;

/// Checks many SM2 signatures by one equation.
///
/// A signature (r, s) with parity b is valid for key P and digest e exactly when the point R with
/// x(R) ≡ r − e (mod n) and y of parity b satisfies s·G + t·P = R. With weights z_i of 128 bits that the
/// signers cannot foresee, `Σ z_i (s_i·G + t_i·P_i − R_i) = 0` holds for a set with an invalid member
/// with probability at most 2^-127 (weights are odd, 127 free bits): the curve's group has prime order n > 2^128, so
/// for fixed other
/// weights at most one value of an invalid member's weight satisfies the equation. The weights are
/// derived by SM3 from all checks together, so they are fixed only after all signatures are.
///
/// x(R) is `(r − e) mod n`, or that plus n when still below p. The second case has probability below
/// 2^-31 for honest signatures; such checks, and those whose x is on no point, are judged one by one,
/// so that the verdicts are those of {@link Sm2PublicKey#verify} without exception. When the equation
/// fails, halves are tried.
///
/// Source: Bellare, Garay, Rabin, "Fast batch verification for modular exponentiation and digital
/// signatures", EUROCRYPT 1998, small-exponents test.
final class BatchVerification {
    private static final int SINGLES_BELOW = 3;
    private static final int WEIGHT_BYTES = 16;

    private final List<Check> checks;
    private final Boolean[] verdicts;

    BatchVerification(List<Check> checks) {
        this.checks = List.copyOf(checks);
        verdicts = new Boolean[checks.size()];
    }

    /// A check that takes part in the common equation.
    private record Term(int index, Equation equation, ECPoint r) {}

    List<Boolean> verdicts() {
        Arrays.fill(verdicts, false);
        List<Term> terms = new ArrayList<>();
        for (int i = 0; i < checks.size(); i++) {
            Check check = checks.get(i);
            Optional<Equation> equation = Equation.of(check);
            if (equation.isEmpty()) {
                continue;
            }
            Optional<ECPoint> point = point(equation.get());
            if (point.isPresent()) {
                terms.add(new Term(i, equation.get(), point.get()));
            } else {
                verdicts[i] = check.key().verify(check.message().toArray(), check.signature());
            }
        }
        if (!terms.isEmpty()) {
            decide(terms, weights());
        }
        return List.of(verdicts);
    }

    private void decide(List<Term> terms, BigInteger[] weights) {
        if (terms.size() < SINGLES_BELOW) {
            for (Term term : terms) {
                Check check = checks.get(term.index());
                verdicts[term.index()] = check.key().verify(check.message().toArray(), check.signature());
            }
        } else if (holds(terms, weights)) {
            terms.forEach(term -> verdicts[term.index()] = true);
        } else {
            int half = terms.size() / 2;
            decide(terms.subList(0, half), weights);
            decide(terms.subList(half, terms.size()), weights);
        }
    }

    private static boolean holds(List<Term> terms, BigInteger[] weights) {
        BigInteger forG = BigInteger.ZERO;
        Map<Sm2PublicKey, BigInteger> forKeys = new LinkedHashMap<>();
        List<ECPoint> points = new ArrayList<>();
        List<BigInteger> scalars = new ArrayList<>();
        for (Term term : terms) {
            BigInteger z = weights[term.index()];
            forG = forG.add(z.multiply(term.equation().s()));
            forKeys.merge(
                    term.equation().check().key(), z.multiply(term.equation().t()), BigInteger::add);
            points.add(term.r().negate());
            scalars.add(z);
        }
        points.add(Sm2Curve.G);
        scalars.add(forG.mod(Sm2Curve.N));
        forKeys.forEach((key, scalar) -> {
            points.add(key.point());
            scalars.add(scalar.mod(Sm2Curve.N));
        });
        return ECAlgorithms.sumOfMultiplies(points.toArray(ECPoint[]::new), scalars.toArray(BigInteger[]::new))
                .isInfinity();
    }

    /// The only point that can be R, or empty when there is none or might be two.
    private static Optional<ECPoint> point(Equation equation) {
        BigInteger x = equation.r().subtract(equation.e()).mod(Sm2Curve.N);
        if (x.add(Sm2Curve.N).compareTo(Sm2Curve.P) < 0) {
            return Optional.empty();
        }
        byte[] compressed = new byte[33];
        compressed[0] = (byte) (2 + equation.check().signature().parity());
        System.arraycopy(Sm2Curve.octets(x), 0, compressed, 1, 32);
        try {
            return Optional.of(Sm2Curve.CURVE.decodePoint(compressed));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private BigInteger[] weights() {
        CanonicalWriter all = new CanonicalWriter("poyang.batch-verification.v1");
        for (Check check : checks) {
            all.bytes(check.key().encoded())
                    .bytes(Sm3.digest(check.message().toArray()))
                    .bytes(check.signature().encoded());
        }
        SeededRandom random = new SeededRandom(Sm3.digest(all.toArray()), "weights");
        BigInteger[] weights = new BigInteger[checks.size()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Sm2Curve.integer(random.bytes(WEIGHT_BYTES)).setBit(0);
        }
        return weights;
    }
}
