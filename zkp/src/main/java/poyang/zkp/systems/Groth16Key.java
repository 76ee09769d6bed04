package poyang.zkp.systems;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import poyang.zkp.curves.Curve;

/// The verification key of a circuit under Groth16. Points are affine and in their groups.
public final class Groth16Key {
    static final String PROTOCOL = "groth16";
    private static final int PUBLIC_MAX = 1 << 20;

    final Curve curve;
    final long[] alpha1;
    final long[] beta2;
    final long[] gamma2;
    final long[] delta2;
    final List<long[]> inputs;
    private boolean used;
    private volatile long @Nullable [] alphaBeta;

    Groth16Key(Curve curve, long[] alpha1, long[] beta2, long[] gamma2, long[] delta2, List<long[]> inputs) {
        this.curve = curve;
        this.alpha1 = alpha1;
        this.beta2 = beta2;
        this.gamma2 = gamma2;
        this.delta2 = delta2;
        this.inputs = List.copyOf(inputs);
    }

    static Groth16Key read(String json) {
        ForeignText text = ForeignText.object(json, "the verification key");
        Curve curve = text.curve(PROTOCOL);
        int publicValues = text.whole("nPublic", PUBLIC_MAX);
        List<long[]> inputs = text.g1List("IC", curve);
        if (inputs.size() != publicValues + 1) {
            throw ZkpErrors.unreadable(
                    "the verification key has " + inputs.size() + " points for " + publicValues + " public values",
                    "there is one point more than public values");
        }
        return new Groth16Key(
                curve,
                text.g1("vk_alpha_1", curve, false),
                text.g2("vk_beta_2", curve),
                text.g2("vk_gamma_2", curve),
                text.g2("vk_delta_2", curve),
                inputs);
    }

    /// e(α, β), from the second time on that a verification asks: for one alone it costs more than it saves.
    Optional<long[]> alphaBeta() {
        long[] known = alphaBeta;
        if (known == null && used) {
            known = curve.pairing().product(new long[][] {alpha1}, new long[][] {beta2});
            alphaBeta = known;
        }
        used = true;
        return Optional.ofNullable(known);
    }

    public Curve curve() {
        return curve;
    }

    /// How many public values a proof has.
    public int publicValues() {
        return inputs.size() - 1;
    }
}
