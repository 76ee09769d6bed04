package poyang.chain.ledger.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Sm3;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;

/// Answers against a plain filter over the same rows, pages against the whole, and what is refused.
final class QueryIndexTest {
    private static final Bytes CHAIN = Sm3.hash(new byte[] {1});
    private static final RandomSource RANDOM = ProcessRandom.open("query test");
    private static final List<String> ORGANISATIONS = List.of("taxation", "health", "police");
    private static final List<String> CONTRACTS = List.of("poyang.v1.Jobs", "poyang.v1.Accounts", "poyang.v1.Evidence");

    @TempDir
    Path folder;

    private final List<Row> rows = new ArrayList<>();
    private QueryIndex index;
    private StorageKey storage;

    private static Bytes hash(long height) {
        return Sm3.hash(("block " + height).getBytes(StandardCharsets.UTF_8));
    }

    private static final QueryIndex.Source SOURCE = new QueryIndex.Source() {
        @Override
        public Bytes chainId() {
            return CHAIN;
        }

        @Override
        public Optional<Bytes> blockHash(long height) {
            return Optional.of(hash(height));
        }
    };

    @BeforeEach
    void open() {
        storage = StorageKey.openOrCreate(folder.resolve("storage.key"), "password".toCharArray(), RANDOM);
        index = opened();
    }

    @AfterEach
    void close() {
        index.close();
        storage.close();
    }

    private void reopen() {
        index.close();
        index = opened();
    }

    private QueryIndex opened() {
        return QueryIndex.open(folder.resolve("index"), SOURCE, storage, RANDOM);
    }

    // ---- a chain ------------------------------------------------------------------------------------

    private long time = 1_790_000_000_000L;

    private void block(long height, int calls, Random random) {
        List<Row> block = new ArrayList<>();
        time += random.nextInt(3) * 500L;
        block.add(new Row(
                Kind.BLOCK,
                height,
                0,
                List.of(
                        Value.of(time),
                        Value.of(hash(height).hex()),
                        Value.of("node" + random.nextInt(4)),
                        Value.of(calls),
                        Value.of(height * 2))));
        for (int i = 0; i < calls; i++) {
            String organisation = ORGANISATIONS.get(random.nextInt(3));
            String sender = organisation + "/" + "account" + random.nextInt(4);
            boolean refused = random.nextInt(4) == 0;
            block.add(new Row(
                    Kind.CALL,
                    height,
                    i,
                    List.of(
                            Value.of(time),
                            Value.of(Sm3.hash(new byte[] {(byte) height, (byte) (height >>> 8), (byte) i})
                                    .hex()),
                            Value.of(sender),
                            Value.of(organisation),
                            Value.of(CONTRACTS.get(random.nextInt(3))),
                            Value.of("Method" + random.nextInt(3)),
                            Value.of(random.nextInt(2000)),
                            Value.of(refused ? 4300 + random.nextInt(3) : 0),
                            Value.of(refused ? "ERROR_" + random.nextInt(3) : ""),
                            Value.of(random.nextInt(3)),
                            Value.of(ORGANISATIONS.subList(0, random.nextInt(4))))));
            if (random.nextInt(6) == 0) {
                block.add(new Row(
                        Kind.EVIDENCE,
                        height,
                        i,
                        List.of(
                                Value.of(time),
                                Value.of("evidence" + height + "-" + i),
                                Value.of(sender),
                                Value.of(organisation),
                                Value.of("the subject's " + random.nextInt(3)),
                                Value.of(hash(random.nextInt(5)).hex()),
                                Value.of(List.of(organisation)))));
            }
            if (random.nextInt(5) == 0) {
                block.add(job("job" + random.nextInt(20), height, i, random));
            }
        }
        index.add(CHAIN, height, hash(height), block);
        for (Row row : block) {
            keep(row);
        }
    }

    private Row job(String id, long height, int at, Random random) {
        return new Row(
                Kind.JOB,
                height,
                at,
                List.of(
                        Value.of(time),
                        Value.of(id),
                        Value.of("title of " + id),
                        Value.of("taxation/account" + random.nextInt(2)),
                        Value.of("health/analyst"),
                        Value.of(List.of("taxation", ORGANISATIONS.get(1 + random.nextInt(2)))),
                        Value.of(List.of("READY", "RUNNING", "COMPLETED").get(random.nextInt(3))),
                        Value.of(random.nextInt(5)),
                        Value.of(height),
                        Value.of(time + 60_000),
                        Value.of(List.of("taxation"))));
    }

