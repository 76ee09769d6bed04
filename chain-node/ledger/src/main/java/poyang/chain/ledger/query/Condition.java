package poyang.chain.ledger.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a row must satisfy.
public sealed interface Condition {
    /// Every row.
    record All() implements Condition {}

    record And(List<Condition> parts) implements Condition {
        public And {
            parts = List.copyOf(parts);
        }
    }

    record Or(List<Condition> parts) implements Condition {
        public Or {
            parts = List.copyOf(parts);
        }
    }

    /// One column against one value. Of several texts, `=` wants one that is equal, `!=` none.
    record Compare(Column column, Operator operator, Value value) implements Condition {
        boolean holds(Value found) {
            if (found instanceof Value.Texts(List<String> values)) {
                boolean one = value instanceof Value.Text(String wanted) && values.contains(wanted);
                return one == (operator == Operator.EQUAL);
            }
            int order = found.compareTo(value);
            return switch (operator) {
                case EQUAL -> order == 0;
                case NOT_EQUAL -> order != 0;
                case LESS -> order < 0;
                case AT_MOST -> order <= 0;
                case MORE -> order > 0;
                case AT_LEAST -> order >= 0;
            };
        }
    }

    /// How two values compare.
    enum Operator {
        EQUAL,
        NOT_EQUAL,
        LESS,
        AT_MOST,
        MORE,
        AT_LEAST;

        Operator negated() {
            return switch (this) {
                case EQUAL -> NOT_EQUAL;
                case NOT_EQUAL -> EQUAL;
                case LESS -> AT_LEAST;
                case AT_MOST -> MORE;
                case MORE -> AT_MOST;
                case AT_LEAST -> LESS;
            };
        }
    }

    default boolean matches(Row row) {
        return switch (this) {
            case All _ -> true;
            case And(List<Condition> parts) -> parts.stream().allMatch(part -> part.matches(row));
            case Or(List<Condition> parts) -> parts.stream().anyMatch(part -> part.matches(row));
            case Compare compare -> compare.holds(compare.column().of(row));
        };
    }

    /// The same conditions with the opposite outcome.
    static Condition not(Condition condition) {
        return switch (condition) {
            case All _ -> new Or(List.of());
            case And(List<Condition> parts) ->
                new Or(parts.stream().map(Condition::not).toList());
            case Or(List<Condition> parts) ->
                new And(parts.stream().map(Condition::not).toList());
            case Compare(Column column, Operator operator, Value value) ->
                new Compare(column, operator.negated(), value);
        };
    }

    /// Alternatives, each a list of comparisons that must all hold; empty when there would be more
    /// than `most`.
    static Optional<List<List<Compare>>> alternatives(Condition condition, int most) {
        return switch (condition) {
            case All _ -> Optional.of(List.of(List.of()));
            case Compare compare -> Optional.of(List.of(List.of(compare)));
            case Or(List<Condition> parts) -> {
                List<List<Compare>> all = new ArrayList<>();
                for (Condition part : parts) {
                    Optional<List<List<Compare>>> more = alternatives(part, most - all.size());
                    if (more.isEmpty()) {
                        yield Optional.empty();
                    }
                    all.addAll(more.get());
                }
                yield Optional.of(all);
            }
            case And(List<Condition> parts) -> {
                List<List<Compare>> all = List.of(List.of());
                for (Condition part : parts) {
                    Optional<List<List<Compare>>> factor = alternatives(part, most);
                    if (factor.isEmpty() || (long) all.size() * factor.get().size() > most) {
                        yield Optional.empty();
                    }
                    List<List<Compare>> product = new ArrayList<>();
                    for (List<Compare> left : all) {
                        for (List<Compare> right : factor.get()) {
                            List<Compare> both = new ArrayList<>(left);
                            both.addAll(right);
                            product.add(both);
                        }
                    }
                    all = product;
                }
                yield Optional.of(all);
            }
        };
    }
}
