package poyang.zkp.systems;

import java.util.List;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Domain;

/// The verification key of a circuit under PLONK: commitments to its selectors and permutation.
public final class PlonkKey {
    static final String PROTOCOL = "plonk";
    /// The names of the commitments in files, in order.
    static final List<String> COMMITMENTS = List.of("Qm", "Ql", "Qr", "Qo", "Qc", "S1", "S2", "S3");

    private static final int PUBLIC_MAX = 1 << 20;

    final Curve curve;
    final int publicValues;
    final int power;
    final long[] k1;
    final long[] k2;
    /// In the order of their names.
    final long[][] commitments;
    final long[] x2;
    final long[] root;

    PlonkKey(Curve curve, int publicValues, int power, long[] k1, long[] k2, long[][] commitments, long[] x2) {
        this.curve = curve;
        this.publicValues = publicValues;
        this.power = power;
        this.k1 = k1;
        this.k2 = k2;
        this.commitments = commitments;
        this.x2 = x2;
        root = Domain.root(curve, power);
    }

    static PlonkKey read(String json) {
        ForeignText text = ForeignText.object(json, "the verification key");
        Curve curve = text.curve(PROTOCOL);
        long[][] commitments = new long[COMMITMENTS.size()][];
        for (int i = 0; i < commitments.length; i++) {
            commitments[i] = text.g1(COMMITMENTS.get(i), curve, i < 5);
        }
        PlonkKey key = new PlonkKey(
                curve,
                text.whole("nPublic", PUBLIC_MAX),
                text.whole("power", curve.powerMax()),
                text.scalar("k1", curve),
                text.scalar("k2", curve),
                commitments,
                text.g2("X_2", curve));
        if (!java.util.Arrays.equals(text.scalar("w", curve), key.root)) {
            throw new Refused("w is not the root of unity of order 2^" + key.power);
        }
        if (key.publicValues >= 1L << key.power) {
            throw new Refused("there are more public values than rows");
        }
        return key;
    }

    public Curve curve() {
        return curve;
    }

    /// How many public values a proof has.
    public int publicValues() {
        return publicValues;
    }
}
