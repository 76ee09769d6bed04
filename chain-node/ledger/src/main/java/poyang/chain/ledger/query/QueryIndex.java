package poyang.chain.ledger.query;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Final blocks, their transactions and what contracts announced, as rows that can be asked for.
///
/// The index follows the chain: blocks are added in order, each in one batch with the mark of how far it
/// goes, so that after a crash it ends at some block, whole, and goes on from there. It is made of the
/// ledger alone and may be deleted at any time.
///
/// - queries: conditions become alternatives; in each, terms are intersected and blocks bounded before a
///   row is opened; alternatives are merged in the chain's order
/// - bounds: one query opens at most {@link #ROWS_LOOKED_AT} rows. In the chain's order the answer then
///   ends early, with where to go on; in another order it is refused
/// - secrecy: rows are sealed under a data key, values in terms are keyed hashes; heights and times are
///   in clear
/// - threads: one adds, any number ask
public final class QueryIndex implements AutoCloseable {
    public static final int ROWS_LOOKED_AT = 100_000;

    private static final String KEY_PURPOSE = "index";
    private static final String MARK = "mark";
    private static final byte VERSION = 2;
    private static final int ALTERNATIVES_MAX = 64;
    private static final long WARMED_FROM = 200;
    private static final int CHUNK_MIN = 32;
    private static final int CHUNK_MAX = 1024;

    private final IndexStore store;
    private volatile long height;

    private QueryIndex(IndexStore store, long height) {
        this.store = store;
        this.height = height;
    }

    /// What the index is of and how far it goes.
    private record Mark(Bytes chainId, long height, Bytes blockHash) {
        byte[] encode() {
            return ByteBuffer.allocate(1 + Long.BYTES + 1 + chainId.length() + blockHash.length())
                    .put(VERSION)
                    .putLong(height)
                    .put((byte) chainId.length())
                    .put(chainId.toArray())
                    .put(blockHash.toArray())
                    .array();
        }

        static Optional<Mark> decode(byte[] encoded) {
            if (encoded.length < 2 + Long.BYTES || encoded[0] != VERSION) {
                return Optional.empty();
            }
            ByteBuffer in = ByteBuffer.wrap(encoded, 1, encoded.length - 1);
            long height = in.getLong();
            byte[] chain = new byte[Byte.toUnsignedInt(in.get())];
            in.get(chain);
            byte[] hash = new byte[in.remaining()];
            in.get(hash);
            return Optional.of(new Mark(Bytes.wrap(chain), height, Bytes.wrap(hash)));
        }
    }

    /// The chain that an index must be of.
    public interface Source {
        Bytes chainId();

        /// The hash of the final block at a height.
        Optional<Bytes> blockHash(long height);
    }

    /// Opens the index in a folder, or makes an empty one: also where it is not of this chain.
    ///
    /// @throws PoyangException `INDEX_FAILED`
    public static QueryIndex open(Path folder, Source chain, StorageKey storage, RandomSource random) {
        QueryIndex index = openAsItIs(folder, storage, random);
        try (IndexStore.View view = index.store.view()) {
            Optional<byte[]> stored = view.meta(MARK);
            Optional<Mark> mark = stored.flatMap(Mark::decode);
            boolean empty = stored.isEmpty();
            boolean same = mark.isPresent()
                    && mark.get().chainId().equals(chain.chainId())
                    && chain.blockHash(mark.get().height())
                            .equals(Optional.of(mark.get().blockHash()));
            if (same) {
                index.height = mark.get().height();
            }
            if (empty || same) {
                return index;
            }
        }
        index.close();
        delete(folder);
        return openAsItIs(folder, storage, random);
    }