    /// A job keeps the place and the time of its first row.
    private void keep(Row row) {
        if (row.kind() == Kind.JOB) {
            for (int i = 0; i < rows.size(); i++) {
                Row before = rows.get(i);
                if (before.kind() == Kind.JOB
                        && before.values().get(1).equals(row.values().get(1))) {
                    List<Value> values = new ArrayList<>(row.values());
                    values.set(0, before.values().getFirst());
                    rows.set(i, new Row(Kind.JOB, before.height(), before.index(), values));
                    return;
                }
            }
        }
        rows.add(row);
    }

    // ---- what should come out -----------------------------------------------------------------------

    private List<Row> expected(Query query, Condition rule) {
        Comparator<Row> place = Comparator.comparingLong(Row::place);
        Comparator<Row> order = Comparator.comparing(row -> query.order().of(row));
        if (query.order().chainOrder()) {
            order = query.descending() ? place.reversed() : place;
        } else {
            order = (query.descending() ? order.reversed() : order).thenComparing(place);
        }
        return rows.stream()
                .filter(row -> row.kind() == query.table().kind())
                .filter(query.condition()::matches)
                .filter(rule::matches)
                .sorted(order)
                .toList();
    }

    private List<Row> all(Query query, Condition rule) {
        List<Row> found = new ArrayList<>();
        Optional<String> after = Optional.empty();
        do {
            QueryPage page = index.ask(
                    new Query(
                            query.table(), query.condition(), query.order(), query.descending(), query.limit(), after),
                    rule);
            assertTrue(page.rows().size() <= query.limit());
            found.addAll(page.rows());
            after = page.next();
        } while (after.isPresent());
        return found;
    }

    // ---- random queries -----------------------------------------------------------------------------

    private static String literal(Column column, Random random, List<Row> rows) {
        List<Value> there = rows.stream()
                .filter(row -> column.position() < row.values().size())
                .map(column::of)
                .toList();
        Value none = column.type().texts() ? Value.of("it's") : Value.of(7);
        Value value = there.isEmpty() ? none : there.get(random.nextInt(there.size()));
        return switch (value) {
            case Value.Whole(long number) -> Long.toString(number + random.nextInt(3) - 1);
            case Value.Text(String text) -> "'" + text.replace("'", "''") + "'";
            case Value.Texts(List<String> texts) ->
                texts.isEmpty() ? "'none'" : "'" + texts.get(random.nextInt(texts.size())) + "'";
        };
    }

    private String condition(Table table, Random random, int depth) {
        int kind = depth > 3 ? 0 : random.nextInt(8);
        if (kind == 1 || kind == 2) {
            String word = kind == 1 ? " and " : " or ";
            return "(" + condition(table, random, depth + 1) + word + condition(table, random, depth + 1) + ")";
        }
        if (kind == 3) {
            return "not " + condition(table, random, depth + 1);
        }
        Column column = table.columns().get(random.nextInt(table.columns().size()));
        List<Row> own = rows.stream().filter(row -> row.kind() == table.kind()).toList();
        boolean several = column.type() == Column.Type.TEXTS;
        if (kind == 4 && !several) {
            return column.name() + " between " + literal(column, random, own) + " and " + literal(column, random, own);
        }
        if (kind == 5) {
            return column.name() + " IN (" + literal(column, random, own) + ", " + literal(column, random, own) + ")";
        }
        List<String> operators = several ? List.of("=", "!=") : List.of("=", "=", "!=", "<>", "<", "<=", ">", ">=");
        return column.name() + " " + operators.get(random.nextInt(operators.size())) + " "
                + literal(column, random, own);
    }

    private String query(Random random) {
        Table table = List.of(Table.values()).get(random.nextInt(5));
        StringBuilder text = new StringBuilder(table.queried());
        if (random.nextInt(10) > 0) {
            text.append(" where ").append(condition(table, random, 0));
        }
        if (random.nextInt(3) > 0) {
            Column order = table.columns().get(random.nextInt(table.columns().size()));
            if (order.type() != Column.Type.TEXTS) {
                text.append(" ORDER BY ").append(order.name());
                text.append(List.of("", " asc", " desc").get(random.nextInt(3)));
            }
        }
        return text.append(" limit ").append(30 + random.nextInt(200)).toString();
    }

