package poyang.zkp.uses;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import poyang.crypto.SeededRandom;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.Merkle;
import poyang.zkp.circuits.Poseidon2;
import poyang.zkp.curves.Curve;

/// A list of texts, such as identifiers, that is committed to by the gaps between its sorted members, so that members
/// and others can both be shown to be what they are.
///
/// - computes: leaf = Poseidon2(low, high, salt) for each gap, root of the leaves, filled up with zeros
/// - secrecy: holds the list and its salt; only the commitment is for others. It shows the number of members
///   to the next power of two
/// - trust: whoever commits could commit to gaps that overlap; the list is the owner's word, what is shown of
///   it is not
public final class CommittedList {
    private static final BigInteger LAST =
            BigInteger.ONE.shiftLeft(Column.TEXT_BITS).subtract(BigInteger.ONE);

    private final List<BigInteger> ends;
    private final BigInteger salt;
    private final List<List<BigInteger>> tree;
    private final Commitment commitment;

    private CommittedList(Curve curve, Column column, List<String> members, byte[] seed) {
        TreeSet<BigInteger> sorted = new TreeSet<>(List.of(BigInteger.ZERO, LAST));
        members.forEach(member -> sorted.add(Column.ofText(member)));
        ends = new ArrayList<>(sorted);
        salt = CommittedRecords.scalar(curve, new SeededRandom(seed, "zkp committed list"));
        List<BigInteger> leaves = new ArrayList<>();
        for (int i = 0; i + 1 < ends.size(); i++) {
            leaves.add(Poseidon2.hash(curve, List.of(ends.get(i), ends.get(i + 1), salt)));
        }
        int levels = CommittedRecords.levels(leaves.size());
        while (leaves.size() < 1 << levels) {
            leaves.add(BigInteger.ZERO);
        }
        tree = Merkle.tree(curve, leaves);
        commitment = new Commitment(
                Commitment.Kind.LIST,
                curve,
                List.of(column),
                levels,
                tree.getLast().get(0));
    }

    /// Commits to a list; members that occur again count once.
    ///
    /// @param seed 32 secret bytes, from which the salt comes
    public static CommittedList of(Curve curve, Column column, List<String> members, byte[] seed) {
        if (column.kind() != Column.Kind.TEXT) {
            throw Column.wrong("column " + column.name() + " is not of texts", "a list is of texts: write name:text");
        }
        return new CommittedList(curve, column, members, seed);
    }

    public Commitment commitment() {
        return commitment;
    }

    /// A random number that hides who a tag stands for.
    public static BigInteger blind(Curve curve, RandomSource random) {
        return CommittedRecords.scalar(curve, random);
    }

    /// The tag of a person: who has text and blind can compute it, who has the tag learns neither.
    public static BigInteger tag(Curve curve, String person, BigInteger blind) {
        return Poseidon2.hash(curve, List.of(Column.ofText(person), blind));
    }

    /// The inputs that show whether a person is in the list.
    public Map<String, BigInteger> inputs(Statement.Listed statement, String person, BigInteger blind) {
        BigInteger value = Column.ofText(person);
        int gap = ends.size() - 2;
        while (gap > 0 && ends.get(gap).compareTo(value) > 0) {
            gap--;
        }
        Map<String, BigInteger> inputs = new LinkedHashMap<>();
        List<BigInteger> fixed = statement.fixedValues();
        inputs.put("root", fixed.get(0));
        inputs.put("purpose", fixed.get(1));
        inputs.put("tag", tag(commitment.curve(), person, blind));
        inputs.put("member", ends.get(gap).equals(value) ? BigInteger.ONE : BigInteger.ZERO);
        inputs.put("value", value);
        inputs.put("blind", blind);
        gap(inputs, gap);
        return inputs;
    }

    /// Puts a gap of the list in.
    void gap(Map<String, BigInteger> inputs, int gap) {
        inputs.put("low", ends.get(gap));
        inputs.put("high", ends.get(gap + 1));
        inputs.put("salt", salt);
        inputs.put("position", BigInteger.valueOf(gap));
        CommittedRecords.put(inputs, "sibling", Merkle.path(tree, gap));
    }
}
