package poyang.zkp.systems;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.curves.Domain;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.MultiScalar;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// Proves with PLONK.
///
/// - computes: the five rounds of the paper, with blinding, so that the proof shows nothing of the witness
/// - shapes: `witness` holds the plain limbs of the circuit's wires, without those of the key's additions
/// - rejects: a witness of another length, or one that does not satisfy the circuit; the proof is verified before
///   it is given out
/// - secrecy: the witness and the blinding are secret; time depends on them, so prove where the witness may lie
/// - cost: nine sums of points in G1 of the domain's size, six transforms of four times that size, and nine once
///   for a key
/// - source: Gabizon, Williamson, Ciobotaru, ePrint 2019/953, section 8.3; transcript of snarkjs
public final class PlonkProver {
    private static final int KEPT_MAX = 1 << 18;

    private final PlonkProvingKey key;
    private final Workers workers;
    private final PrimeField f;
    private final int n;
    private final int size;
    private final Domain domain;
    private final Domain large;
    private final Polynomials polynomials;
    private final long[] @Nullable [] cosets = new long[9][];

    public PlonkProver(PlonkProvingKey key, Workers workers) {
        this.key = key;
        this.workers = workers;
        f = key.curve.scalars();
        n = f.longs();
        domain = key.curve.domain(key.verification.power);
        large = key.curve.domain(key.verification.power + 2);
        size = domain.size();
        polynomials = new Polynomials(f);
    }

    /// A proof and the public values that it is for.
    public record Proven(PlonkProof proof, List<BigInteger> publicValues) {}

    /// Proves that the circuit has a witness with these public values.
    ///
    /// @throws PoyangException `BAD_WITNESS` when it has not
    public Proven prove(long[] witness, RandomSource random) {
        int given = key.wires - key.additions.length;
        long[] first = new long[n];
        first[0] = 1;
        if (witness.length != given * n || !f.equal(witness, 0, first, 0)) {
            throw badWitness("the witness has " + witness.length / n + " values, the key " + given
                    + ", or its first is not one");
        }
        long[] wires = wires(witness);
        List<BigInteger> publicValues = new ArrayList<>();
        for (int i = 1; i <= key.verification.publicValues; i++) {
            publicValues.add(f.value(wires, i * n));
        }
        PlonkProof proof;
        try {
            proof = new Rounds(wires, random).run(publicValues);
        } catch (Refused unsatisfied) {
            throw badWitness("the witness does not satisfy the circuit");
        }
        if (!Plonk.verify(key.verification, proof, publicValues).holds()) {
            throw badWitness("the witness does not satisfy the circuit");
        }
        return new Proven(proof, publicValues);
    }

    private static PoyangException badWitness(String wrong) {
        return new PoyangException(
                ZkpErrors.BAD_WITNESS, wrong, "compute the witness of this very circuit from inputs that satisfy it");
    }

    /// The values of all wires as elements; the constant wire counts as zero in PLONK, whose rows have a constant of
    /// their own.
    private long[] wires(long[] witness) {
        long[] all = new long[key.wires * n];
        for (int i = n; i < witness.length; i += n) {
            f.fromPlain(all, i, witness, i);
        }
        long[] t = new long[n];
        int at = witness.length;
        for (PlonkProvingKey.Addition addition : key.additions) {
            f.multiply(all, at, addition.factors, 0, all, addition.first * n);
            f.multiply(t, 0, addition.factors, n, all, addition.second * n);
            f.add(all, at, all, at, t, 0);
            at += n;
        }
        return all;
    }

    private long[] commit(long[] polynomial) {
        long[] plain = new long[polynomial.length];
        for (int i = 0; i < plain.length; i += n) {
            f.toPlain(plain, i, polynomial, i);
        }
        Group g1 = key.curve.g1();
        return g1.toAffine(MultiScalar.sum(g1, f, key.powers, 0, plain, 0, plain.length / n, workers));
    }

    /// One run of the rounds; names follow the paper.
    private final class Rounds {
        private final long[] one = f.of(1);
        private final long[][] values = new long[3][];
        private final long[][] wirePolynomials = new long[3][];
        private final long[][] b = new long[12][];