    @Test
    void answersAreThoseOfAPlainFilter() {
        Random filling = new Random(1);
        for (long height = 0; height < 300; height++) {
            block(height, filling.nextInt(8), filling);
        }
        reopen();
        int[] sizes = new int[2];
        Property.seeds(250).check(seed -> {
            Random random = new Random(seed);
            String text = query(random);
            Query query = QueryText.parse(text);
            boolean ruled = random.nextBoolean() && query.table().kind() == Kind.CALL;
            Condition rule = ruled
                    ? new Condition.Or(List.of(
                            QueryIndex.seenBy(query.table(), "health"),
                            QueryIndex.sentBy(query.table(), "police/account1")))
                    : new Condition.All();
            if (Condition.alternatives(new Condition.And(List.of(query.condition(), rule)), 64)
                    .isEmpty()) {
                assertEquals(
                        QueryErrors.QUERY_TOO_WIDE,
                        assertThrows(PoyangException.class, () -> index.ask(query, rule))
                                .code());
                return;
            }
            List<Row> expected = expected(query, rule);
            List<Row> found = all(query, rule);
            List<Row> missing = new ArrayList<>(expected);
            missing.removeAll(found);
            assertEquals(List.of(), missing, text + " found " + found.size() + " of " + expected.size());
            List<Row> extra = new ArrayList<>(found);
            expected.forEach(extra::remove);
            assertEquals(List.of(), extra, text + " found " + found.size() + " of " + expected.size());
            assertEquals(expected, found, text);
            sizes[expected.isEmpty() ? 0 : 1]++;
        });
        assertTrue(sizes[1] > 90, sizes[1] + " queries found something");
    }

    @Test
    void timesAreReadAsTextsAndRangesOfBlocks() {
        Random random = new Random(2);
        for (long height = 0; height < 100; height++) {
            block(height, 2, random);
        }
        long from = 1_790_000_010_000L;
        String text = "receipts where time >= '" + java.time.Instant.ofEpochMilli(from) + "' and time < "
                + (from + 20_000) + " order by time desc";
        Query query = QueryText.parse(text);
        List<Row> found = all(query, new Condition.All());
        assertEquals(expected(query, new Condition.All()), found);
        assertFalse(found.isEmpty());
    }

    @Test
    void malformedQueriesAreRefusedWithTheirPlace() {
        Map<String, String> cases = new LinkedHashMap<>();
        cases.put("", "character 1 ");
        cases.put("tables", "character 1 ");
        cases.put("blocks where", "character 13 ");
        cases.put("blocks where size = 1", "character 14 ");
        cases.put("blocks where height = 'a'", "character 23 ");
        cases.put("blocks where height == 1", "character 22 ");
        cases.put("blocks where height ~ 1", "character 21 ");
        cases.put("blocks where proposer = 4", "character 25 ");
        cases.put("blocks where proposer = 'node", "character 25 ");
        cases.put("blocks where (height = 1", "character 25 ");
        cases.put("blocks where height = 1)", "character 24 ");
        cases.put("blocks where height = 99999999999999999999", "character 23 ");
        cases.put("blocks where time > 'yesterday'", "character 21 ");
        cases.put("blocks where height in ()", "character 25 ");
        cases.put("blocks where height between 1 or 2", "character 31 ");
        cases.put("blocks order height", "character 14 ");
        cases.put("blocks limit 0", "character 14 ");
        cases.put("blocks limit 1001", "character 14 ");
        cases.put("blocks limit 5 5", "character 16 ");
        cases.put("blocks after 5", "character 14 ");
        cases.put("jobs where parties > 'a'", "character 20 ");
        cases.put("jobs order by parties", "character 15 ");
        cases.put("transactions where seen_by = 'a'", "character 20 ");
        cases.put("transactions where code = 0", "character 20 ");
        cases.put("blocks where " + "(".repeat(40) + "height = 1", "character 47 ");
        cases.put("x".repeat(5000), "character 4097 ");
        cases.forEach((text, place) -> {
            PoyangException refused = assertThrows(PoyangException.class, () -> QueryText.parse(text), text);
            assertEquals(QueryErrors.QUERY_MALFORMED, refused.code(), text);
            assertTrue(refused.wrong().startsWith(place), text + ": " + refused.wrong());
        });
        block(0, 1, new Random(3));
        for (String mark : List.of("", "zz", "00", "nothing")) {
            assertEquals(
                    QueryErrors.QUERY_MALFORMED,
                    assertThrows(
                                    PoyangException.class,
                                    () -> index.ask(
                                            QueryText.parse("blocks after '" + mark + "'"), new Condition.All()))
                            .code());
        }
    }

