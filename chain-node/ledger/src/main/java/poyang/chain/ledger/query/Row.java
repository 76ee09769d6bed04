package poyang.chain.ledger.query;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import poyang.kernel.Bug;

/// A row of a table: where it stands in the chain, and its stored values, the block's time first.
///
/// @param kind the rows that are kept together
/// @param height of the block
/// @param index of the transaction in it; 0 for a block's own row
/// @param values in the order of {@link Kind#columns}
public record Row(Kind kind, long height, int index, List<Value> values) {
    private static final int INDEX_BITS = 24;
    private static final int TEXT_BYTES_MAX = 0xffff;

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

    static final long LAST_INDEX = (1L << INDEX_BITS) - 1;

    byte[] encode() {
        List<byte[]> texts = new ArrayList<>();
        int length = 0;
        for (Value value : values) {
            switch (value) {
                case Value.Whole _ -> length += Long.BYTES;
                case Value.Text(String text) -> length += 2 + take(text, texts);
                case Value.Texts(List<String> all) -> {
                    length += 2;
                    for (String text : all) {
                        length += 2 + take(text, texts);
                    }
                }
            }
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        int at = 0;
        for (Value value : values) {
            switch (value) {
                case Value.Whole(long number) -> out.putLong(number);
                case Value.Text _ -> put(out, texts.get(at++));
                case Value.Texts(List<String> all) -> {
                    out.putShort((short) all.size());
                    for (int i = 0; i < all.size(); i++) {
                        put(out, texts.get(at++));
                    }
                }
            }
        }
        return out.array();
    }

    private static int take(String text, List<byte[]> texts) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        Bug.unless(octets.length <= TEXT_BYTES_MAX, "a text is short enough for an index");
        texts.add(octets);
        return octets.length;
    }

    private static void put(ByteBuffer out, byte[] text) {
        out.putShort((short) text.length).put(text);
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
        String text = new String(encoded, in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return text;
    }
}