        Rounds(long[] wires, RandomSource random) {
            for (int i = 1; i < b.length; i++) {
                b[i] = f.random(random);
            }
            for (int w = 0; w < 3; w++) {
                values[w] = new long[size * n];
                for (int i = 0; i < key.rows[w].length; i++) {
                    System.arraycopy(wires, key.rows[w][i] * n, values[w], i * n, n);
                }
                long[] coefficients = values[w].clone();
                domain.interpolate(coefficients, workers);
                wirePolynomials[w] = polynomials.blinded(coefficients, size, b[2 * w + 2], b[2 * w + 1]);
            }
        }

        private long[] times(long[]... factors) {
            long[] product = one.clone();
            for (long[] factor : factors) {
                f.multiply(product, 0, product, 0, factor, 0);
            }
            return product;
        }

        private long[] plus(long[]... terms) {
            long[] sum = new long[n];
            for (long[] term : terms) {
                f.add(sum, 0, sum, 0, term, 0);
            }
            return sum;
        }

        private long[] negative(long[] a) {
            long[] r = new long[n];
            f.negate(r, 0, a, 0);
            return r;
        }

        PlonkProof run(List<BigInteger> publicValues) {
            long[][] points = new long[9][];
            for (int w = 0; w < 3; w++) {
                points[w] = commit(wirePolynomials[w]);
            }
            PlonkTranscript transcript =
                    new PlonkTranscript(key.verification, publicValues, new long[][] {points[0], points[1], points[2]});
            long[] z = polynomials.blinded(permutation(transcript.beta, transcript.gamma), size, b[9], b[8], b[7]);
            points[3] = commit(z);
            long[] alpha = transcript.alpha(points[3]);
            long[][] t = split(quotient(z, transcript.beta, transcript.gamma, alpha));
            for (int i = 0; i < 3; i++) {
                points[4 + i] = commit(t[i]);
            }
            long[] xi = transcript.xi(alpha, points[4], points[5], points[6]);
            long[] xiOmega = times(xi, key.verification.root);
            long[][] opened = {
                polynomials.at(wirePolynomials[0], xi),
                polynomials.at(wirePolynomials[1], xi),
                polynomials.at(wirePolynomials[2], xi),
                polynomials.at(key.polynomials[5], xi),
                polynomials.at(key.polynomials[6], xi),
                polynomials.at(z, xiOmega)
            };
            long[] v = transcript.v(xi, opened);
            long[] r = linearised(z, t, transcript, alpha, xi, opened);
            long[][] batch = {
                wirePolynomials[0], wirePolynomials[1], wirePolynomials[2], key.polynomials[5], key.polynomials[6]
            };
            long[] power = v;
            for (int i = 0; i < batch.length; i++) {
                r = polynomials.plusScaled(r, power, batch[i]);
                polynomials.addConstant(r, negative(times(power, opened[i])));
                power = times(power, v);
            }
            points[7] = commit(polynomials.dividedByRoot(r, xi));
            long[] shifted = z.clone();
            polynomials.addConstant(shifted, negative(opened[5]));
            points[8] = commit(polynomials.dividedByRoot(shifted, xiOmega));
            return new PlonkProof(key.curve, points, opened);
        }

        /// The coefficients of the grand product.
        private long[] permutation(long[] beta, long[] gamma) {
            long[][] sigma = new long[3][];
            for (int w = 0; w < 3; w++) {
                sigma[w] = key.polynomials[5 + w].clone();
                domain.transform(sigma[w], workers);
            }
            long[][] shifts = {one, key.verification.k1, key.verification.k2};
            long[] numerators = new long[size * n];
            long[] denominators = new long[size * n];
            long[] root = one.clone();
            long[] t = new long[n];
            for (int i = 0; i < size * n; i += n) {
                f.one(numerators, i);
                f.one(denominators, i);
                for (int w = 0; w < 3; w++) {
                    f.add(t, 0, gamma, 0, values[w], i);
                    f.add(t, 0, t, 0, times(beta, shifts[w], root), 0);
                    f.multiply(numerators, i, numerators, i, t, 0);
                    f.multiply(t, 0, beta, 0, sigma[w], i);
                    f.add(t, 0, t, 0, gamma, 0);
                    f.add(t, 0, t, 0, values[w], i);
                    f.multiply(denominators, i, denominators, i, t, 0);
                }
                f.multiply(root, 0, root, 0, key.verification.root, 0);
            }
            f.invertAll(denominators, size);
            long[] z = new long[size * n];
            long[] product = one.clone();
            for (int i = 0; i < size * n; i += n) {
                System.arraycopy(product, 0, z, i, n);
                f.multiply(product, 0, product, 0, numerators, i);
                f.multiply(product, 0, product, 0, denominators, i);
            }
            if (!f.equal(product, 0, one, 0)) {
                throw new Refused("the copies are not equal");
            }
            domain.interpolate(z, workers);
            return z;
        }

