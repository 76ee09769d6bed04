package poyang.zkp.systems;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.MultiScalar;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// The proof system of Groth: three points, one product of four pairings.
public final class Groth16 {
    private Groth16() {}

    /// Verifies the JSON files of snarkjs.
    ///
    /// - rejects: as `Invalid`, numbers that are not canonical, points that are not in their group or at
    ///   infinity, a wrong number of public values, another curve than the key's, an equation that fails
    /// - throws: `PROOF_FILE_UNREADABLE` when a text has not the form of its kind
    public static Verdict verify(String key, String proof, String publicValues) {
        try {
            Groth16Key read = Groth16Key.read(key);
            Groth16Proof readProof = Groth16Proof.read(proof);
            return verify(read, readProof, ForeignText.publicValues(publicValues, read.curve.scalars()));
        } catch (Refused refused) {
            return new Verdict.Invalid(refused.reason());
        }
    }

    /// Verifies a proof.
    ///
    /// - computes: e(A, B) = e(α, β)·e(Σ aᵢ·ICᵢ, γ)·e(C, δ)
    /// - rejects: a wrong number of public values, values not in 0 … r − 1, another curve
    /// - secrecy: all inputs are public
    /// - cost: four pairings that share one final power; from a key's second verification on, three
    /// - source: Groth, EUROCRYPT 2016, section 3.2
    public static Verdict verify(Groth16Key key, Groth16Proof proof, List<BigInteger> publicValues) {
        Curve curve = key.curve;
        if (proof.curve != curve) {
            return new Verdict.Invalid("the proof is over " + proof.curve + ", the key over " + curve);
        }
        if (publicValues.size() != key.publicValues()) {
            return new Verdict.Invalid(
                    "there are " + publicValues.size() + " public values, the key has " + key.publicValues());
        }
        Group g1 = curve.g1();
        PrimeField f = curve.scalars();
        long[] scalars = new long[publicValues.size() * f.longs()];
        long[] points = new long[publicValues.size() * g1.affineLongs()];
        for (int i = 0; i < publicValues.size(); i++) {
            BigInteger value = publicValues.get(i);
            if (value.signum() < 0 || value.compareTo(f.modulus()) >= 0) {
                return new Verdict.Invalid("public value " + (i + 1) + " is not canonical");
            }
            System.arraycopy(f.limbs(value), 0, scalars, i * f.longs(), f.longs());
            System.arraycopy(key.inputs.get(i + 1), 0, points, i * g1.affineLongs(), g1.affineLongs());
        }
        long[] sum = g1.toJacobian(key.inputs.get(0), 0);
        g1.addJacobian(sum, MultiScalar.sum(g1, f, points, 0, scalars, 0, publicValues.size(), Workers.CALLER));
        long[] negated = new long[g1.affineLongs()];
        g1.negate(negated, 0, proof.a, 0);
        Optional<long[]> alphaBeta = key.alphaBeta();
        boolean holds;
        if (alphaBeta.isPresent()) {
            long[] product = curve.pairing().product(new long[][] {negated, g1.toAffine(sum), proof.c}, new long[][] {
                proof.b, key.gamma2, key.delta2
            });
            holds = curve.pairing().isInverse(product, alphaBeta.get());
        } else {
            holds = curve.pairing()
                    .productIsOne(
                            new long[][] {negated, key.alpha1, g1.toAffine(sum), proof.c},
                            new long[][] {proof.b, key.beta2, key.gamma2, key.delta2});
        }
        return holds ? new Verdict.Valid() : new Verdict.Invalid("the equation of the proof does not hold");
    }
}
