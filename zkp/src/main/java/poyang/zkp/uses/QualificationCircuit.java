package poyang.zkp.uses;

import java.util.List;
import poyang.zkp.circuits.Api;
import poyang.zkp.circuits.Circuit;
import poyang.zkp.circuits.Disclosure;
import poyang.zkp.circuits.Merkle;
import poyang.zkp.circuits.Variable;

/// A record whose salted commitment is a leaf of the tree satisfies conditions. Public: root, purpose, bounds; the
/// purpose takes part in a constraint, so that no proof system drops it.
final class QualificationCircuit extends Circuit {
    private final Variable root = publicInput("root");
    private final Variable purpose = publicInput("purpose");
    private final List<Variable> bounds;
    private final List<Variable> fields;
    private final Variable salt = secretInput("salt");
    private final Variable position = secretInput("position");
    private final List<Variable> siblings;
    private final List<Condition> conditions;

    QualificationCircuit(int columns, int levels, List<Condition> conditions) {
        this.conditions = conditions;
        bounds = publicInputs("bound", conditions.size());
        fields = secretInputs("field", columns);
        siblings = secretInputs("sibling", levels);
    }

    @Override
    protected void define(Api api) {
        Variable leaf = new Disclosure(api, fields, salt).commitment();
        api.assertEqual(new Merkle(api).root(leaf, siblings, position), root);
        for (int i = 0; i < conditions.size(); i++) {
            Condition condition = conditions.get(i);
            condition.define(api, fields.get(condition.index()), bounds.get(i));
        }
        api.assertProduct(purpose, api.constant(1), purpose);
    }
}
