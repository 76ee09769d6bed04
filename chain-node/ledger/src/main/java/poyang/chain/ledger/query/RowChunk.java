package poyang.chain.ledger.query;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/// Sealed rows of a kind that stand next to each other in a block, under one key: each may be opened alone.
///
/// Key: place of the first that could be in it (8) · kind (1). Value, for each row: where it stands from there (1) ·
/// length (4) · sealed row. Rows of a kind that changes stand alone.
final class RowChunk {
    /// A power of two. Whoever wants one row reads all of them, but opens one.
    static final int ROWS = 8;
    private static final int HEAD_BYTES = 1 + Integer.BYTES;

    private RowChunk() {}

    /// The place that a row's chunk begins with.
    static long first(Kind kind, long place) {
        return kind.changes() ? place : place & -ROWS;
    }

    static byte[] key(Kind kind, long first) {
        return ByteBuffer.allocate(Long.BYTES + 1)
                .putLong(first)
                .put(kind.tag())
                .array();
    }

    /// The rows of one chunk.
    ///
    /// @param sealed one row for each place
    static byte[] of(Kind kind, List<Long> places, List<byte[]> sealed) {
        int octets = sealed.stream().mapToInt(row -> HEAD_BYTES + row.length).sum();
        ByteBuffer chunk = ByteBuffer.allocate(octets);
        for (int i = 0; i < sealed.size(); i++) {
            long place = places.get(i);
            byte[] row = sealed.get(i);
            chunk.put((byte) (place - first(kind, place))).putInt(row.length).put(row);
        }
        return chunk.array();
    }

    /// The sealed row at a place: the last one, where several were put there.
    static Optional<byte[]> find(byte[] chunk, Kind kind, long place) {
        int wanted = (int) (place - first(kind, place));
        Optional<byte[]> found = Optional.empty();
        ByteBuffer in = ByteBuffer.wrap(chunk);
        while (in.remaining() >= HEAD_BYTES) {
            int at = in.get();
            int length = in.getInt();
            if (length < 0 || length > in.remaining()) {
                return Optional.empty();
            }
            if (at == wanted) {
                byte[] sealed = new byte[length];
                in.get(in.position(), sealed);
                found = Optional.of(sealed);
            }
            in.position(in.position() + length);
        }
        return found;
    }
}
