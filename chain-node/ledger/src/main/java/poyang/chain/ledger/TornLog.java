package poyang.chain.ledger;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/// Tells a log whose last write a power loss tore from one that was damaged.
///
/// What the disk was told to keep is followed in the log by a {@link #mark} of how far it goes, in the numbers
/// that RocksDB gives to changes. Where the first record that is not whole stands behind all that the
/// marks attest, nothing that anybody was told is in it or behind it: the log may end before it. Otherwise
/// something that was kept is damaged.
///
/// A log (RocksDB's `log_format.h`): blocks of 32,768 octets; in them pieces of records, each CRC-32C (4, masked) ·
/// length (2) · type (1) · octets; a record is a batch: number of its first change (8) · how many (4) · changes.
/// Numbers are little-endian.
final class TornLog {
    private static final int BLOCK = 32_768;
    private static final int HEAD = 7;
    private static final int BATCH_HEAD = Long.BYTES + Integer.BYTES;
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int LAST = 4;

    /// Values are sealed and keys are short, so that these octets stand in a log for nothing else.
    private static final byte[] MAGIC = "poyang.v1 on disk up to change: ".getBytes(StandardCharsets.US_ASCII);

    private static final int MARK_BYTES = MAGIC.length + Long.BYTES + Integer.BYTES;

    private TornLog() {}

    /// What attests that all changes up to a number are on disk.
    static byte[] mark(long upTo) {
        ByteBuffer mark = ByteBuffer.allocate(MARK_BYTES).put(MAGIC).putLong(upTo);
        return mark.putInt(crc(mark.array(), 0, MARK_BYTES - Integer.BYTES)).array();
    }

    /// Where the logs of a folder are damaged.
    ///
    /// @param log the file
    /// @param at where in it the record begins that is not whole
    /// @param kept was something in it or behind it kept for good?
    record Damage(Path log, long at, boolean kept) {}

    /// The first damage in a folder's logs; none when all that they hold is whole.
    static Optional<Damage> find(Path folder) throws IOException {
        List<Path> logs;
        try (Stream<Path> files = Files.list(folder)) {
            logs = files.filter(file -> file.toString().endsWith(".log"))
                    .sorted(Comparator.comparingInt(
                                    (Path file) -> file.toString().length())
                            .thenComparing(Path::toString))
                    .toList();
        }
        List<Reading> read = new ArrayList<>();
        long attested = -1;
        for (Path log : logs) {
            byte[] octets = Files.readAllBytes(log);
            attested = Math.max(attested, attested(octets));
            read.add(read(octets));
        }
        long next = 0;
        for (int i = 0; i < logs.size(); i++) {
            Reading each = read.get(i);
            next = Math.max(next, each.next);
            if (each.damaged >= 0) {
                return Optional.of(new Damage(logs.get(i), each.damaged, attested >= next));
            }
        }
        return Optional.empty();
    }

    /// @param next the number of the first change behind the whole records from the beginning on
    /// @param damaged where the first record begins that is not whole; −1 when there is none
    private record Reading(long next, long damaged) {}

    private static Reading read(byte[] log) {
        ByteBuffer in = ByteBuffer.wrap(log).order(ByteOrder.LITTLE_ENDIAN);
        long next = 0;
        int at = 0;
        int begun = -1;
        byte[] record = new byte[0];
        while (at < log.length) {
            int room = BLOCK - at % BLOCK;
            if (room < HEAD) {
                at += room;
                continue;
            }
            int start = begun < 0 ? at : begun;
            int length = at + HEAD <= log.length ? Short.toUnsignedInt(in.getShort(at + 4)) : BLOCK;
            if (HEAD + length > Math.min(room, log.length - at)) {
                return new Reading(next, start);
            }
            int type = log[at + HEAD - 1];
            boolean opens = type == FULL || type == FIRST;
            boolean fits = type >= FULL && type <= LAST && opens == begun < 0;
            if (!fits || in.getInt(at) != masked(crc(log, at + HEAD - 1, length + 1))) {
                return new Reading(next, start);
            }
            int before = opens ? 0 : record.length;
            record = Arrays.copyOf(record, before + length);
            System.arraycopy(log, at + HEAD, record, before, length);
            begun = start;
            if (type == FULL || type == LAST) {
                if (record.length < BATCH_HEAD) {
                    return new Reading(next, start);
                }
                ByteBuffer batch = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
                next = batch.getLong() + batch.getInt();
                begun = -1;
            }
            at += HEAD + length;
        }
        return new Reading(next, begun);
    }

    /// The most that a mark attests, wherever it stands in a log.
    private static long attested(byte[] log) {
        long most = -1;
        for (int at = 0; at + MARK_BYTES <= log.length; at++) {
            most = Math.max(most, markAt(log, at));
        }
        // A mark that goes over the end of a block has the head of a piece in its midst.
        for (int end = BLOCK; end < log.length; end += BLOCK) {
            byte[] joined = new byte[2 * MARK_BYTES];
            int behind = Math.min(MARK_BYTES, Math.max(0, log.length - end - HEAD));
            System.arraycopy(log, end - MARK_BYTES, joined, 0, MARK_BYTES);
            System.arraycopy(log, Math.min(end + HEAD, log.length), joined, MARK_BYTES, behind);
            for (int at = 0; at < MARK_BYTES; at++) {
                most = Math.max(most, markAt(joined, at));
            }
        }
        return most;
    }

    private static long markAt(byte[] octets, int at) {
        int end = at + MARK_BYTES - Integer.BYTES;
        if (octets[at] != MAGIC[0] || !Arrays.equals(octets, at, at + MAGIC.length, MAGIC, 0, MAGIC.length)) {
            return -1;
        }
        ByteBuffer mark = ByteBuffer.wrap(octets);
        return mark.getInt(end) == crc(octets, at, end - at) ? mark.getLong(at + MAGIC.length) : -1;
    }

    private static int crc(byte[] octets, int from, int count) {
        CRC32C crc = new CRC32C();
        crc.update(octets, from, count);
        return (int) crc.getValue();
    }

    private static int masked(int crc) {
        return Integer.rotateRight(crc, 15) + MASK_DELTA;
    }
}
