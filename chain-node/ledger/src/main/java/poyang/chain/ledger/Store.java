package poyang.chain.ledger;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.MutableColumnFamilyOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import poyang.crypto.CryptoSuite;
import poyang.crypto.storage.DataKey;
import poyang.crypto.storage.SealedValues;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Sorted families of keys and values in one RocksDB ({@link Tuning}), written in synced batches.
///
/// Values are sealed before RocksDB sees them, each to its family and key, so that neither its log nor
/// its tables hold one in clear. Keys are heights, hashes and fixed words, and stand as they are; the
/// names of state keys are replaced by {@link StateKeys}.
final class Store implements AutoCloseable {
    private static final int READ_AT_ONCE = 1024;

    /// What is kept apart.
    enum Family {
        /// Heights, marks, the genesis.
        META,
        /// (version, path) → node of the state tree.
        NODES,
        /// State key ({@link StateKeys}) → the height that gave it its value after the last block.
        LATEST,
        /// (State key, ~height) → flat key, and its value from that height on.
        HISTORY,
        /// (Number of a page, number in it) → flat keys in order ({@link KeyIndex}).
        KEYS,
        /// Height → the state tree's root.
        ROOTS,
        /// Hash of a state's root → the last height that has it.
        ROOT_HEIGHTS,
        /// (Height, number) → what that height made superfluous ({@link Stale}).
        STALE,
        HEADERS,
        /// (Height, index of the first) → transaction leaves, each behind its length.
        TRANSACTIONS,
        /// (Height, index of the first) → receipts, each behind its length.
        RECEIPTS,
        /// Height → finality proof.
        FINALITY,
        /// Transaction id → (height, index).
        IDS,
        /// Height → the hashes of its (sender, nonce), as long as they count.
        NONCES,
        /// What consensus must never forget.
        SAFETY;

        /// Do its values say more than the number of a block?
        private boolean sealed() {
            return this != IDS && this != ROOT_HEIGHTS;
        }

        private byte[] storedName() {
            return this == META
                    ? RocksDB.DEFAULT_COLUMN_FAMILY
                    : name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
        }
    }

    private final Tuning tuning;
    private final Map<Family, ColumnFamilyHandle> families = new EnumMap<>(Family.class);
    private final Map<Family, Integer> numbers = new EnumMap<>(Family.class);
    private final RocksDB database;
    private final CryptoSuite suite;
    private final SealedValues values;
    private final KeyIndex keys;
    private final StateKeys stateKeys;
    private final LatestValues latest = new LatestValues();
    private final ClosingMark mark;
    private final OptionalLong closedAt;
    private volatile boolean open = true;
    private boolean closed;

