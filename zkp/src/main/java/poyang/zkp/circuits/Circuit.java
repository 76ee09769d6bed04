package poyang.zkp.circuits;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A statement that can be proven: fields that are public or secret inputs, and what must hold of them.
///
/// ```java
/// final class Below extends Circuit {
///     private final Variable limit = publicInput("limit");
///     private final Variable income = secretInput("income");
///
///     @Override
///     protected void define(Api api) {
///         api.assertInRange(income, 40);
///         api.assertInRange(limit, 40);
///         api.assertEqual(api.isLess(income, limit, 40), api.constant(1));
///     }
/// }
/// ```
///
/// Inputs are made where fields are declared, so their order is that of the source. `define` may branch on the
/// circuit's own parameters, never on values: it is run once to write the constraints down, and once for
/// each witness.
public abstract class Circuit {
    private final List<Input> inputs = new ArrayList<>();

    /// Says what must hold of the inputs.
    protected abstract void define(Api api);

    /// An input that everyone sees.
    protected final Variable publicInput(String name) {
        return input(name, true);
    }

    /// An input that only the prover knows.
    protected final Variable secretInput(String name) {
        return input(name, false);
    }

    /// Public inputs `name[0]` … `name[count − 1]`.
    protected final List<Variable> publicInputs(String name, int count) {
        return many(name, count, true);
    }

    /// Secret inputs `name[0]` … `name[count − 1]`.
    protected final List<Variable> secretInputs(String name, int count) {
        return many(name, count, false);
    }

    private List<Variable> many(String name, int count, boolean isPublic) {
        List<Variable> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(input(name + "[" + i + "]", isPublic));
        }
        return Collections.unmodifiableList(all);
    }

    private Variable input(String name, boolean isPublic) {
        Input input = new Input(name, isPublic);
        inputs.add(input);
        return input;
    }

    /// The inputs, public ones first, otherwise as declared.
    final List<Input> inputs() {
        List<Input> all =
                new ArrayList<>(inputs.stream().filter(Input::isPublic).toList());
        all.addAll(inputs.stream().filter(input -> !input.isPublic()).toList());
        return all;
    }
}
