package poyang.zkp.systems;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Domain;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.MultiScalar;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// Proves with Groth16.
///
/// - computes: A = α + Σ wᵢ·Aᵢ + r·δ, B = β + Σ wᵢ·Bᵢ + s·δ, C = Σ wᵢ·Cᵢ + Σ hⱼ·Hⱼ + s·A + r·B₁ − r·s·δ,
///   with h the values of (A·B − C) on the odd coset
/// - shapes: `witness` holds the plain limbs of all wires' values, the first of which is one
/// - rejects: a witness of another length, or one that does not satisfy the circuit; the proof is verified
///   before it is given out
/// - secrecy: the witness and r, s are secret; time depends on them, so prove where the witness may lie
/// - cost: four sums of points in G1 and one in G2, six transforms
/// - source: Groth, EUROCRYPT 2016, section 3.2; H on a coset as snarkjs has it
public final class Groth16Prover {
    private final Groth16ProvingKey key;
    private final Workers workers;
    private final Domain domain;

    public Groth16Prover(Groth16ProvingKey key, Workers workers) {
        this.key = key;
        this.workers = workers;
        domain = key.curve.domain(key.power);
    }

    /// A proof and the public values that it is for.
    public record Proven(Groth16Proof proof, List<BigInteger> publicValues) {}

    /// Proves that the circuit has a witness with these public values.
    ///
    /// @throws PoyangException `BAD_WITNESS` when it has not
    public Proven prove(long[] witness, RandomSource random) {
        Curve curve = key.curve;
        PrimeField f = curve.scalars();
        int n = f.longs();
        if (witness.length != key.wires * n || !BigInteger.ONE.equals(integer(f, witness, 0))) {
            throw badWitness("the witness has " + witness.length / n + " values, the key " + key.wires
                    + ", or its first is not one");
        }
        long[] r = f.random(random);
        long[] s = f.random(random);
        Group g1 = curve.g1();
        Group g2 = curve.g2();
        BigInteger plainR = f.value(r, 0);
        BigInteger plainS = f.value(s, 0);

        long[] a = MultiScalar.sum(g1, f, key.a, 0, witness, 0, key.wires, workers);
        g1.add(a, key.verification.alpha1, 0);
        g1.addJacobian(a, g1.multiply(key.delta1, 0, plainR));
        long[] b1 = MultiScalar.sum(g1, f, key.b1, 0, witness, 0, key.wires, workers);
        g1.add(b1, key.beta1, 0);
        g1.addJacobian(b1, g1.multiply(key.delta1, 0, plainS));
        long[] b2 = MultiScalar.sum(g2, f, key.b2, 0, witness, 0, key.wires, workers);
        g2.add(b2, key.verification.beta2, 0);
        g2.addJacobian(b2, g2.multiply(key.verification.delta2, 0, plainS));

        int secret = key.publicValues + 1;
        long[] c = MultiScalar.sum(g1, f, key.c, 0, witness, secret, key.wires - secret, workers);
        long[] h = quotient(witness);
        g1.addJacobian(c, MultiScalar.sum(g1, f, key.h, 0, h, 0, domain.size(), workers));
        g1.addJacobian(c, g1.multiply(g1.toAffine(a), 0, plainS));
        g1.addJacobian(c, g1.multiply(g1.toAffine(b1), 0, plainR));
        g1.addJacobian(
                c,
                g1.multiply(
                        key.delta1, 0, plainR.multiply(plainS).mod(f.modulus()).negate()));

        Groth16Proof proof = new Groth16Proof(curve, g1.toAffine(a), g2.toAffine(b2), g1.toAffine(c));
        List<BigInteger> publicValues = new ArrayList<>();
        for (int i = 1; i <= key.publicValues; i++) {
            publicValues.add(integer(f, witness, i));
        }
        if (!Groth16.verify(key.verification, proof, publicValues).holds()) {
            throw badWitness("the witness does not satisfy the circuit");
        }
        return new Proven(proof, publicValues);
    }

    private static BigInteger integer(PrimeField f, long[] plain, int index) {
        long[] element = new long[f.longs()];
        f.fromPlain(element, 0, plain, index * f.longs());
        return f.value(element, 0);
    }

    private static PoyangException badWitness(String wrong) {
        return new PoyangException(
                ZkpErrors.BAD_WITNESS, wrong, "compute the witness of this very circuit from inputs that satisfy it");
    }

    /// The plain limbs of A·B − C at the odd coset.
    private long[] quotient(long[] witness) {
        PrimeField f = key.curve.scalars();
        int n = f.longs();
        long[] values = new long[witness.length];
        for (int i = 0; i < witness.length; i += n) {
            f.fromPlain(values, i, witness, i);
        }
        int size = domain.size();
        long[] a = new long[size * n];
        long[] b = new long[size * n];
        long[] c = new long[size * n];
        key.matrixA.multiply(values, a);
        key.matrixB.multiply(values, b);
        for (int i = 0; i < size * n; i += n) {
            f.multiply(c, i, a, i, b, i);
        }
        long[] shift = domain.oddShift();
        domain.moveToCoset(a, shift, workers);
        domain.moveToCoset(b, shift, workers);
        domain.moveToCoset(c, shift, workers);
        for (int i = 0; i < size * n; i += n) {
            f.multiply(a, i, a, i, b, i);
            f.subtract(a, i, a, i, c, i);
            f.toPlain(a, i, a, i);
        }
        return a;
    }
}