    /// @param key belongs to the store, which closes it
    Store(Path folder, CryptoSuite suite, DataKey key, RandomSource random) {
        this.suite = suite;
        tuning = new Tuning(random);
        values = SealedValues.open(key, random);
        stateKeys = new StateKeys(values, suite);
        mark = new ClosingMark(folder, values, suite);
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        for (Family family : Family.values()) {
            descriptors.add(new ColumnFamilyDescriptor(family.storedName(), tuning.of(family)));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            closedAt = mark.checkList();
            database = opened(folder, descriptors, handles);
        } catch (RocksDBException | IOException e) {
            closeOptions();
            throw new PoyangException(
                    LedgerErrors.LEDGER_FAILED,
                    "the ledger in " + folder + " cannot be opened: " + e.getMessage(),
                    "a folder that this process may write and no other process uses is needed",
                    e);
        } catch (PoyangException e) {
            closeOptions();
            throw e;
        }
        Iterator<ColumnFamilyHandle> inOrder = handles.iterator();
        for (Family family : Family.values()) {
            families.put(family, inOrder.next());
            numbers.put(family, handle(family).getID());
        }
        try {
            keys = new KeyIndex(this);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Opens what is there. A log whose last write was torn ends before it, if nobody was told that
    /// it was kept; what was kept and is damaged is named, also where RocksDB would take it for an end.
    private RocksDB opened(Path folder, List<ColumnFamilyDescriptor> families, List<ColumnFamilyHandle> handles)
            throws RocksDBException, IOException {
        Optional<TornLog.Damage> damage = TornLog.find(folder);
        if (damage.isPresent()) {
            if (damage.get().kept()) {
                throw RecordReader.damaged("the record at " + damage.get().at() + " of its log "
                        + damage.get().log() + " is not whole, and it or one behind it was kept for good");
            }
            tuning.database().setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery);
        }
        try {
            return RocksDB.open(tuning.database(), folder.toString(), families, handles);
        } catch (RocksDBException e) {
            if (e.getStatus() == null || e.getStatus().getCode() != Status.Code.Corruption) {
                throw e;
            }
            throw RecordReader.damaged("the log or a table in " + folder + " is damaged: " + e.getMessage());
        }
    }

    /// The names of the state's keys in order.
    KeyIndex keys() {
        return keys;
    }

    /// What was read of LATEST lately, opened.
    LatestValues latest() {
        return latest;
    }

    /// Takes away what lies from one key to another, the latter not included; in the log when it returns.
    void deleteRange(Family family, Bytes from, Bytes to) {
        Bug.unless(open, "the ledger is closed");
        try {
            database.deleteRange(handle(family), tuning.logged(), from.toArray(), to.toArray());
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /// What stands for a key in LATEST and, before the height, in HISTORY.
    StateKeys stateKeys() {
        return stateKeys;
    }

    CryptoSuite suite() {
        return suite;
    }

    private Bytes fromStored(Family family, byte[] key, byte[] stored) {
        try {
            return Bytes.wrap(family.sealed() ? values.open(family.name(), key, stored) : stored);
        } catch (PoyangException e) {
            throw notAuthentic(family);
        }
    }

    private static PoyangException notAuthentic(Family family) {
        return RecordReader.damaged("an entry of " + family.name().toLowerCase(Locale.ROOT) + " is not authentic");
    }

    Optional<Bytes> get(Family family, Bytes key) {
        Bug.unless(open, "the ledger is closed");
        try {
            byte[] at = key.toArray();
            byte[] stored = database.get(handle(family), at);
            return stored == null ? Optional.empty() : Optional.of(fromStored(family, at, stored));
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /// The same of several keys of a family that is sealed, in their order.
    List<Optional<Bytes>> all(Family family, List<Bytes> keys) {
        Bug.unless(open, "the ledger is closed");
        List<Optional<Bytes>> all = new ArrayList<>(keys.size());
        try {
            for (int from = 0; from < keys.size(); from += READ_AT_ONCE) {
                List<byte[]> part = keys.subList(from, Math.min(keys.size(), from + READ_AT_ONCE)).stream()
                        .map(Bytes::toArray)
                        .toList();
                List<byte[]> stored = database.multiGetAsList(Collections.nCopies(part.size(), handle(family)), part);
                Iterator<Bytes> there = opened(family, part, stored).iterator();
                for (byte @Nullable [] found : stored) {
                    all.add(found == null ? Optional.empty() : Optional.of(there.next()));
                }
            }
            return all;
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /// Opens values as they are stored, in their order; those that are not there are passed over.
    List<Bytes> opened(Family family, List<byte[]> keys, List<byte[]> stored) {
        List<SealedValues.Item> items = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            byte @Nullable [] found = stored.get(i);
            if (found != null) {
                items.add(new SealedValues.Item(family.name(), keys.get(i), found));
            }
        }
        try {
            return values.openAll(items).stream().map(Bytes::wrap).toList();
        } catch (PoyangException e) {
            throw notAuthentic(family);
        }
    }

    /// The nodes of the state tree.
    Tree.Nodes nodes() {
        return new Tree.Nodes() {
            @Override
            public Optional<Bytes> get(Bytes key) {
                return Store.this.get(Family.NODES, key);
            }

            @Override
            public List<Optional<Bytes>> all(List<Bytes> keys) {
                return Store.this.all(Family.NODES, keys);
            }
        };
    }

    /// Walks a family as it is now; to be closed.
    Cursor cursor(Family family) {
        Bug.unless(open, "the ledger is closed");
        return new Cursor(family, database.newIterator(handle(family)));
    }

    /// How many entries a family has; walks over all of them.
    long entries(Family family) {
        long count = 0;
        try (Cursor cursor = cursor(family)) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                count++;
            }
        }
        return count;
    }

    /// Reads every octet of every table and compares each table with the sum that was taken when it was written.
    ///
    /// @throws PoyangException `LEDGER_DAMAGED`, `LEDGER_FAILED`, naming the file
    void verifyFiles() {
        Bug.unless(open, "the ledger is closed");
        try {
            database.disableFileDeletions();
            try {
                List<TableFile> tables = tables();
                if (tables.stream().anyMatch(table -> !table.summed())) {
                    database.verifyChecksum();
                }
                tables.stream().filter(TableFile::summed).forEach(TableFile::check);
            } finally {
                database.enableFileDeletions();
            }
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /// The tables as they are now.
    List<TableFile> tables() {
        return database.getLiveFilesMetaData().stream()
                .map(table -> new TableFile(Path.of(table.path(), table.fileName()), Bytes.wrap(table.fileChecksum())))
                .toList();
    }

    /// Writes out what is in memory and waits for all background work.
    void settle() {
        Bug.unless(open, "the ledger is closed");
        flush();
        rest();
    }

    /// Waits for all background work.
    void rest() {
        try {
            long busy = 1;
            while (busy > 0) {
                Thread.sleep(20);
                busy = database.getAggregatedLongProperty("rocksdb.num-running-compactions")
                        + database.getAggregatedLongProperty("rocksdb.compaction-pending")
                        + database.getAggregatedLongProperty("rocksdb.num-running-flushes");
            }
        } catch (RocksDBException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// While much is written and little of it read, values are not sorted into levels: that is done once, at its end.
    void loading(boolean now) {
        MutableColumnFamilyOptions how = Tuning.loading(now).build();
        try {
            for (Family family : List.of(Family.LATEST, Family.HISTORY)) {
                database.setOptions(handle(family), how);
            }
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /// Live bytes on disk of the state families.
    long stateBytes() {
        Bug.unless(open, "the ledger is closed");
        try {
            long bytes = 0;
            for (Family family : List.of(Family.NODES, Family.LATEST, Family.HISTORY, Family.KEYS)) {
                bytes += database.getLongProperty(handle(family), "rocksdb.estimate-live-data-size");
                bytes += database.getLongProperty(handle(family), "rocksdb.cur-size-all-mem-tables");
            }
            return bytes;
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    private ColumnFamilyHandle handle(Family family) {
        ColumnFamilyHandle handle = families.get(family);
        if (handle == null) {
            throw new Bug("no family " + family);
        }
        return handle;
    }

    private static PoyangException failed(RocksDBException e) {
        return new PoyangException(
                LedgerErrors.LEDGER_FAILED,
                "the ledger cannot be read or written: " + e.getMessage(),
                "a healthy disk with free space is needed",
                e);
    }

    /// Returns when the disk has all that was written.
    void sync() {
        Bug.unless(open, "the ledger is closed");
        try {
            long written = database.getLatestSequenceNumber();
            database.syncWal();
            attest(written);
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /// Says in the log, behind what was made durable, that it was.
    private void attest(long upTo) throws RocksDBException {
        try (WriteBatch mark = new WriteBatch()) {
            mark.putLogData(TornLog.mark(upTo));
            database.write(tuning.logged(), mark);
        }
    }

    /// Puts what only the log holds into tables, whose every octet is under a checksum.
    void flush() {
        try (FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            database.flush(flush, List.copyOf(families.values()));
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    /// Up to where the ledger went when it was last closed, as its mark said before it was opened.
    OptionalLong closedAt() {
        return closedAt;
    }

    /// Closes what stands whole in tables, and marks it; {@link #close} is needed all the same.
    void closeAt(long height) {
        flush();
        closeDatabase();
        mark.write(height);
    }

    @Override
    public void close() {
        closeDatabase();
        if (!closed) {
            closed = true;
            closeOptions();
        }
    }

    private void closeDatabase() {
        if (open) {
            open = false;
            families.values().forEach(ColumnFamilyHandle::close);
            database.close();
        }
    }

    private void closeOptions() {
        tuning.close();
        values.close();
    }

    Batch batch() {
        return new Batch();
    }

    /// Changes that become durable together, or not at all.
    final class Batch {
        private final List<Change> changes = new ArrayList<>();

        /// @param value none: the key goes
        private record Change(Family family, Bytes key, Optional<Bytes> value) {
            boolean sealed() {
                return family.sealed() && value.isPresent();
            }

            byte[] plain() {
                return value.orElse(Bytes.empty()).toArray();
            }
        }

        Batch put(Family family, Bytes key, Bytes value) {
            return set(family, key, Optional.of(value));
        }

        Batch delete(Family family, Bytes key) {
            return set(family, key, Optional.empty());
        }

        /// @param value none: the key goes
        Batch set(Family family, Bytes key, Optional<Bytes> value) {
            changes.add(new Change(family, key, value));
            return this;
        }

        /// Returns when the disk has it.
        void write() {
            write(tuning.synced());
        }

        /// Returns when the log has it: a crash of the machine may take it away, and then all that came later.
        void writeSoon() {
            write(tuning.logged());
        }

        private void write(WriteOptions how) {
            Bug.unless(open, "the ledger is closed");
            List<byte[]> places = new ArrayList<>(changes.size());
            List<SealedValues.Item> items = new ArrayList<>(changes.size());
            for (Change change : changes) {
                byte[] at = change.key().toArray();
                places.add(at);
                if (change.sealed()) {
                    items.add(new SealedValues.Item(change.family().name(), at, change.plain()));
                }
            }
            try (WriteBatch batch =
                    raw(places, values.sealAll(items).iterator()).made()) {
                long before = database.getLatestSequenceNumber();
                database.write(how, batch);
                if (how.sync()) {
                    attest(before + changes.size());
                }
            } catch (RocksDBException e) {
                throw failed(e);
            }
        }

        private RawBatch raw(List<byte[]> places, Iterator<byte[]> sealed) {
            RawBatch raw = new RawBatch(octets());
            for (int i = 0; i < places.size(); i++) {
                Change change = changes.get(i);
                int family = number(change);
                if (change.value().isPresent()) {
                    raw.put(family, places.get(i), change.sealed() ? sealed.next() : change.plain());
                } else {
                    raw.delete(family, places.get(i));
                }
            }
            return raw;
        }

        private int octets() {
            int octets = 0;
            for (Change change : changes) {
                int more = change.sealed() ? SealedValues.OVERHEAD_BYTES : 0;
                int value = change.value().map(Bytes::length).orElse(-1) + more;
                octets += RawBatch.octets(number(change), change.key().length(), value);
            }
            return octets;
        }

        private int number(Change change) {
            return numbers.getOrDefault(change.family(), -1);
        }
    }

    /// A place in a family, in key order.
    final class Cursor implements AutoCloseable {
        private final Family family;
        private final RocksIterator at;

        private Cursor(Family family, RocksIterator at) {
            this.family = family;
            this.at = at;
        }

        /// Goes to the first key that is not below `key`.
        void seek(Bytes key) {
            at.seek(key.toArray());
        }

        void first() {
            at.seekToFirst();
        }

        void next() {
            at.next();
        }

        /// Is there an entry here?
        boolean valid() {
            boolean valid = at.isValid();
            if (!valid) {
                try {
                    at.status();
                } catch (RocksDBException e) {
                    throw failed(e);
                }
            }
            return valid;
        }

        Bytes key() {
            return Bytes.wrap(at.key());
        }

        Bytes value() {
            return fromStored(family, at.key(), at.value());
        }

        /// The value for {@link Store#opened}.
        byte[] stored() {
            return at.value();
        }

        @Override
        public void close() {
            at.close();
        }
    }
}
