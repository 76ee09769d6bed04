package poyang.executor.jobs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.homomorphic.scoring.ScoringShape;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// A model: a coefficient for each term, zero for those that no row names.
final class ModelTable {
    private final ScoringShape shape;
    private final Map<String, Integer> features = new HashMap<>();
    private final Map<List<Integer>, Integer> places = new HashMap<>();
    private final long[] coefficients;
    private final boolean[] given;
    private long rows;

    ModelTable(JobPlan.Scoring plan, ScoringShape shape) {
        this.shape = shape;
        for (int f = 0; f < plan.features().size(); f++) {
            features.put(plan.features().get(f).column(), f);
        }
        List<ScoringShape.Term> terms = shape.terms();
        for (int m = 0; m < terms.size(); m++) {
            places.put(terms.get(m).factors(), m);
        }
        coefficients = new long[terms.size()];
        given = new boolean[terms.size()];
    }

    /// @param row term and coefficient
    void read(String[] row) {
        rows++;
        OptionalInt place = place(row[0].strip());
        OptionalLong units = DecimalUnits.parse(row[1], shape.coefficients());
        if (place.isEmpty() || units.isEmpty() || given[place.getAsInt()]) {
            throw new PoyangException(
                    ExecutorErrors.INPUT_REFUSED,
                    "row " + rows + " of the model holds "
                            + (place.isEmpty()
                                    ? "a term that the plan does not have"
                                    : units.isEmpty()
                                            ? "a coefficient that is no number within its bound"
                                            : "a term that is there already"),
                    "1, or at most " + shape.degree() + " features of the plan joined by *, each term once, with"
                            + " coefficients of at most " + shape.coefficients().decimals() + " decimals, are needed");
        }
        given[place.getAsInt()] = true;
        coefficients[place.getAsInt()] = units.getAsLong();
    }

    private OptionalInt place(String term) {
        List<Integer> factors = new ArrayList<>();
        if (!term.equals("1")) {
            for (String name : term.split("\\*", -1)) {
                Integer feature = features.get(name.strip());
                if (feature == null) {
                    return OptionalInt.empty();
                }
                factors.add(feature);
            }
        }
        factors.sort(null);
        Integer place = places.get(factors);
        return place == null ? OptionalInt.empty() : OptionalInt.of(place);
    }

    long rows() {
        return rows;
    }

    long[] coefficients() {
        return coefficients.clone();
    }

    /// The canonical bytes of a term with its coefficient.
    byte[] item(int place) {
        return new CanonicalWriter("poyang.scoring.coefficient.v1")
                .u32(place)
                .u64(coefficients[place])
                .toArray();
    }

    int size() {
        return coefficients.length;
    }
}
