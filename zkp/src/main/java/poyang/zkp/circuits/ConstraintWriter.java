package poyang.zkp.circuits;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.UnaryOperator;
import poyang.kernel.Bug;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.PrimeField;

/// Writes down the constraints of a circuit.
final class ConstraintWriter extends Api {
    private final PrimeField field;
    private final SparseMatrix a;
    private final SparseMatrix b;
    private final SparseMatrix c;
    private final IdentityHashMap<Input, Linear> inputs = new IdentityHashMap<>();
    private int wires = 1;
    private int publicWires;
    private int constraints;

    private ConstraintWriter(Curve curve) {
        super(curve.scalars().modulus());
        field = curve.scalars();
        a = new SparseMatrix(field);
        b = new SparseMatrix(field);
        c = new SparseMatrix(field);
    }

    static R1cs write(Circuit circuit, Curve curve) {
        ConstraintWriter writer = new ConstraintWriter(curve);
        for (Input input : circuit.inputs()) {
            writer.publicWires += input.isPublic() ? 1 : 0;
            writer.inputs.put(input, Linear.wire(writer.wires++));
        }
        circuit.define(writer);
        return new R1cs(curve, writer.wires, writer.publicWires, writer.constraints, writer.a, writer.b, writer.c);
    }

    private Linear linear(Variable variable) {
        return switch (variable) {
            case Linear linear -> linear;
            case Input input -> {
                Linear linear = inputs.get(input);
                if (linear == null) {
                    throw new Bug("input " + input.name() + " is of another circuit");
                }
                yield linear;
            }
            case Known _ -> throw new Bug("a variable of another run of the circuit");
        };
    }

    @Override
    public Variable constant(BigInteger value) {
        return Linear.constant(value.mod(modulus()));
    }

    @Override
    boolean isConstant(Variable variable) {
        return linear(variable).constant();
    }

    @Override
    public Variable add(Variable one, Variable other) {
        return linear(one).plus(linear(other), modulus());
    }

    @Override
    public Variable scale(Variable variable, BigInteger k) {
        return linear(variable).scale(k.mod(modulus()), modulus());
    }

    @Override
    public Variable multiply(Variable one, Variable other) {
        Linear left = linear(one);
        Linear right = linear(other);
        if (left.constant()) {
            return right.scale(left.value(), modulus());
        }
        if (right.constant()) {
            return left.scale(right.value(), modulus());
        }
        Linear product = Linear.wire(wires++);
        assertProduct(left, right, product);
        return product;
    }

    @Override
    public void assertProduct(Variable one, Variable other, Variable product) {
        write(a, linear(one));
        write(b, linear(other));
        write(c, linear(product));
        constraints++;
    }

    private void write(SparseMatrix matrix, Linear linear) {
        for (int i = 0; i < linear.terms(); i++) {
            matrix.add(constraints, linear.wireAt(i), field.of(linear.coefficientAt(i)), 0);
        }
    }

    @Override
    public List<Variable> unconstrained(int count, List<Variable> from, UnaryOperator<List<BigInteger>> compute) {
        List<Variable> fresh = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            fresh.add(Linear.wire(wires++));
        }
        return fresh;
    }

    @Override
    BigInteger constantValue(Variable constant) {
        return linear(constant).value();
    }
}
