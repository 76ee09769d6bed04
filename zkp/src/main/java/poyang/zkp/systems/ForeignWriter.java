package poyang.zkp.systems;

import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// Keys, proofs and public values in the JSON of snarkjs.
public final class ForeignWriter {
    private ForeignWriter() {}

    public static String publicValues(List<BigInteger> values) {
        return values.stream().map(v -> "\"" + v + "\"").collect(Collectors.joining(",\n ", "[\n ", "\n]\n"));
    }

    public static String proof(Groth16Proof proof) {
        Curve curve = proof.curve;
        return """
                {
                 "pi_a": %s,
                 "pi_b": %s,
                 "pi_c": %s,
                 "protocol": "groth16",
                 "curve": "%s"
                }
                """.formatted(g1(curve, proof.a), g2(curve, proof.b), g1(curve, proof.c), curve.foreignName());
    }

    public static String proof(PlonkProof proof) {
        Curve curve = proof.curve;
        StringBuilder all = new StringBuilder("{\n");
        for (int i = 0; i < PlonkProof.POINTS.length; i++) {
            all.append(" \"%s\": %s,\n".formatted(PlonkProof.POINTS[i], g1(curve, proof.points[i])));
        }
        for (int i = 0; i < PlonkProof.VALUES.length; i++) {
            all.append(" \"%s\": \"%s\",\n"
                    .formatted(PlonkProof.VALUES[i], curve.scalars().value(proof.values[i], 0)));
        }
        return all + " \"protocol\": \"plonk\",\n \"curve\": \"" + curve.foreignName() + "\"\n}\n";
    }

    public static String key(Groth16Key key) {
        Curve curve = key.curve;
        return """
                {
                 "protocol": "groth16",
                 "curve": "%s",
                 "nPublic": %d,
                 "vk_alpha_1": %s,
                 "vk_beta_2": %s,
                 "vk_gamma_2": %s,
                 "vk_delta_2": %s,
                 "IC": %s
                }
                """.formatted(
                curve.foreignName(),
                key.publicValues(),
                g1(curve, key.alpha1),
                g2(curve, key.beta2),
                g2(curve, key.gamma2),
                g2(curve, key.delta2),
                key.inputs.stream().map(p -> g1(curve, p)).collect(Collectors.joining(",\n  ", "[\n  ", "\n ]")));
    }

    public static String key(PlonkKey key) {
        Curve curve = key.curve;
        PrimeField f = curve.scalars();
        StringBuilder all = new StringBuilder("{\n \"protocol\": \"plonk\",\n \"curve\": \"" + curve.foreignName()
                + "\",\n \"nPublic\": " + key.publicValues + ",\n \"power\": " + key.power + ",\n");
        all.append(" \"k1\": \"%s\",\n \"k2\": \"%s\",\n".formatted(f.value(key.k1, 0), f.value(key.k2, 0)));
        for (int i = 0; i < PlonkKey.COMMITMENTS.size(); i++) {
            all.append(" \"%s\": %s,\n".formatted(PlonkKey.COMMITMENTS.get(i), g1(curve, key.commitments[i])));
        }
        return all + " \"X_2\": " + g2(curve, key.x2) + ",\n \"w\": \"" + f.value(key.root, 0) + "\"\n}\n";
    }

    static String g1(Curve curve, long[] point) {
        PrimeField base = curve.base();
        if (curve.g1().isInfinity(point, 0)) {
            return "[\"0\", \"1\", \"0\"]";
        }
        return "[\"" + base.value(point, 0) + "\", \"" + base.value(point, base.longs()) + "\", \"1\"]";
    }

    static String g2(Curve curve, long[] point) {
        return "[" + pair(curve, point, 0) + ", " + pair(curve, point, 2) + ", [\"1\", \"0\"]]";
    }

    private static String pair(Curve curve, long[] point, int at) {
        PrimeField base = curve.base();
        int n = base.longs();
        return "[\"" + base.value(point, at * n) + "\", \"" + base.value(point, (at + 1) * n) + "\"]";
    }
}
