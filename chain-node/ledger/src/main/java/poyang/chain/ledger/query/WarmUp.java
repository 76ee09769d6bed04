package poyang.chain.ledger.query;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import poyang.kernel.PoyangException;

/// Questions that a node which has just started asks its own index before others ask: they bring the upper parts of
/// the index into memory, and the code that answers gets compiled. Texts of every shape are made of rows from all
/// over the chain.
final class WarmUp {
    private static final int ROUNDS_MAX = 400;
    private static final int PART = 10;

    private final QueryIndex index;
    private final Random random = new Random(1);

    WarmUp(QueryIndex index) {
        this.index = index;
    }

    /// Asks until there were enough questions or `nanos` are over; gives how many were answered with rows.
    int run(long nanos) {
        long from = System.nanoTime();
        List<Table> tables = Arrays.stream(Table.values())
                .filter(table ->
                        !ask(table.queried() + " order by height desc limit 1").isEmpty())
                .toList();
        int answered = 0;
        for (int round = 0; round < ROUNDS_MAX && !tables.isEmpty() && System.nanoTime() - from < nanos; round++) {
            Table table = tables.get(round % tables.size());
            long height = random.nextLong(index.height() + 1);
            List<Row> rows = ask(table.queried() + " where height >= " + height + " limit 2");
            if (!rows.isEmpty()) {
                answered += ask(question(table, rows, round)).isEmpty() ? 0 : 1;
            }
        }
        return answered;
    }

    private List<Row> ask(String text) {
        try {
            return index.ask(QueryText.parse(text), new Condition.All()).rows();
        } catch (PoyangException e) {
            if (e.code().equals(QueryErrors.QUERY_TOO_WIDE)) {
                return List.of(); // another one will do
            }
            throw e;
        }
    }

    private String question(Table table, List<Row> rows, int round) {
        Row row = rows.getFirst();
        Row other = rows.getLast();
        long span = Math.max(1, index.height() / PART);
        long to = row.height() + random.nextLong(span) + 1;
        String heights = "height between " + row.height() + " and " + to;
        Value time = row.values().getFirst();
        String equal = compared(table, row, "=");
        String unequal = compared(table, other, "!=");
        return table.queried() + " where "
                + switch (round % 7) {
                    case 0 -> equal + " and " + heights + " order by height desc limit 50";
                    case 1 -> equal + " and " + compared(table, row, "=") + " and time >= " + text(time) + " limit 50";
                    case 2 -> equal + " and " + unequal + " and " + heights + " limit 50";
                    case 3 -> "(" + equal + " or " + compared(table, other, "=") + ") and " + heights + " limit 50";
                    case 4 ->
                        equal + " and height >= " + row.height() + number(table, row, " and ", " >= ") + " limit 20";
                    case 5 ->
                        equal + " and not " + compared(table, other, "=") + " and time <= " + text(time)
                                + " order by time desc limit 20";
                    default ->
                        equal + " and height between " + row.height() + " and " + (row.height() + span / PART)
                                + number(table, other, " order by ", "") + " limit 20";
                };
    }

    /// One of the columns that are looked up, beside the row's value.
    private String compared(Table table, Row row, String operator) {
        List<Column> found = table.columns().stream().filter(Column::found).toList();
        Column column = found.get(random.nextInt(found.size()));
        return column.name() + " " + operator + " " + text(column.of(row));
    }

    /// The first column of numbers that is not looked up; nothing when there is none.
    private static String number(Table table, Row row, String before, String operator) {
        Optional<Column> number = table.columns().stream()
                .filter(column -> column.type() == Column.Type.NUMBER && !column.found())
                .findFirst();
        return number.map(column ->
                        before + column.name() + (operator.isEmpty() ? " desc" : operator + text(column.of(row))))
                .orElse("");
    }

    private static String text(Value value) {
        return switch (value) {
            case Value.Whole(long number) -> Long.toString(number);
            case Value.Text(String text) -> "'" + text.replace("'", "''") + "'";
            case Value.Texts(List<String> texts) ->
                "'" + (texts.isEmpty() ? "" : texts.getFirst().replace("'", "''")) + "'";
        };
    }
}
