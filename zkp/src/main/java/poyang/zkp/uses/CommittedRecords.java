package poyang.zkp.uses;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import poyang.crypto.SeededRandom;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.Disclosure;
import poyang.zkp.circuits.Merkle;
import poyang.zkp.curves.Curve;

/// A table whose records are committed to, each by a salted hash, under one Merkle tree.
///
/// - computes: leaf = Poseidon2(fields, salt), root of the leaves, filled up with zeros to a power of two
/// - secrecy: holds the records and their salts; only the commitment is for others. It shows the number of
///   records to the next power of two
/// - cost: one hash of k + 1 elements and one of two a record
public final class CommittedRecords {
    private final List<List<BigInteger>> fields = new ArrayList<>();
    private final List<BigInteger> salts = new ArrayList<>();
    private final List<List<BigInteger>> tree;
    private final Commitment commitment;

    private CommittedRecords(Curve curve, List<Column> columns, List<List<String>> rows, byte[] seed) {
        int levels = levels(rows.size());
        RandomSource random = new SeededRandom(seed, "zkp committed records");
        List<BigInteger> leaves = new ArrayList<>();
        for (List<String> row : rows) {
            List<BigInteger> record = new ArrayList<>();
            for (int i = 0; i < columns.size(); i++) {
                record.add(columns.get(i).element(row.get(i)));
            }
            fields.add(record);
            salts.add(scalar(curve, random));
            leaves.add(Disclosure.commitment(curve, record, salts.getLast()));
        }
        while (leaves.size() < 1 << levels) {
            leaves.add(BigInteger.ZERO);
        }
        tree = Merkle.tree(curve, leaves);
        commitment = new Commitment(
                Commitment.Kind.RECORDS, curve, columns, levels, tree.getLast().get(0));
    }

    /// Commits to rows, whose cells stand in the columns' order.
    ///
    /// @param seed 32 secret bytes, from which all salts come; the same seed gives the same commitment
    public static CommittedRecords of(Curve curve, List<Column> columns, List<List<String>> rows, byte[] seed) {
        if (columns.isEmpty() || rows.isEmpty()) {
            throw Column.wrong("there is nothing to commit to", "name columns, and give a table with records");
        }
        return new CommittedRecords(curve, columns, rows, seed);
    }

    static BigInteger scalar(Curve curve, RandomSource random) {
        return curve.scalars().value(curve.scalars().random(random), 0);
    }

    static int levels(int leaves) {
        int levels = Math.max(1, 32 - Integer.numberOfLeadingZeros(leaves - 1));
        if (levels > Commitment.LEVELS_MAX) {
            throw Column.wrong("there are " + leaves + " entries", "2^" + Commitment.LEVELS_MAX + " can be committed");
        }
        return levels;
    }

    public Commitment commitment() {
        return commitment;
    }

    /// How many records there are.
    public int size() {
        return fields.size();
    }

    /// The first record that satisfies all conditions, from 0 on; empty where none does.
    public OptionalInt qualified(List<Condition> conditions) {
        return IntStream.range(0, size())
                .filter(row -> conditions.stream()
                        .allMatch(condition -> condition.holds(fields.get(row).get(condition.index()))))
                .findFirst();
    }

    /// The inputs that show a statement of the record at `row`, from 0 on; they need not satisfy it.
    public Map<String, BigInteger> inputs(Statement.Qualified statement, int row) {
        if (row < 0 || row >= size()) {
            throw Column.wrong("there is no record " + (row + 1), "there are " + size());
        }
        Map<String, BigInteger> inputs = new LinkedHashMap<>();
        List<BigInteger> fixed = statement.fixedValues();
        inputs.put("root", fixed.get(0));
        inputs.put("purpose", fixed.get(1));
        put(inputs, "bound", fixed.subList(2, fixed.size()));
        put(inputs, "field", fields.get(row));
        inputs.put("salt", salts.get(row));
        inputs.put("position", BigInteger.valueOf(row));
        put(inputs, "sibling", Merkle.path(tree, row));
        return inputs;
    }

    static void put(Map<String, BigInteger> inputs, String name, List<BigInteger> values) {
        for (int i = 0; i < values.size(); i++) {
            inputs.put(name + "[" + i + "]", values.get(i));
        }
    }
}
