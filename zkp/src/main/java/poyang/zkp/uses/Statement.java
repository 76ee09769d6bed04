package poyang.zkp.uses;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import poyang.zkp.circuits.Circuit;

/// What is proven of a commitment. Prover and verifier hold the same statement: it gives the circuit, what its public
/// values mean, and which of them must have which value.
///
/// A key is made for a statement's form: which conditions on which columns, how many limits. Bounds, limits,
/// purpose and root are public values, so one key serves all of them.
public sealed interface Statement {
    /// What it speaks of.
    Commitment commitment();

    /// What must hold.
    Circuit circuit();

    /// What each public value is, in order.
    List<String> publicNames();

    /// The statement in words.
    String words();

    /// The first public values, which the statement itself fixes.
    List<BigInteger> fixedValues();

    /// What a proof with these public values says.
    String reading(List<BigInteger> publicValues);

    /// Why a proof with these public values is none of this statement, if so.
    default Optional<String> contradiction(List<BigInteger> publicValues) {
        if (publicValues.size() != publicNames().size()) {
            return Optional.of("there are " + publicValues.size() + " public values, the statement has "
                    + publicNames().size());
        }
        for (int i = 0; i < fixedValues().size(); i++) {
            if (!fixedValues().get(i).equals(publicValues.get(i))) {
                return Optional.of(
                        "public value " + (i + 1) + ", " + publicNames().get(i) + ", is another one");
            }
        }
        return Optional.empty();
    }

    /// A record of the table satisfies all conditions.
    ///
    /// @param purpose what the proof is for; a proof for one purpose does not serve another
    record Qualified(Commitment commitment, List<Condition> conditions, String purpose) implements Statement {
        public Qualified {
            commitment.mustBe(Commitment.Kind.RECORDS);
            conditions = List.copyOf(conditions);
            if (conditions.isEmpty()) {
                throw Column.wrong("there is no condition", "say what the record must satisfy");
            }
        }

        @Override
        public Circuit circuit() {
            return new QualificationCircuit(commitment.columns().size(), commitment.size(), conditions);
        }

        @Override
        public List<String> publicNames() {
            List<String> names = new ArrayList<>(List.of("root", "purpose"));
            conditions.forEach(condition -> names.add(condition.boundName()));
            return names;
        }

        @Override
        public String words() {
            return conditions.stream()
                    .map(Condition::text)
                    .collect(Collectors.joining(" and ", "a record of the committed table has ", ""));
        }

        @Override
        public List<BigInteger> fixedValues() {
            List<BigInteger> values = new ArrayList<>(List.of(commitment.root(), Column.ofText(purpose)));
            conditions.forEach(condition -> values.add(condition.bound()));
            return values;
        }

        @Override
        public String reading(List<BigInteger> publicValues) {
            return words();
        }
    }

    /// A record that a department signed satisfies all conditions; no table is committed to.
    ///
    /// @param purpose what the proof is for
    record Attested(Commitment commitment, List<Condition> conditions, String purpose) implements Statement {
        public Attested {
            commitment.mustBe(Commitment.Kind.SIGNED);
            conditions = List.copyOf(conditions);
            if (conditions.isEmpty()) {
                throw Column.wrong("there is no condition", "say what the record must satisfy");
            }
        }

        @Override
        public Circuit circuit() {
            return new AttestedCircuit(commitment, conditions);
        }

        @Override
        public List<String> publicNames() {
            List<String> names = new ArrayList<>(List.of("purpose"));
            conditions.forEach(condition -> names.add(condition.boundName()));
            return names;
        }

        @Override
        public String words() {
            return conditions.stream()
                    .map(Condition::text)
                    .collect(Collectors.joining(
                            " and ",
                            "a record signed by "
                                    + commitment.signer().encoded().slice(1, 9).hex() + "… has ",
                            ""));
        }

        @Override
        public List<BigInteger> fixedValues() {
            List<BigInteger> values = new ArrayList<>(List.of(Column.ofText(purpose)));
            conditions.forEach(condition -> values.add(condition.bound()));
            return values;
        }

        @Override
        public String reading(List<BigInteger> publicValues) {
            return words();
        }
    }

    /// Count, sum, average and histogram of a column.
    ///
    /// @param limits ascending; class i of the histogram counts values from limit i − 1 on and below limit i
    record Described(Commitment commitment, List<BigInteger> limits) implements Statement {
        public Described {
            commitment.mustBe(Commitment.Kind.COLUMN);
            limits = List.copyOf(limits);
            for (int i = 0; i < limits.size(); i++) {
                if (limits.get(i).signum() <= 0
                        || limits.get(i).bitLength() > StatisticsCircuit.BITS
                        || i > 0 && limits.get(i - 1).compareTo(limits.get(i)) >= 0) {
                    throw Column.wrong(
                            "the limits do not ascend from 1 to 2^" + StatisticsCircuit.BITS, "give each class one");
                }
            }
        }

        @Override
        public Circuit circuit() {
            return new StatisticsCircuit(commitment.size(), limits.size());
        }

        @Override
        public List<String> publicNames() {
            List<String> names = new ArrayList<>(List.of("root"));
            for (int i = 0; i < limits.size(); i++) {
                names.add("limit " + (i + 1));
            }
            names.addAll(List.of("count", "sum", "average rounded down"));
            for (int i = 0; i <= limits.size(); i++) {
                names.add("class " + (i + 1));
            }
            return names;
        }

        @Override
        public String words() {
            return "count, sum, average and histogram of committed column "
                    + commitment.columns().get(0).name();
        }

        @Override
        public List<BigInteger> fixedValues() {
            List<BigInteger> values = new ArrayList<>(List.of(commitment.root()));
            values.addAll(limits);
            return values;
        }

        @Override
        public String reading(List<BigInteger> publicValues) {
            List<BigInteger> found = publicValues.subList(1 + limits.size(), publicValues.size());
            StringBuilder text = new StringBuilder("column %s has %d values, their sum is %d, their average %d"
                    .formatted(commitment.columns().get(0).name(), found.get(0), found.get(1), found.get(2)));
            for (int i = 0; i <= limits.size() && !limits.isEmpty(); i++) {
                text.append("; ").append(found.get(3 + i)).append(' ');
                text.append(i < limits.size() ? "below " + limits.get(i) : "from " + limits.get(i - 1) + " on");
            }
            return text.toString();
        }
    }

    /// A person, known by a tag, is in the list, or is not.
    ///
    /// @param purpose what the proof is for
    record Listed(Commitment commitment, String purpose) implements Statement {
        public Listed {
            commitment.mustBe(Commitment.Kind.LIST);
        }

        @Override
        public Circuit circuit() {
            return new ListCircuit(commitment.size());
        }

        @Override
        public List<String> publicNames() {
            return List.of("root", "purpose", "tag", "member");
        }

        @Override
        public String words() {
            return "the one with this tag is in the committed list (member 1), or is not (member 0)";
        }

        @Override
        public List<BigInteger> fixedValues() {
            return List.of(commitment.root(), Column.ofText(purpose));
        }

        @Override
        public String reading(List<BigInteger> publicValues) {
            return "the one with tag " + publicValues.get(2)
                    + (publicValues.get(3).signum() == 0 ? " is not in the list" : " is in the list");
        }
    }
}
