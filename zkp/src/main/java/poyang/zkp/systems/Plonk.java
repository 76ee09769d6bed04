package poyang.zkp.systems;

import java.math.BigInteger;
import java.util.List;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Domain;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.MultiScalar;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// The proof system PLONK with KZG commitments, with the transcript and the order of terms of snarkjs.
public final class Plonk {
    private Plonk() {}

    /// Verifies the JSON files of snarkjs; refuses and throws as {@link Groth16#verify} does.
    public static Verdict verify(String key, String proof, String publicValues) {
        try {
            PlonkKey read = PlonkKey.read(key);
            PlonkProof readProof = PlonkProof.read(proof);
            return verify(read, readProof, ForeignText.publicValues(publicValues, read.curve.scalars()));
        } catch (Refused refused) {
            return new Verdict.Invalid(refused.reason());
        }
    }

    /// Verifies a proof.
    ///
    /// - computes: e(W_ξ + u·W_ξω, x·G₂) = e(ξ·W_ξ + u·ξ·ω·W_ξω + F − E, G₂)
    /// - rejects: a wrong number of public values, values not in 0 … r − 1, another curve
    /// - secrecy: all inputs are public
    /// - cost: two pairings that share one final power, one sum of 18 multiples of points
    /// - source: Gabizon, Williamson, Ciobotaru, ePrint 2019/953, section 8.3, steps 4 to 12
    public static Verdict verify(PlonkKey key, PlonkProof proof, List<BigInteger> publicValues) {
        Curve curve = key.curve;
        if (proof.curve != curve) {
            return new Verdict.Invalid("the proof is over " + proof.curve + ", the key over " + curve);
        }
        if (publicValues.size() != key.publicValues) {
            return new Verdict.Invalid(
                    "there are " + publicValues.size() + " public values, the key has " + key.publicValues);
        }
        for (int i = 0; i < publicValues.size(); i++) {
            BigInteger value = publicValues.get(i);
            if (value.signum() < 0 || value.compareTo(curve.scalars().modulus()) >= 0) {
                return new Verdict.Invalid("public value " + (i + 1) + " is not canonical");
            }
        }
        return new Check(key, proof).run(publicValues);
    }

    /// One verification; names follow the paper.
    private static final class Check {
        private static final int TERMS = 18;

        private final PlonkKey key;
        private final PlonkProof proof;
        private final PrimeField f;
        private final Group g1;

        Check(PlonkKey key, PlonkProof proof) {
            this.key = key;
            this.proof = proof;
            f = key.curve.scalars();
            g1 = key.curve.g1();
        }

        private long[] times(long[]... factors) {
            long[] product = f.of(1);
            for (long[] factor : factors) {
                f.multiply(product, 0, product, 0, factor, 0);
            }
            return product;
        }

        private long[] plus(long[]... terms) {
            long[] sum = f.of(0);
            for (long[] term : terms) {
                f.add(sum, 0, sum, 0, term, 0);
            }
            return sum;
        }

        private long[] minus(long[] a, long[] b) {
            long[] r = f.of(0);
            f.subtract(r, 0, a, 0, b, 0);
            return r;
        }

        Verdict run(List<BigInteger> publicValues) {
            long[][] p = proof.points;
            PlonkTranscript transcript = new PlonkTranscript(key, publicValues, new long[][] {p[0], p[1], p[2]});
            long[] alpha = transcript.alpha(p[3]);
            long[] xi = transcript.xi(alpha, p[4], p[5], p[6]);
            long[] v = transcript.v(xi, proof.values);
            long[] u = transcript.u(p[7], p[8]);
            long[] vanishing = Domain.vanishing(f, xi, key.power);
            if (f.isZero(vanishing, 0)) {
                return new Verdict.Invalid("the point of evaluation is a root of unity");
            }
            long[] lagrange = Domain.lagrange(key.curve, key.power, xi, Math.max(1, publicValues.size()));
            long[] inputs = f.of(0);
            for (int i = 0; i < publicValues.size(); i++) {
                long[] l = java.util.Arrays.copyOfRange(lagrange, i * f.longs(), (i + 1) * f.longs());
                inputs = minus(inputs, times(f.of(publicValues.get(i)), l));
            }
            long[] l1 = java.util.Arrays.copyOf(lagrange, f.longs());
            return equation(transcript, alpha, xi, v, u, vanishing, l1, inputs);
        }

