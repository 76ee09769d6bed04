package poyang.zkp.systems;

import poyang.zkp.curves.Curve;

/// A proof of PLONK: nine points of G1 and six scalars.
public final class PlonkProof {
    static final String[] POINTS = {"A", "B", "C", "Z", "T1", "T2", "T3", "Wxi", "Wxiw"};
    static final String[] VALUES = {"eval_a", "eval_b", "eval_c", "eval_s1", "eval_s2", "eval_zw"};

    final Curve curve;
    /// In the order of {@link #POINTS}, affine.
    final long[][] points;
    /// In the order of {@link #VALUES}.
    final long[][] values;

    PlonkProof(Curve curve, long[][] points, long[][] values) {
        this.curve = curve;
        this.points = points;
        this.values = values;
    }

    static PlonkProof read(String json) {
        ForeignText text = ForeignText.object(json, "the proof");
        Curve curve = text.curve(PlonkKey.PROTOCOL);
        long[][] points = new long[POINTS.length][];
        for (int i = 0; i < points.length; i++) {
            points[i] = text.g1(POINTS[i], curve, false);
        }
        long[][] values = new long[VALUES.length][];
        for (int i = 0; i < values.length; i++) {
            values[i] = text.scalar(VALUES[i], curve);
        }
        return new PlonkProof(curve, points, values);
    }

    public Curve curve() {
        return curve;
    }
}
