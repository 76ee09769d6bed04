package poyang.zkp.systems;

import poyang.zkp.curves.Curve;

/// A proof of Groth16: A and C in G1, B in G2, affine and in their groups.
public final class Groth16Proof {
    final Curve curve;
    final long[] a;
    final long[] b;
    final long[] c;

    Groth16Proof(Curve curve, long[] a, long[] b, long[] c) {
        this.curve = curve;
        this.a = a;
        this.b = b;
        this.c = c;
    }

    static Groth16Proof read(String json) {
        ForeignText text = ForeignText.object(json, "the proof");
        Curve curve = text.curve(Groth16Key.PROTOCOL);
        return new Groth16Proof(
                curve, text.g1("pi_a", curve, false), text.g2("pi_b", curve), text.g1("pi_c", curve, false));
    }

    public Curve curve() {
        return curve;
    }
}