        /// The key's polynomials at the coset, the last being L₁: they are the same for every proof, and kept
        /// where they are not too large.
        private long[] keyAtCoset(int index, long[] shift) {
            long[] known = cosets[index];
            if (known != null) {
                return known;
            }
            long[] polynomial;
            if (index < key.polynomials.length) {
                polynomial = key.polynomials[index];
            } else {
                polynomial = new long[size * n];
                f.one(polynomial, 0);
                domain.interpolate(polynomial, workers);
            }
            long[] at = atCoset(polynomial, shift);
            if (size <= KEPT_MAX) {
                cosets[index] = at;
            }
            return at;
        }

        private long[] atCoset(long[] polynomial, long[] shift) {
            long[] at = polynomials.shifted(polynomial, shift, large.size());
            large.transform(at, workers);
            return at;
        }

        /// The coefficients of the quotient, by its values on a coset of four times as many points.
        private long[] quotient(long[] z, long[] beta, long[] gamma, long[] alpha) {
            long[] shift = f.of(7); // of no order that divides the size of a domain of either field
            Bug.unless(!f.isZero(Domain.vanishing(f, shift, large.power()), 0), "a coset apart");
            long[][] wire = new long[3][];
            for (int w = 0; w < 3; w++) {
                wire[w] = atCoset(wirePolynomials[w], shift);
            }
            long[] zAt = atCoset(z, shift);
            long[] result = gates(wire, shift);
            addCopies(result, wire, zAt, new long[][] {beta, gamma, alpha}, shift);
            long[] l1 = keyAtCoset(key.polynomials.length, shift);
            long[] alpha2 = times(alpha, alpha);
            long[] t = new long[n];
            for (int i = 0; i < result.length; i += n) {
                f.subtract(t, 0, zAt, i, one, 0);
                f.multiply(t, 0, t, 0, l1, i);
                f.multiply(t, 0, t, 0, alpha2, 0);
                f.add(result, i, result, i, t, 0);
            }
            divideByVanishing(result, shift);
            large.interpolate(result, workers);
            long[] inverse = new long[n];
            f.invert(inverse, 0, shift, 0);
            return polynomials.shifted(result, inverse, large.size());
        }

        /// Qm·a·b + Ql·a + Qr·b + Qo·c + Qc + PI
        private long[] gates(long[][] wire, long[] shift) {
            long[] inputs = new long[size * n];
            for (int i = 0; i < key.verification.publicValues * n; i += n) {
                f.negate(inputs, i, values[0], i);
            }
            domain.interpolate(inputs, workers);
            long[] result = atCoset(inputs, shift);
            long[] t = new long[n];
            for (int q = 0; q < 5; q++) {
                long[] selector = keyAtCoset(q, shift);
                for (int i = 0; i < result.length; i += n) {
                    switch (q) {
                        case 0 -> {
                            f.multiply(t, 0, wire[0], i, wire[1], i);
                            f.multiply(t, 0, t, 0, selector, i);
                        }
                        case 4 -> System.arraycopy(selector, i, t, 0, n);
                        default -> f.multiply(t, 0, wire[q - 1], i, selector, i);
                    }
                    f.add(result, i, result, i, t, 0);
                }
            }
            return result;
        }

        /// α·(Π (w + β·k·x + γ)·z − Π (w + β·S + γ)·z(ωx))
        private void addCopies(long[] result, long[][] wire, long[] z, long[][] challenges, long[] shift) {
            long[] beta = challenges[0];
            long[] gamma = challenges[1];
            long[][] shifts = {one, key.verification.k1, key.verification.k2};
            long[][] sigma = new long[3][];
            long[][] slopes = new long[3][];
            for (int w = 0; w < 3; w++) {
                sigma[w] = keyAtCoset(5 + w, shift);
                slopes[w] = times(beta, shifts[w]);
            }
            long[] x = shift.clone();
            long[] root = large.root();
            long[] left = new long[n];
            long[] right = new long[n];
            long[] t = new long[n];
            for (int i = 0; i < result.length; i += n) {
                System.arraycopy(z, i, left, 0, n);
                System.arraycopy(z, (i + 4 * n) % result.length, right, 0, n);
                for (int w = 0; w < 3; w++) {
                    f.multiply(t, 0, slopes[w], 0, x, 0);
                    f.add(t, 0, t, 0, gamma, 0);
                    f.add(t, 0, t, 0, wire[w], i);
                    f.multiply(left, 0, left, 0, t, 0);
                    f.multiply(t, 0, beta, 0, sigma[w], i);
                    f.add(t, 0, t, 0, gamma, 0);
                    f.add(t, 0, t, 0, wire[w], i);
                    f.multiply(right, 0, right, 0, t, 0);
                }
                f.subtract(left, 0, left, 0, right, 0);
                f.multiply(left, 0, left, 0, challenges[2], 0);
                f.add(result, i, result, i, left, 0);
                f.multiply(x, 0, x, 0, root, 0);
            }
        }

