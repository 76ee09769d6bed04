package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bug;

/// Runs a circuit on big integers: computes all wires in the order in which {@link ConstraintWriter} numbers
/// them, and notes the first assertion that fails.
final class ValueApi extends Api {
    private final IdentityHashMap<Input, Known> inputs = new IdentityHashMap<>();
    private final List<BigInteger> wires = new ArrayList<>();
    private int assertions;
    private int failed = -1;

    ValueApi(BigInteger modulus, Circuit circuit, Map<String, BigInteger> values) {
        super(modulus);
        wires.add(BigInteger.ONE);
        for (Input input : circuit.inputs()) {
            BigInteger value = Witness.valueOf(input, values, modulus);
            inputs.put(input, new Known(value, false));
            wires.add(value);
        }
    }

    private ValueApi(BigInteger modulus) {
        super(modulus);
        wires.add(BigInteger.ONE);
    }

    /// Computes with constants only, outside of a circuit.
    static ValueApi ofConstants(BigInteger modulus) {
        return new ValueApi(modulus);
    }

    /// The values of all wires so far.
    List<BigInteger> wires() {
        return wires;
    }

    /// Which assertion failed first, from 0 on, or −1.
    int failed() {
        return failed;
    }

    private Known known(Variable variable) {
        return switch (variable) {
            case Known known -> known;
            case Input input -> {
                @Nullable Known known = inputs.get(input);
                if (known == null) {
                    throw new Bug("input " + input.name() + " is of another circuit");
                }
                yield known;
            }
            case Linear _ -> throw new Bug("a variable of another run of the circuit");
        };
    }

    private Known fresh(BigInteger value) {
        wires.add(value);
        return new Known(value, false);
    }

    @Override
    public Variable constant(BigInteger value) {
        return new Known(value.mod(modulus()), true);
    }

    @Override
    boolean isConstant(Variable variable) {
        return known(variable).constant();
    }

    @Override
    public Variable add(Variable a, Variable b) {
        Known left = known(a);
        Known right = known(b);
        BigInteger sum = left.value().add(right.value());
        return new Known(
                sum.compareTo(modulus()) >= 0 ? sum.subtract(modulus()) : sum, left.constant() && right.constant());
    }

    @Override
    public Variable scale(Variable a, BigInteger k) {
        Known known = known(a);
        return new Known(known.value().multiply(k).mod(modulus()), known.constant());
    }

    @Override
    public Variable multiply(Variable a, Variable b) {
        Known left = known(a);
        Known right = known(b);
        BigInteger product = left.value().multiply(right.value()).mod(modulus());
        if (left.constant() || right.constant()) {
            return new Known(product, left.constant() && right.constant());
        }
        assertions++;
        return fresh(product);
    }

    @Override
    public void assertProduct(Variable a, Variable b, Variable c) {
        boolean holds = known(a).value()
                        .multiply(known(b).value())
                        .subtract(known(c).value())
                        .mod(modulus())
                        .signum()
                == 0;
        if (!holds && failed < 0) {
            failed = assertions;
        }
        assertions++;
    }

    @Override
    public List<Variable> unconstrained(int count, List<Variable> from, UnaryOperator<List<BigInteger>> compute) {
        List<BigInteger> values =
                compute.apply(from.stream().map(v -> known(v).value()).toList());
        Bug.unless(values.size() == count, "as many values as promised");
        List<Variable> fresh = new ArrayList<>();
        values.forEach(value -> fresh.add(fresh(value.mod(modulus()))));
        return fresh;
    }

    @Override
    BigInteger constantValue(Variable constant) {
        return known(constant).value();
    }
}
