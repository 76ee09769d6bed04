package poyang.chain.ledger.query;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BiConsumer;
import poyang.kernel.Bug;

/// A row of a table: where it stands in the chain, and its stored values, the block's time first.
///
/// @param kind the rows that are kept together
/// @param height of the block
/// @param index of the transaction in it; 0 for a block's own row
/// @param values in the order of {@link Kind#columns}
public record Row(Kind kind, long height, int index, List<Value> values) {
    private static final int INDEX_BITS = 24;
    private static final int PACKED = 1 << 15;
    private static final int PACKED_LEAST = 16;

    public Row {
        values = List.copyOf(values);
        Bug.unless(
                height >= 0 && height < 1L << (Long.SIZE - 1 - INDEX_BITS) && index >= 0 && index < 1 << INDEX_BITS,
                "a row has a place in a chain");
        Bug.unless(values.size() == kind.columns().size(), "a row has a value for each column");
    }

    /// Where a row stands, as one number.
    long place() {
        return place(height, index);
    }

    static long place(long height, int index) {
        return height << INDEX_BITS | index;
    }

    static long heightOf(long place) {
        return place >>> INDEX_BITS;
    }

    /// Calls for each value by which a row may be found, with its column; a list's texts come one by one, as they
    /// stand.
    void eachFound(BiConsumer<Column, Value> taker) {
        for (Column column : kind.columns()) {
            if (!column.found()) {
                continue;
            }
            Value value = values.get(column.position());
            if (value instanceof Value.Texts(List<String> texts)) {
                texts.forEach(text -> taker.accept(column, Value.of(text)));
            } else {
                taker.accept(column, value);
            }
        }
    }

    static final long LAST_INDEX = (1L << INDEX_BITS) - 1;

    /// Numbers in 8 octets; texts behind their length (2), whose highest bit says that two digits stand in each octet.
    byte[] encode() {
        int room = 0;
        for (Value value : values) {
            room += switch (value) {
                case Value.Whole _ -> Long.BYTES;
                case Value.Text(String text) -> room(text);
                case Value.Texts(List<String> all) ->
                    2 + all.stream().mapToInt(Row::room).sum();
            };
        }
        ByteBuffer out = ByteBuffer.allocate(room);
        for (Value value : values) {
            switch (value) {
                case Value.Whole(long number) -> out.putLong(number);
                case Value.Text(String text) -> put(out, text);
                case Value.Texts(List<String> all) -> {
                    out.putShort((short) all.size());
                    all.forEach(text -> put(out, text));
                }
            }
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    private static int room(String text) {
        return 2 + 3 * text.length();
    }

    private static void put(ByteBuffer out, String text) {
        if (isHex(text)) {
            out.putShort((short) (PACKED | text.length() / 2));
            for (int i = 0; i < text.length(); i += 2) {
                out.put((byte) HexFormat.fromHexDigits(text, i, i + 2));
            }
        } else {
            byte[] octets = text.getBytes(StandardCharsets.UTF_8);
            Bug.unless(octets.length < PACKED, "a text is short enough for an index");
            out.putShort((short) octets.length).put(octets);
        }
    }

    /// Whole octets in small hexadecimal digits, and enough of them to be worth it.
    private static boolean isHex(String text) {
        if (text.length() < PACKED_LEAST || text.length() % 2 != 0 || text.length() / 2 >= PACKED) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if ((each < '0' || each > '9') && (each < 'a' || each > 'f')) {
                return false;
            }
        }
        return true;
    }

    static Row decode(Kind kind, long place, byte[] encoded) {
        ByteBuffer in = ByteBuffer.wrap(encoded);
        List<Value> values = new ArrayList<>(kind.columns().size());
        for (Column column : kind.columns()) {
            values.add(
                    switch (column.type()) {
                        case HEIGHT, INDEX -> throw new Bug("no such value is stored");
                        case BLOCK_TIME, NUMBER, TIME -> new Value.Whole(in.getLong());
                        case TEXT -> new Value.Text(text(in, encoded));
                        case TEXTS -> {
                            int count = Short.toUnsignedInt(in.getShort());
                            List<String> all = new ArrayList<>(count);
                            for (int i = 0; i < count; i++) {
                                all.add(text(in, encoded));
                            }
                            yield new Value.Texts(all);
                        }
                    });
        }
        return new Row(kind, heightOf(place), (int) (place & LAST_INDEX), values);
    }

    private static String text(ByteBuffer in, byte[] encoded) {
        int length = Short.toUnsignedInt(in.getShort());
        if ((length & PACKED) != 0) {
            int end = in.position() + (length & ~PACKED);
            String digits = HexFormat.of().formatHex(encoded, in.position(), end);
            in.position(end);
            return digits;
        }
        String text = new String(encoded, in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }
}
