package poyang.homomorphic.scoring;

import java.math.BigInteger;
import java.util.List;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Sampler;
import poyang.homomorphic.rlwe.Bfv;
import poyang.homomorphic.rlwe.BfvCiphertext;
import poyang.homomorphic.rlwe.BfvCombination;
import poyang.homomorphic.rlwe.BfvParameters;
import poyang.homomorphic.rlwe.RlwePublicKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The model's side modulo one plaintext prime: adds multiples of monomials up.
final class ModelSide {
    private final ScoringShape shape;
    private final Bfv bfv;
    private final Modulus plain;
    private final RlwePublicKey key;
    /// Coefficient times padding of each term, centred modulo the prime.
    private final long[] factors;

    private final RandomSource random;

    private ModelSide(
            ScoringShape shape, BfvParameters parameters, long[] coefficients, RlwePublicKey key, RandomSource random) {
        this.shape = shape;
        this.key = key;
        this.random = random;
        bfv = new Bfv(parameters);
        plain = Modulus.of(parameters.plainModulus());
        List<ScoringShape.Term> terms = shape.terms();
        factors = new long[coefficients.length];
        for (int m = 0; m < factors.length; m++) {
            BigInteger whole = BigInteger.valueOf(coefficients[m]).multiply(shape.padding(terms.get(m)));
            factors[m] = (long)
                    plain.centred(whole.mod(BigInteger.valueOf(plain.value())).longValueExact());
        }
    }

    /// Takes the public keys.
    static List<ModelSide> all(ScoringShape shape, long[] coefficients, ScoringRun run, RandomSource random) {
        return shape.parameters().stream()
                .map(parameters -> {
                    byte[] encoded = run.receive("a public key", RlwePublicKey.lengthBytes(parameters));
                    return new ModelSide(
                            shape,
                            parameters,
                            coefficients,
                            key(parameters, encoded, run),
                            random.fork("prime " + parameters.plainModulus()));
                })
                .toList();
    }

    private static RlwePublicKey key(BfvParameters parameters, byte[] encoded, ScoringRun run) {
        try {
            return RlwePublicKey.decode(parameters, Bytes.wrap(encoded));
        } catch (PoyangException e) {
            throw run.misbehaved("it sent what is no public key");
        }
    }

    /// The score of the next rows but the constant.
    BfvCombination combine(ScoringRun run) {
        BfvCombination sum = new BfvCombination(bfv);
        int bytes = Scoring.freshBytes(bfv.parameters());
        for (int m = 1; m < factors.length; m++) {
            byte[] frame = run.receive("a monomial", bytes);
            try {
                sum.add(BfvCiphertext.decode(bfv.parameters(), Bytes.wrap(frame)), factors[m]);
            } catch (PoyangException e) {
                throw run.misbehaved("it sent what is no fresh ciphertext");
            }
        }
        return sum;
    }

    /// With the constant in the rows' slots. The others would tell it for a row of zeros, so they get random numbers.
    byte[] hidden(BfvCombination sum, int width) {
        double[] blind = Sampler.uniform(ScoringShape.DEGREE - width, plain, random);
        long[] added = new long[ScoringShape.DEGREE];
        for (int i = 0; i < added.length; i++) {
            added[i] = i < width ? factors[0] : (long) blind[i - width];
        }
        return sum.hidden(bfv.encode(added), factors.length, key, shape.statisticalBits(), random)
                .encode(bfv.parameters())
                .toArray();
    }
}
