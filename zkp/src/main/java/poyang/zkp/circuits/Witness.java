package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import poyang.kernel.ErrorCode;
import poyang.kernel.ErrorCode.Category;
import poyang.kernel.PoyangException;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// Constraints and witnesses of circuits.
public final class Witness {
    /// Inputs that a circuit does not take, or that do not satisfy it.
    public static final ErrorCode BAD_INPUTS = new ErrorCode("BAD_CIRCUIT_INPUTS", 7220, Category.BAD_INPUT);

    private Witness() {}

    /// The constraints of a circuit over the scalar field of a curve.
    public static R1cs constraints(Circuit circuit, Curve curve) {
        return ConstraintWriter.write(circuit, curve);
    }

    /// Do the inputs satisfy the circuit? Judged on big integers, without constraints.
    ///
    /// @throws PoyangException `BAD_CIRCUIT_INPUTS` when an input is missing, unknown or not below the order
    public static boolean holds(Circuit circuit, Curve curve, Map<String, BigInteger> inputs) {
        return run(circuit, curve, inputs).failed() < 0;
    }

    /// The plain limbs of all wires for these inputs.
    ///
    /// @throws PoyangException `BAD_CIRCUIT_INPUTS` when they do not satisfy the circuit, or as {@link #holds}
    public static long[] of(Circuit circuit, Curve curve, Map<String, BigInteger> inputs) {
        ValueApi run = run(circuit, curve, inputs);
        if (run.failed() >= 0) {
            throw new PoyangException(
                    BAD_INPUTS,
                    "the inputs do not satisfy constraint " + run.failed() + " of "
                            + circuit.getClass().getSimpleName(),
                    "what the circuit states must be true of the inputs");
        }
        return limbs(curve.scalars(), run.wires());
    }

    static long[] limbs(PrimeField f, List<BigInteger> wires) {
        long[] all = new long[wires.size() * f.longs()];
        for (int i = 0; i < wires.size(); i++) {
            System.arraycopy(f.limbs(wires.get(i)), 0, all, i * f.longs(), f.longs());
        }
        return all;
    }

    private static ValueApi run(Circuit circuit, Curve curve, Map<String, BigInteger> inputs) {
        Set<String> unknown = new TreeSet<>(inputs.keySet());
        circuit.inputs().forEach(input -> unknown.remove(input.name()));
        if (!unknown.isEmpty()) {
            throw new PoyangException(
                    BAD_INPUTS, "the circuit has no inputs " + unknown, "give the inputs that it declares");
        }
        ValueApi run = new ValueApi(curve.scalars().modulus(), circuit, inputs);
        circuit.define(run);
        return run;
    }

    static BigInteger valueOf(Input input, Map<String, BigInteger> values, BigInteger modulus) {
        BigInteger value = values.get(input.name());
        if (value == null || value.signum() < 0 || value.compareTo(modulus) >= 0) {
            throw new PoyangException(
                    BAD_INPUTS,
                    "input " + input.name() + (value == null ? " is missing" : " is not from 0 to the field's order"),
                    "give every declared input a value of the field");
        }
        return value;
    }
}