    @Test
    void everyTextIsAQueryOrRefused() {
        Random random = new Random(4);
        List<String> words = List.of(
                "blocks", "where", "height", "=", "1", "'x'", "and", "or", "not", "(", ")", "in", ",", "order", "by",
                "limit", "after", "between", "-", "''", "'", "#", "desc");
        int good = 0;
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder("blocks ");
            for (int j = random.nextInt(9); j > 0; j--) {
                text.append(words.get(random.nextInt(words.size()))).append(' ');
            }
            try {
                Query _ = QueryText.parse(text.toString());
                good++;
            } catch (PoyangException e) {
                assertEquals(QueryErrors.QUERY_MALFORMED, e.code());
            }
        }
        assertTrue(good > 100, good + " of them are queries");
    }

    @Test
    void anIndexOfAnotherChainIsMadeAnew() throws IOException {
        Random random = new Random(5);
        for (long height = 0; height < 20; height++) {
            block(height, 3, random);
        }
        reopen();
        assertEquals(19, index.height());
        index.close();
        QueryIndex.Source other = new QueryIndex.Source() {
            @Override
            public Bytes chainId() {
                return CHAIN;
            }

            @Override
            public Optional<Bytes> blockHash(long height) {
                return Optional.of(hash(height + 1));
            }
        };
        index = QueryIndex.open(folder.resolve("index"), other, storage, RANDOM);
        assertEquals(-1, index.height());
        assertTrue(
                index.ask(QueryText.parse("blocks"), new Condition.All()).rows().isEmpty());
    }

    @Test
    void whatACrashLeavesEndsAtAWholeBlock() throws IOException {
        Random random = new Random(7);
        for (long height = 0; height < 60; height++) {
            block(height, 4, random);
            if (height % 15 != 14) {
                continue;
            }
            // the files as they lie while the index is open, the log cut somewhere in its last blocks
            Path copy = Files.createDirectory(folder.resolve("copy" + height));
            Files.copy(folder.resolve("index.key"), copy.resolve("index.key"));
            Files.createDirectory(copy.resolve("index"));
            for (Map.Entry<Path, byte[]> file : filesWhileOpen().entrySet()) {
                byte[] content = file.getValue();
                boolean log = file.getKey().toString().endsWith(".log");
                int kept = log ? Math.max(0, content.length - random.nextInt(6000)) : content.length;
                Files.write(copy.resolve("index").resolve(file.getKey().getFileName()), Arrays.copyOf(content, kept));
            }
            try (QueryIndex crashed = QueryIndex.open(copy.resolve("index"), SOURCE, storage, RANDOM)) {
                assertTrue(crashed.height() <= height && crashed.height() > height - 15, "it ends at a block");
                for (String table : List.of("blocks", "transactions", "evidence")) {
                    Query query = QueryText.parse(table + " limit 1000");
                    List<Row> expected = expected(query, new Condition.All()).stream()
                            .filter(row -> row.height() <= crashed.height())
                            .toList();
                    assertEquals(
                            expected, crashed.ask(query, new Condition.All()).rows());
                }
            }
        }
    }

    /// As they lay at one time: read again when the index merged some of them meanwhile.
    private Map<Path, byte[]> filesWhileOpen() throws IOException {
        while (true) {
            Map<Path, byte[]> content = new TreeMap<>();
            try {
                for (Path file : listed()) {
                    content.put(file, Files.readAllBytes(file));
                }
            } catch (NoSuchFileException e) {
                continue;
            }
            if (content.keySet().equals(listed())) {
                return content;
            }
        }
    }

    private Set<Path> listed() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("index"))) {
            return files.collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /// Every question of its own is one that it understands, and most of them find something.
    @Test
    void anIndexThatGetsWarmAsksOfAllThatItHas() {
        assertEquals(0, new WarmUp(index).run(Long.MAX_VALUE), "an empty one has nothing to ask of");
        Random random = new Random(4);
        for (long height = 0; height < 60; height++) {
            block(height, 4, random);
        }
        int answered = new WarmUp(index).run(Long.MAX_VALUE);
        assertTrue(answered > 150, answered + " questions found rows");
    }

    @Test
    void noFileHoldsATextInClear() throws IOException {
        Random random = new Random(6);
        for (long height = 0; height < 50; height++) {
            block(height, 5, random);
        }
        index.close(); // an open one merges files away while they are read
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String content = Files.readString(file, StandardCharsets.ISO_8859_1);
                for (String marker : List.of("taxation", "account1", "poyang.v1", "Method1", "title of")) {
                    assertFalse(content.contains(marker), file + " holds " + marker);
                }
            }
        }
        index = opened();
    }
}