        /// x^size − 1 has four values on the coset.
        private void divideByVanishing(long[] result, long[] shift) {
            long[] inverses = new long[4 * n];
            long[] x = shift.clone();
            for (int i = 0; i < 4; i++) {
                System.arraycopy(Domain.vanishing(f, x, domain.power()), 0, inverses, i * n, n);
                f.multiply(x, 0, x, 0, large.root(), 0);
            }
            f.invertAll(inverses, 4);
            for (int i = 0; i < result.length; i += n) {
                f.multiply(result, i, result, i, inverses, i % (4 * n));
            }
        }

        /// Three parts of the quotient, blinded so that their sum stays what it is.
        private long[][] split(long[] quotient) {
            int last = 3 * size + 6;
            for (int i = last * n; i < quotient.length; i++) {
                if (quotient[i] != 0) {
                    throw new Refused("the quotient is no polynomial");
                }
            }
            long[][] parts = new long[3][];
            for (int i = 0; i < 3; i++) {
                int to = i < 2 ? (i + 1) * size : last;
                parts[i] = Arrays.copyOfRange(quotient, i * size * n, to * n);
            }
            for (int i = 0; i < 2; i++) {
                parts[i] = Arrays.copyOf(parts[i], (size + 1) * n);
                System.arraycopy(b[10 + i], 0, parts[i], size * n, n);
                f.subtract(parts[i + 1], 0, parts[i + 1], 0, b[10 + i], 0);
            }
            return parts;
        }

        private long[] linearised(
                long[] z, long[][] t, PlonkTranscript transcript, long[] alpha, long[] xi, long[][] opened) {
            long[] beta = transcript.beta;
            long[] gamma = transcript.gamma;
            long[] a = opened[0];
            long[] bb = opened[1];
            long[] c = opened[2];
            long[] r = polynomials.plusScaled(new long[size * n], times(a, bb), key.polynomials[0]);
            r = polynomials.plusScaled(r, a, key.polynomials[1]);
            r = polynomials.plusScaled(r, bb, key.polynomials[2]);
            r = polynomials.plusScaled(r, c, key.polynomials[3]);
            r = polynomials.plusScaled(r, one, key.polynomials[4]);
            int inputs = key.verification.publicValues;
            long[] lagrange = Domain.lagrange(key.curve, domain.power(), xi, Math.max(1, inputs));
            long[] p = new long[n];
            for (int i = 0; i < inputs * n; i += n) {
                f.multiply(p, 0, values[0], i, lagrange, i);
                polynomials.addConstant(r, negative(p));
            }
            long[] grand = times(
                    alpha,
                    plus(a, times(beta, xi), gamma),
                    plus(bb, times(beta, key.verification.k1, xi), gamma),
                    plus(c, times(beta, key.verification.k2, xi), gamma));
            long[] first = times(alpha, alpha, Arrays.copyOf(lagrange, n));
            r = polynomials.plusScaled(r, plus(grand, first), z);
            long[] copy = negative(times(
                    alpha, plus(a, times(beta, opened[3]), gamma), plus(bb, times(beta, opened[4]), gamma), opened[5]));
            r = polynomials.plusScaled(r, times(copy, beta), key.polynomials[7]);
            polynomials.addConstant(r, times(copy, plus(c, gamma)));
            polynomials.addConstant(r, negative(first));
            long[] vanishing = Domain.vanishing(f, xi, domain.power());
            long[] factor = negative(vanishing);
            for (long[] part : t) {
                r = polynomials.plusScaled(r, factor, part);
                factor = times(factor, plus(vanishing, one));
            }
            return r;
        }
    }
}
