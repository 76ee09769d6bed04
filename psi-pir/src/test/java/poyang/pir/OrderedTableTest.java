package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.psi.Workers;

/// Ranges and prefixes against a plain list, over tables with several entries a key and trees of several
/// levels; and holders that answer from other tables.
class OrderedTableTest {
    private static final int KEY_BYTES = 6;
    private static final int VALUE_BYTES = 60;
    private static final List<OrderedTable.Entry> ENTRIES = entries(700, 1);
    private static final OrderedTable TABLE = table(ENTRIES, "table");

    private static List<OrderedTable.Entry> entries(int count, long seed) {
        Random random = new Random(seed);
        List<OrderedTable.Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] value = new byte[random.nextInt(VALUE_BYTES + 1)];
            random.nextBytes(value);
            String key = "k" + random.nextInt(400);
            entries.add(new OrderedTable.Entry(Bytes.utf8(key), Bytes.wrap(value)));
        }
        entries.sort((a, b) -> Arrays.compareUnsigned(a.key().toArray(), b.key().toArray()));
        return entries;
    }

    private static OrderedTable table(List<OrderedTable.Entry> entries, String label) {
        return OrderedTable.of(entries, KEY_BYTES, VALUE_BYTES, 10, Village.random(label), Workers.ALONE);
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static OrderedClient.Outcome read(OrderedClient.Reading reading, OrderedTable holder, int most) {
        try (reading) {
            while (!reading.last()) {
                reading.take(holder.answerNode(reading.next(), Workers.ALONE));
            }
            return reading.outcome(holder.answerEntries(reading.next(), most, Workers.ALONE));
        }
    }

    private static OrderedClient.Outcome expected(String from, String to, boolean prefix, int most) {
        List<OrderedTable.Entry> all = ENTRIES.stream()
                .filter(entry -> {
                    byte[] at = entry.key().toArray();
                    String text = new String(at, StandardCharsets.UTF_8);
                    return prefix
                            ? text.startsWith(from)
                            : Arrays.compareUnsigned(at, key(from)) >= 0 && Arrays.compareUnsigned(at, key(to)) <= 0;
                })
                .toList();
        return new OrderedClient.Outcome.Found(all.stream().limit(most).toList(), all.size() > most);
    }

    @Test
    void rangesAndPrefixesGiveWhatAListGives() {
        OrderedClient client = new OrderedClient(OrderedForm.decode(TABLE.form().encode()));
        int number = 0;
        for (String[] range : new String[][] {{"k1", "k1"}, {"k10", "k12"}, {"k99", "z"}, {"a", "b"}, {"k30", "k2"}}) {
            assertEquals(
                    expected(range[0], range[1], false, 5),
                    read(client.range(key(range[0]), key(range[1]), 5, Village.random("r" + number++)), TABLE, 5),
                    range[0] + " to " + range[1]);
        }
        for (String prefix : List.of("k39", "q", "")) {
            assertEquals(
                    expected(prefix, "", true, 12),
                    read(client.prefix(key(prefix), 12, Village.random("p" + number++)), TABLE, 12),
                    "prefix " + prefix);
        }
    }

    @Test
    void whatIsSentHasOneShapeForAllRanges() {
        OrderedClient client = new OrderedClient(TABLE.form());
        List<List<Integer>> shapes = new ArrayList<>();
        for (String prefix : List.of("k1", "nobody")) {
            List<Integer> lengths = new ArrayList<>();
            try (OrderedClient.Reading reading = client.prefix(key(prefix), 3, Village.random(prefix))) {
                while (!reading.last()) {
                    byte[] frame = reading.next();
                    lengths.add(frame.length);
                    reading.take(TABLE.answerNode(frame, Workers.ALONE));
                }
                lengths.add(reading.next().length);
            }
            shapes.add(lengths);
        }
        assertEquals(shapes.getFirst(), shapes.getLast());
        assertEquals(TABLE.form().levels().size() + 1, shapes.getFirst().size());
    }

    @Test
    void anotherTableIsNoticedAndTheReadingGoesOn() {
        OrderedTable other = table(entries(700, 2), "other");
        OrderedClient client = new OrderedClient(TABLE.form());
        assertInstanceOf(
                OrderedClient.Outcome.Complaint.class,
                read(client.prefix(key("k1"), 3, Village.random("lie")), other, 3));
        try (OrderedClient.Reading reading = client.prefix(key("k1"), 3, Village.random("late lie"))) {
            while (!reading.last()) {
                reading.take(TABLE.answerNode(reading.next(), Workers.ALONE));
            }
            assertInstanceOf(
                    OrderedClient.Outcome.Complaint.class,
                    reading.outcome(other.answerEntries(reading.next(), 3, Workers.ALONE)));
        }
    }

    @Test
    void oneEntryIsATableAndWhatDoesNotFitIsRefused() {
        List<OrderedTable.Entry> one = List.of(new OrderedTable.Entry(Bytes.utf8("k"), Bytes.utf8("v")));
        OrderedTable table = OrderedTable.of(one, 4, 1, Village.random("one"), Workers.ALONE);
        OrderedClient client = new OrderedClient(table.form());
        assertEquals(
                new OrderedClient.Outcome.Found(one, false),
                read(client.prefix(key("k"), 1, Village.random("one")), table, 1));
        assertThrows(PoyangException.class, () -> client.prefix(key("k"), 2, Village.random("two")));
        assertThrows(PoyangException.class, () -> client.prefix(key("kkkkk"), 1, Village.random("long")));
        for (List<OrderedTable.Entry> wrong : List.of(
                List.of(new OrderedTable.Entry(Bytes.utf8("longer"), Bytes.empty())),
                List.of(new OrderedTable.Entry(Bytes.utf8("k"), Bytes.utf8("vv"))),
                List.of(new OrderedTable.Entry(Bytes.wrap(new byte[] {1, 0}), Bytes.empty())),
                List.of(one.getFirst(), new OrderedTable.Entry(Bytes.utf8("a"), Bytes.empty())))) {
            assertEquals(
                    PirErrors.RECORD_REFUSED,
                    assertThrows(
                                    PoyangException.class,
                                    () -> OrderedTable.of(wrong, 4, 1, Village.random("wrong"), Workers.ALONE))
                            .code());
        }
    }
}