        @SuppressWarnings("ParameterNumber") // the challenges of the paper, by their names
        private Verdict equation(
                PlonkTranscript transcript,
                long[] alpha,
                long[] xi,
                long[] v,
                long[] u,
                long[] vanishing,
                long[] l1,
                long[] inputs) {
            long[] a = proof.values[0];
            long[] b = proof.values[1];
            long[] c = proof.values[2];
            long[] s1 = proof.values[3];
            long[] s2 = proof.values[4];
            long[] zw = proof.values[5];
            long[] beta = transcript.beta;
            long[] gamma = transcript.gamma;
            long[] left = plus(a, times(beta, s1), gamma);
            long[] right = plus(b, times(beta, s2), gamma);
            long[] first = times(l1, alpha, alpha);
            long[] r0 = minus(minus(inputs, first), times(alpha, left, right, plus(c, gamma), zw));

            Sum sum = new Sum();
            sum.add(times(a, b), key.commitments[0]);
            sum.add(a, key.commitments[1]);
            sum.add(b, key.commitments[2]);
            sum.add(c, key.commitments[3]);
            sum.add(f.of(1), key.commitments[4]);
            long[] betaXi = times(beta, xi);
            long[] grand = times(
                    plus(a, betaXi, gamma),
                    plus(b, times(betaXi, key.k1), gamma),
                    plus(c, times(betaXi, key.k2), gamma),
                    alpha);
            sum.add(plus(grand, first, u), proof.points[3]);
            sum.add(minus(f.of(0), times(left, right, alpha, beta, zw)), key.commitments[7]);
            long[] xiN = plus(vanishing, f.of(1));
            long[] factor = minus(f.of(0), vanishing);
            for (int i = 4; i <= 6; i++) {
                sum.add(factor, proof.points[i]);
                factor = times(factor, xiN);
            }
            long[] e = minus(f.of(0), r0);
            long[][] opened = {proof.points[0], proof.points[1], proof.points[2], key.commitments[5], key.commitments[6]
            };
            long[] power = v;
            for (int i = 0; i < opened.length; i++) {
                sum.add(power, opened[i]);
                e = plus(e, times(power, proof.values[i]));
                power = times(power, v);
            }
            e = plus(e, times(u, zw));
            sum.add(minus(f.of(0), e), g1.generator());
            sum.add(xi, proof.points[7]);
            sum.add(times(u, xi, key.root), proof.points[8]);

            Sum openings = new Sum();
            openings.add(minus(f.of(0), f.of(1)), proof.points[7]);
            openings.add(minus(f.of(0), u), proof.points[8]);
            boolean holds = key.curve
                    .pairing()
                    .productIsOne(
                            new long[][] {openings.affine(), sum.affine()},
                            new long[][] {key.x2, key.curve.g2().generator()});
            return holds ? new Verdict.Valid() : new Verdict.Invalid("the equation of the proof does not hold");
        }

        private final class Sum {
            private final long[] scalars = new long[TERMS * f.longs()];
            private final long[] points = new long[TERMS * g1.affineLongs()];
            private int terms;

            void add(long[] factor, long[] affine) {
                f.toPlain(scalars, terms * f.longs(), factor, 0);
                System.arraycopy(affine, 0, points, terms * g1.affineLongs(), g1.affineLongs());
                terms++;
            }

            long[] affine() {
                return g1.toAffine(MultiScalar.sum(g1, f, points, 0, scalars, 0, terms, Workers.CALLER));
            }
        }
    }
}
