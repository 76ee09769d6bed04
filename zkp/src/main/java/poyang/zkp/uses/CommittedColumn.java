package poyang.zkp.uses;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import poyang.crypto.SeededRandom;
import poyang.zkp.circuits.Poseidon2;
import poyang.zkp.curves.Curve;

/// A column of numbers that is committed to by one salted hash of its count and all values.
///
/// - computes: Poseidon2(salt, count, values, zeros up to the room)
/// - shapes: 1 to 65,536 values below 2^40
/// - secrecy: holds the values and the salt; only the commitment is for others, and it shows the room
public final class CommittedColumn {
    private final List<BigInteger> values = new ArrayList<>();
    private final int count;
    private final BigInteger salt;
    private final Commitment commitment;

    private CommittedColumn(Curve curve, Column column, List<String> cells, byte[] seed) {
        count = cells.size();
        cells.forEach(cell -> values.add(column.element(cell)));
        if (values.stream().anyMatch(value -> value.bitLength() > StatisticsCircuit.BITS)) {
            throw Column.wrong("a value is 2^" + StatisticsCircuit.BITS + " or more", "figures are of smaller values");
        }
        int room = Math.max(2, Integer.highestOneBit(2 * count - 1));
        while (values.size() < room) {
            values.add(BigInteger.ZERO);
        }
        salt = CommittedRecords.scalar(curve, new SeededRandom(seed, "zkp committed column"));
        List<BigInteger> hashed = new ArrayList<>(List.of(salt, BigInteger.valueOf(count)));
        hashed.addAll(values);
        commitment =
                new Commitment(Commitment.Kind.COLUMN, curve, List.of(column), room, Poseidon2.hash(curve, hashed));
    }

    /// Commits to a column of numbers.
    ///
    /// @param seed 32 secret bytes, from which the salt comes
    public static CommittedColumn of(Curve curve, Column column, List<String> cells, byte[] seed) {
        if (column.kind() != Column.Kind.NUMBER || cells.isEmpty() || cells.size() > Commitment.ROOM_MAX) {
            throw Column.wrong(
                    "column " + column.name() + " is not of numbers, is empty, or has more than " + Commitment.ROOM_MAX
                            + " values",
                    "figures are of a column of numbers");
        }
        return new CommittedColumn(curve, column, cells, seed);
    }

    public Commitment commitment() {
        return commitment;
    }

    /// The inputs that show the column's figures.
    public Map<String, BigInteger> inputs(Statement.Described statement) {
        BigInteger sum = values.stream().reduce(BigInteger.ZERO, BigInteger::add);
        Map<String, BigInteger> inputs = new LinkedHashMap<>();
        inputs.put("root", statement.commitment().root());
        CommittedRecords.put(inputs, "limit", statement.limits());
        inputs.put("count", BigInteger.valueOf(count));
        inputs.put("sum", sum);
        inputs.put("mean", sum.divide(BigInteger.valueOf(count)));
        CommittedRecords.put(inputs, "class", classes(statement.limits()));
        inputs.put("salt", salt);
        CommittedRecords.put(inputs, "value", values);
        List<BigInteger> active = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            active.add(i < count ? BigInteger.ONE : BigInteger.ZERO);
        }
        CommittedRecords.put(inputs, "active", active);
        return inputs;
    }

    private List<BigInteger> classes(List<BigInteger> limits) {
        long[] counts = new long[limits.size() + 1];
        for (BigInteger value : values.subList(0, count)) {
            int at = 0;
            while (at < limits.size() && value.compareTo(limits.get(at)) >= 0) {
                at++;
            }
            counts[at]++;
        }
        List<BigInteger> all = new ArrayList<>();
        for (long one : counts) {
            all.add(BigInteger.valueOf(one));
        }
        return all;
    }
}
