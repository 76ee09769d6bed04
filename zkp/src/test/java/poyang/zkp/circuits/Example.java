package poyang.zkp.circuits;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/// A small circuit for tests: public `out[i]`, secret `in[i]`, and what is to hold of them.
final class Example extends Circuit {
    private final List<Variable> out;
    private final List<Variable> in;
    private final Rule rule;

    /// What holds of public and secret inputs.
    interface Rule {
        void define(Api api, List<Variable> out, List<Variable> in);
    }

    Example(int outputs, int inputs, Rule rule) {
        out = publicInputs("out", outputs);
        in = secretInputs("in", inputs);
        this.rule = rule;
    }

    /// One public value that equals what `gadget` computes.
    static Example result(int inputs, BiFunction<Api, List<Variable>, Variable> gadget) {
        return new Example(1, inputs, (api, out, in) -> api.assertEqual(gadget.apply(api, in), out.get(0)));
    }

    /// No public value, only assertions.
    static Example assertion(int inputs, BiConsumer<Api, List<Variable>> gadget) {
        return new Example(0, inputs, (api, _, in) -> gadget.accept(api, in));
    }

    @Override
    protected void define(Api api) {
        rule.define(api, out, in);
    }
}
