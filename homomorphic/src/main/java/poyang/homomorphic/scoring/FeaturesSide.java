package poyang.homomorphic.scoring;

import java.util.List;
import java.util.function.Consumer;
import poyang.homomorphic.ring.Modulus;
import poyang.homomorphic.ring.Rows;
import poyang.homomorphic.rlwe.Bfv;
import poyang.homomorphic.rlwe.BfvCiphertext;
import poyang.homomorphic.rlwe.BfvParameters;
import poyang.homomorphic.rlwe.RlweSecretKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The features' side modulo one plaintext prime: encrypts monomials, decrypts scores.
final class FeaturesSide implements AutoCloseable {
    private final ScoringShape shape;
    private final List<ScoringShape.Term> terms;
    private final Bfv bfv;
    private final Modulus plain;
    private final RlweSecretKey secret;
    private final RandomSource random;

    private FeaturesSide(ScoringShape shape, BfvParameters parameters, RandomSource random) {
        this.shape = shape;
        this.random = random;
        terms = shape.terms();
        bfv = new Bfv(parameters);
        plain = Modulus.of(parameters.plainModulus());
        secret = bfv.secretKey(random);
    }

    static List<FeaturesSide> all(ScoringShape shape, RandomSource random) {
        return shape.parameters().stream()
                .map(parameters ->
                        new FeaturesSide(shape, parameters, random.fork("prime " + parameters.plainModulus())))
                .toList();
    }

    byte[] publicKey() {
        return bfv.publicKey(secret, random).encode(bfv.parameters()).toArray();
    }

    Long prime() {
        return plain.value();
    }

    /// All monomials but the constant, in the order of the terms.
    void encrypt(FeatureColumns columns, int from, int width, Consumer<byte[]> out) {
        double[][] features = new double[shape.features().size()][width];
        for (int f = 0; f < features.length; f++) {
            for (int i = 0; i < width; i++) {
                features[f][i] = columns.units(f, from + i);
            }
            Rows.reduce(features[f], features[f], plain);
        }
        double[][] monomials = new double[terms.size()][];
        for (int m = 1; m < monomials.length; m++) {
            ScoringShape.Term term = terms.get(m);
            double[] monomial = features[term.factors().getLast()];
            if (term.parent() > 0) {
                double[] product = new double[width];
                Rows.multiply(monomials[term.parent()], monomial, product, plain);
                monomial = product;
            }
            // on terms of the full degree nothing is built
            monomials[m] = term.factors().size() < shape.degree() ? monomial : new double[0];
            out.accept(encrypted(monomial));
        }
    }

    private byte[] encrypted(double[] monomial) {
        long[] slots = new long[monomial.length];
        for (int i = 0; i < slots.length; i++) {
            slots[i] = (long) plain.centred(plain.canonical(monomial[i]));
        }
        return bfv.encrypt(secret, bfv.encode(slots), random)
                .encode(bfv.parameters())
                .toArray();
    }

    /// All slots of the next result.
    long[] decrypt(ScoringRun run) {
        byte[] frame = run.receive("a result", Scoring.resultBytes(shape, bfv.parameters()));
        try {
            return bfv.decode(bfv.decrypt(secret, BfvCiphertext.decode(bfv.parameters(), Bytes.wrap(frame))));
        } catch (PoyangException e) {
            throw run.misbehaved("it sent what is no result");
        }
    }

    @Override
    public void close() {
        secret.close();
    }
}