    private static QueryIndex openAsItIs(Path folder, StorageKey storage, RandomSource random) {
        Path keyFile = folder.resolveSibling(folder.getFileName() + ".key");
        return new QueryIndex(new IndexStore(folder, storage.dataKey(keyFile, KEY_PURPOSE, random), random), -1);
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw IndexStore.failed(e);
        }
    }

    /// The last block that is in; −1 when none is.
    public long height() {
        return height;
    }

    /// Asks questions of its own for up to `nanos`, after which those of others are answered as fast as later: for a
    /// process that has just started. A short chain needs none.
    public void warmUp(long nanos) {
        if (height >= WARMED_FROM) {
            int _ = new WarmUp(this).run(nanos);
        }
    }

    /// Adds the next block.
    ///
    /// @param rows the block's own row first; a row of a kind that changes takes the place of the one with
    ///     its id
    public synchronized void add(Bytes chainId, long at, Bytes blockHash, List<Row> rows) {
        Bug.unless(at > height, "blocks are added in order");
        IndexStore.Batch batch = store.batch(at);
        try (IndexStore.View view = store.view()) {
            Map<String, Row> changed = new TreeMap<>();
            for (Row row : rows) {
                if (row.kind().changes()) {
                    Row before = changed.get(row.kind() + " " + id(row));
                    if (before == null) {
                        before = byId(view, row).orElse(row);
                    }
                    Row after = new Row(row.kind(), before.height(), before.index(), kept(row, before));
                    batch.change(before, after);
                    changed.put(row.kind() + " " + id(row), after);
                } else {
                    batch.add(row);
                }
                if (row.kind() == Kind.BLOCK && row.values().getFirst() instanceof Value.Whole(long millis)) {
                    batch.time(millis, at);
                }
            }
            batch.meta(MARK, new Mark(chainId, at, blockHash).encode());
            batch.write();
        }
        height = at;
    }

    /// The time is that of the block at the row's place.
    private static List<Value> kept(Row now, Row before) {
        List<Value> values = new ArrayList<>(now.values());
        values.set(0, before.values().getFirst());
        return values;
    }

    private static Value id(Row row) {
        return row.values().get(row.kind().column("id").position());
    }

    private Optional<Row> byId(IndexStore.View view, Row row) {
        byte[] term = store.termPrefix(row.kind(), row.kind().column("id"), id(row));
        try (IndexStore.Places places = view.places(term, false)) {
            long place = places.reach(0);
            return place < 0
                    ? Optional.empty()
                    : Optional.of(view.rows(row.kind(), List.of(place)).getFirst());
        }
    }

    /// The stored column of the rows of a table that names the organisations which may see a row.
    public static Condition seenBy(Table table, String organisation) {
        return new Condition.Compare(table.kind().column("seen_by"), Condition.Operator.EQUAL, Value.of(organisation));
    }

    /// The rows of transactions that an account sent.
    public static Condition sentBy(Table table, String account) {
        return new Condition.Compare(table.kind().column("sender"), Condition.Operator.EQUAL, Value.of(account));
    }

    /// Answers a query.
    ///
    /// @param rule what rows must satisfy besides, for who asks to see them
    /// @throws PoyangException `QUERY_TOO_WIDE`; `QUERY_MALFORMED` for an `after` that no answer gave
    public QueryPage ask(Query query, Condition rule) {
        Condition condition =
                rule instanceof Condition.All ? query.condition() : new Condition.And(List.of(query.condition(), rule));
        List<List<Condition.Compare>> alternatives = Condition.alternatives(condition, ALTERNATIVES_MAX)
                .orElseThrow(() -> tooWide(
                        "its conditions make more than " + ALTERNATIVES_MAX + " alternatives",
                        "fewer conditions joined by or are needed"));
        boolean descending = query.order().chainOrder() && query.descending();
        long reached = height;
        List<Alternative> open = new ArrayList<>();
        try (IndexStore.View view = store.view()) {
            for (List<Condition.Compare> each : alternatives) {
                open.add(Alternative.of(store, view, query.table().kind(), each, descending));
            }
            Scan scan = new Scan(view, open, query.table().kind(), condition, descending);
            return query.order().chainOrder() ? inChainOrder(query, scan, reached) : sorted(query, scan, reached);
        } finally {
            open.forEach(Alternative::close);
        }
    }

    private static PoyangException tooWide(String wrong, String right) {
        return new PoyangException(QueryErrors.QUERY_TOO_WIDE, "the query is too wide: " + wrong, right);
    }

    /// Rows that satisfy the condition, chunk by chunk.
    private static final class Scan {
        private final IndexStore.View view;
        private final List<Alternative> alternatives;
        private final Kind kind;
        private final Condition condition;
        private final boolean descending;
        private final boolean exact;
        private long target;
        private boolean ended;
        private int looked;

        Scan(IndexStore.View view, List<Alternative> alternatives, Kind kind, Condition condition, boolean descending) {
            this.view = view;
            this.alternatives = alternatives;
            this.kind = kind;
            this.condition = condition;
            this.descending = descending;
            exact = alternatives.stream().allMatch(Alternative::exact);
            target = descending ? Long.MAX_VALUE : 0;
        }

        void from(long place) {
            target = place;
            ended = target < 0;
        }

        /// What comes next, of at most `most` rows that are looked at.
        List<Row> chunk(int most) {
            List<Long> places = new ArrayList<>();
            while (places.size() < most && !ended) {
                long best = -1;
                for (Alternative each : alternatives) {
                    long found = each.reach(target);
                    if (found >= 0 && (best < 0 || (descending ? found > best : found < best))) {
                        best = found;
                    }
                }
                ended = best < 0;
                if (!ended) {
                    places.add(best);
                    target = descending ? best - 1 : best + 1;
                    ended = target < 0;
                }
            }
            looked += places.size();
            List<Row> rows = view.rows(kind, places);
            return exact ? rows : rows.stream().filter(condition::matches).toList();
        }
    }

    private static QueryPage inChainOrder(Query query, Scan scan, long reached) {
        query.after().ifPresent(after -> {
            long mark = mark(after, Long.BYTES).getLong();
            scan.from(query.descending() ? mark - 1 : mark + 1);
        });
        List<Row> found = new ArrayList<>();
        while (found.size() <= query.limit() && !scan.ended && scan.looked < ROWS_LOOKED_AT) {
            int missing = query.limit() + 1 - found.size();
            found.addAll(scan.chunk(scan.exact ? missing : Math.clamp(2L * missing, CHUNK_MIN, CHUNK_MAX)));
        }
        if (found.size() > query.limit()) {
            List<Row> rows = found.subList(0, query.limit());
            return new QueryPage(rows, Optional.of(next(rows.getLast().place())), reached);
        }
        long looked = scan.descending ? scan.target + 1 : scan.target - 1;
        return new QueryPage(found, scan.ended ? Optional.empty() : Optional.of(next(looked)), reached);
    }

    private static String next(long place) {
        return HexFormat.of().toHexDigits(place);
    }

    private static ByteBuffer mark(String after, int least) {
        try {
            ByteBuffer mark = ByteBuffer.wrap(HexFormat.of().parseHex(after));
            if (mark.remaining() >= least) {
                return mark;
            }
        } catch (IllegalArgumentException e) {
            // refused as the rest
        }
        throw badMark(after);
    }

    private static PoyangException badMark(String after) {
        return new PoyangException(
                QueryErrors.QUERY_MALFORMED,
                "\"" + after + "\" is not where an answer ended",
                "the next of an answer to the same query is needed after \"after\"");
    }

    /// A row that stands in an order of its own.
    private record Sorted(Value value, long place, Optional<Row> row) {
        /// Value and place: what stands at the place need not be looked at again.
        String mark() {
            byte[] octets = switch (value) {
                case Value.Whole(long number) ->
                    ByteBuffer.allocate(Long.BYTES).putLong(number).array();
                case Value.Text(String text) -> text.getBytes(StandardCharsets.UTF_8);
                case Value.Texts _ -> throw new Bug("several texts have no order");
            };
            return HexFormat.of().toHexDigits(place) + HexFormat.of().formatHex(octets);
        }

        static Sorted read(ByteBuffer mark, Column column) {
            long place = mark.getLong();
            byte[] octets = new byte[mark.remaining()];
            mark.get(octets);
            if (!column.type().texts() && octets.length != Long.BYTES) {
                throw badMark(HexFormat.of().formatHex(octets));
            }
            Value value = column.type().texts()
                    ? Value.of(new String(octets, StandardCharsets.UTF_8))
                    : Value.of(ByteBuffer.wrap(octets).getLong());
            return new Sorted(value, place, Optional.empty());
        }
    }

    private static QueryPage sorted(Query query, Scan scan, long reached) {
        Comparator<Sorted> byValue = Comparator.comparing(Sorted::value);
        Comparator<Sorted> order = (query.descending() ? byValue.reversed() : byValue).thenComparingLong(Sorted::place);
        Optional<Sorted> after = query.after().map(text -> Sorted.read(mark(text, Long.BYTES), query.order()));
        PriorityQueue<Sorted> best = new PriorityQueue<>(order.reversed());
        while (!scan.ended) {
            if (scan.looked >= ROWS_LOOKED_AT) {
                throw tooWide(
                        "more than " + ROWS_LOOKED_AT + " rows would have to be sorted by "
                                + query.order().name(),
                        "a range of heights or times, or order by height, is needed");
            }
            for (Row row : scan.chunk(CHUNK_MAX)) {
                Sorted each = new Sorted(query.order().of(row), row.place(), Optional.of(row));
                if (after.isEmpty() || order.compare(each, after.get()) > 0) {
                    best.add(each);
                    if (best.size() > query.limit() + 1) {
                        Sorted _ = best.poll();
                    }
                }
            }
        }
        List<Sorted> sorted = best.stream().sorted(order).toList();
        boolean more = sorted.size() > query.limit();
        List<Sorted> rows = sorted.subList(0, more ? query.limit() : sorted.size());
        return new QueryPage(
                rows.stream().flatMap(each -> each.row().stream()).toList(),
                more ? Optional.of(rows.getLast().mark()) : Optional.empty(),
                reached);
    }

    @Override
    public synchronized void close() {
        store.close();
    }
}
