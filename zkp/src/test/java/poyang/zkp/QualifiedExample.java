package poyang.zkp;

import java.util.List;
import poyang.zkp.circuits.Api;
import poyang.zkp.circuits.Circuit;
import poyang.zkp.circuits.Dates;
import poyang.zkp.circuits.Disclosure;
import poyang.zkp.circuits.Merkle;
import poyang.zkp.circuits.Variable;

/// The example of `docs/zero-knowledge.md`, word for word.
final class QualifiedExample extends Circuit {
    private final Variable root = publicInput("root");
    private final Variable limit = publicInput("limit");
    private final Variable today = publicInput("today");
    private final Variable income = secretInput("income");
    private final Variable insuredSince = secretInput("insuredSince");
    private final Variable salt = secretInput("salt");
    private final Variable position = secretInput("position");
    private final List<Variable> siblings = secretInputs("siblings", 4);

    @Override
    protected void define(Api api) {
        Disclosure record = new Disclosure(api, List.of(income, insuredSince), salt);
        api.assertEqual(new Merkle(api).root(record.commitment(), siblings, position), root);
        api.assertInRange(income, 40);
        api.assertInRange(limit, 40);
        api.assertEqual(api.isLess(income, limit, 40), api.constant(1));
        Dates dates = new Dates(api);
        dates.assertDate(insuredSince);
        dates.assertDate(today);
        dates.assertDaysBetween(insuredSince, today, 365);
    }
}
