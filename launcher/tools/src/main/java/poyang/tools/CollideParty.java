package poyang.tools;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.jspecify.annotations.Nullable;
import poyang.connectors.BatchStream;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm3;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.psi.BucketWork;
import poyang.psi.CollisionInput;
import poyang.psi.CollisionProtocol;
import poyang.psi.CollisionSession;
import poyang.psi.CollisionSum;
import poyang.psi.DiskCollision;
import poyang.psi.DiskFolder;
import poyang.psi.DiskSet;
import poyang.psi.IdentifierRule;
import poyang.psi.Intersection;
import poyang.psi.KeyForm;
import poyang.psi.KeyReader;
import poyang.psi.KeySet;
import poyang.psi.Progress;
import poyang.psi.RecordedNetwork;
import poyang.psi.UnbalancedCollision;
import poyang.psi.Workers;

/// One party of `collide` in a process of its own: it opens its own file only and meets the other
/// party on a Unix-domain socket. The left party receives the result.
///
/// Arguments: `left|right FILE SOCKET OUT PROTOCOL LISTED WORK SUMS LEAST THREADS`, then `COLUMN RULE` for each key;
/// WORK is the folder of a set on disk or of what is kept of a prepared one, or empty; SUMS are columns of the right
/// file
/// that are summed up, or empty, LEAST the matches below which they are not. Prints `rows`, `keys`,
/// `matches`, `sent`,
/// `received`, `protocolMillis` and `transcript`, one `name=value` a line; a failure is one line
/// `failure=number|name|category|wrong|right`.
final class CollideParty {
    static final PartyId LEFT = new PartyId("left");
    static final PartyId RIGHT = new PartyId("right");
    private static final int FIRST_KEY = 10;

    private final PrintStream out;

    /// @param out where this party says what came of it
    CollideParty(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] arguments) {
        PartyMeeting.run(() -> new CollideParty(System.out).run(arguments));
    }

    void run(String[] arguments) throws IOException, InterruptedException {
        boolean left = arguments[0].equals("left");
        List<String> columns = new ArrayList<>();
        List<IdentifierRule> rules = new ArrayList<>();
        for (int i = FIRST_KEY; i < arguments.length; i += 2) {
            columns.add(arguments[i]);
            rules.add(IdentifierRule.valueOf(arguments[i + 1]));
        }
        if (arguments[4].equals(CollisionProtocol.UNBALANCED.name())) {
            unbalanced(arguments, columns, rules);
            return;
        }
        if (!arguments[6].isEmpty()) {
            onDisk(arguments, columns, rules);
            return;
        }
        if (!arguments[7].isEmpty()) {
            sums(arguments, columns, rules);
            return;
        }
        KeyForm form = new KeyForm(rules);
        KeySet keys = form.keySet();
        read(Path.of(arguments[1]), columns, rules, keys::readKey);
        converse(arguments, (protocol, session) -> {
            long matches = -1;
            if (left && protocol.sizeOnly()) {
                matches = protocol.receiveSize(keys, session).matches();
                CollideResult.writeSize(Path.of(arguments[3]), matches);
            } else if (left) {
                Intersection found = protocol.receive(keys, session);
                CollideResult.write(
                        Path.of(arguments[3]),
                        CollideRun.Listed.valueOf(arguments[5]),
                        columns,
                        form,
                        keys,
                        found.matches());
                matches = found.matches().size();
            } else {
                long _ = protocol.send(keys, session);
            }
            return new Counts(keys.rowsRead(), keys.size(), matches);
        });
    }

    /// The left file is small, the right one is prepared once for its content and kept in its party's folder, where it
    /// is not read again.
    private void unbalanced(String[] arguments, List<String> columns, List<IdentifierRule> rules)
            throws IOException, InterruptedException {
        Path file = Path.of(arguments[1]);
        DiskFolder kept = DiskFolder.plain(Path.of(arguments[6]));
        KeySet keys = new KeyForm(rules).keySet();
        if (arguments[0].equals("left")) {
            read(file, columns, rules, keys::readKey);
            converse(arguments, (_, session) -> {
                Intersection found = UnbalancedCollision.ask(keys, kept, session);
                CollideResult.write(
                        Path.of(arguments[3]),
                        CollideRun.Listed.valueOf(arguments[5]),
                        columns,
                        new KeyForm(rules),
                        keys,
                        found.matches());
                return new Counts(keys.rowsRead(), keys.size(), found.matches().size());
            });
            return;
        }
        UnbalancedCollision.beginServer(kept, ProcessRandom.open("prepared"));
        Bytes content = Sm3.hash(state(file, columns, rules).getBytes(StandardCharsets.UTF_8));
        converse(arguments, (_, session) -> {
            Supplier<CollisionInput> set = () -> {
                if (keys.rowsRead() == 0) {
                    read(file, columns, rules, keys::readKey);
                }
                return keys;
            };
            UnbalancedCollision.Answered answered =
                    UnbalancedCollision.answer(content, set, kept, UnbalancedCollision.QUESTIONS, session);
            // of a set that was prepared before, its keys are known and its rows are not
            return new Counts(Math.max(keys.rowsRead(), answered.keys()), answered.keys(), -1);
        });
    }

    /// A file with its size and times, and how it is read. The time of its last change is not set by copying or by
    /// whoever writes it.
    private static String state(Path file, List<String> columns, List<IdentifierRule> rules) throws IOException {
        return file.toAbsolutePath() + " "
                + new TreeMap<>(Files.readAttributes(file, "unix:ino,size,lastModifiedTime,ctime")) + " " + columns
                + " "
                + rules;
    }

    /// Sums over the common keys. A key in several rows of the right file brings the sum of its rows.
    private void sums(String[] arguments, List<String> columns, List<IdentifierRule> rules)
            throws IOException, InterruptedException {
        List<String> names = List.of(arguments[7].split(",", -1));
        Path file = Path.of(arguments[1]);
        KeySet keys = new KeyForm(rules).keySet();
        if (arguments[0].equals("left")) {
            read(file, columns, rules, keys::readKey);
            converse(arguments, (protocol, session) -> {
                CollisionSum.Sums found =
                        CollisionSum.receive(protocol, keys, names.size(), Long.parseLong(arguments[8]), session);
                CollideResult.writeSums(Path.of(arguments[3]), names, found);
                return new Counts(keys.rowsRead(), keys.size(), found.matches());
            });
            return;
        }
        RowSums sums = new RowSums(file, names, keys);
        List<String> all = new ArrayList<>(columns);
        all.addAll(names);
        rows(file, all, rules, sums);
        converse(arguments, (protocol, session) -> {
            long _ = CollisionSum.send(protocol, keys, sums.values(), names.size(), session);
            return new Counts(keys.rowsRead(), keys.size(), -1);
        });
    }

    private static CollisionProtocol protocol(String name) {
        return CollisionProtocol.named(name)
                .or(() -> CollisionProtocol.sumNamed(name))
                .or(() -> Optional.of(CollisionProtocol.UNBALANCED))
                .orElseThrow();
    }

    /// What one party counted.
    ///
    /// @param matches -1 for the one that learns none
    private record Counts(long rows, long keys, long matches) {}

    /// One party's side of the protocol.
    private interface Side {
        Counts run(CollisionProtocol protocol, CollisionSession session);
    }

    /// One party's side of a protocol that has several buckets under way.
    private interface SideOnLines {
        Counts run(CollisionProtocol protocol, CollisionSession session, Workers lines);
    }

    private void converse(String[] arguments, Side side) throws IOException, InterruptedException {
        converseOnLines(arguments, (protocol, session, _) -> side.run(protocol, session));
    }

    /// Meets the other party, runs this side, and says what it took. Once it has failed, lines that wait for the
    /// other party end with the socket.
    private void converseOnLines(String[] arguments, SideOnLines side) throws IOException, InterruptedException {
        boolean left = arguments[0].equals("left");
        CollisionProtocol protocol = protocol(arguments[4]);
        PartyId peer = left ? RIGHT : LEFT;
        RandomSource random = new SeededRandom(ProcessRandom.open("collide").bytes(SeededRandom.SEED_BYTES), "collide");
        int threads = Integer.parseInt(arguments[9]);
        try (PoolWorkers workers = new PoolWorkers(threads);
                PoolWorkers lines = new PoolWorkers(threads);
                SocketNetwork socket = PartyMeeting.meet(left ? LEFT : RIGHT, peer, left, Path.of(arguments[2]))) {
            RecordedNetwork network = new RecordedNetwork(socket);
            long start = System.nanoTime();
            Counts counts =
                    side.run(protocol, new CollisionSession(network, peer, random, this::progress, workers), lines);
            long millis = (System.nanoTime() - start) / 1_000_000;
            out.println("rows=" + counts.rows());
            out.println("keys=" + counts.keys());
            out.println("matches=" + counts.matches());
            out.println("sent=" + network.bytesSent());
            out.println("received=" + network.bytesReceived());
            out.println("protocolMillis=" + millis);
            out.println("transcript=" + network.transcript(peer).hex());
        }
    }

    private void progress(Progress.Phase phase, long done, long total) {
        out.println("progress=" + phase + " " + done + "/" + total);
    }

    /// The same with a set on disk; the file is read once for the set and once for the result.
    private void onDisk(String[] arguments, List<String> columns, List<IdentifierRule> rules)
            throws IOException, InterruptedException {
        boolean left = arguments[0].equals("left");
        Path file = Path.of(arguments[1]);
        Path work = Path.of(arguments[6]);
        int atATime = Integer.parseInt(arguments[9]);
        String source = state(file, columns, rules);
        DiskSet set = DiskSet.open(work, source).orElseGet(() -> {
            DiskSet.Writer writer = DiskSet.create(work, source);
            read(file, columns, rules, writer::add);
            return writer.finish();
        });
        converseOnLines(arguments, (protocol, session, lines) -> {
            BucketWork buckets = BucketWork.of(DiskCollision.BUCKET_KEYS, atATime, lines);
            long matches = -1;
            if (left) {
                BitSet matched = new BitSet();
                matches = DiskCollision.receive(protocol, set, session, buckets)
                        .rows(row -> matched.set(Math.toIntExact(row)));
                writeInOrder(arguments, columns, rules, set, matched);
            } else {
                DiskCollision.Sent _ = DiskCollision.send(protocol, set, session, buckets);
            }
            return new Counts(set.rowsRead(), set.size(), matches);
        });
    }

    private static void writeInOrder(
            String[] arguments, List<String> columns, List<IdentifierRule> rules, DiskSet set, BitSet matched) {
        CollideRun.Listed listed = CollideRun.Listed.valueOf(arguments[5]);
        BitSet first = listed == CollideRun.Listed.INNER ? matched : set.firstRows();
        CollideResult.writeRows(Path.of(arguments[3]), listed, columns, writer -> {
            KeyForm form = new KeyForm(rules);
            int[] next = {0};
            read(Path.of(arguments[1]), columns, rules, (key, length) -> {
                int number = next[0]++;
                if (first.get(number) && (listed != CollideRun.Listed.DIFFERENCE || !matched.get(number))) {
                    writer.key(form, key, 0, length, matched.get(number));
                }
            });
        });
    }

    /// Takes a row's key, the first `length` bytes; 0 when it has none.
    interface Keys {
        void accept(byte[] key, int length);
    }

    /// Takes a row's key and, in each column behind those of keys, its value.
    interface Rows {
        void key(byte[] key, int length);

        void value(int column, byte[] text, int from, int to);
    }

    /// Gives each row's key.
    static void read(Path file, List<String> columns, List<IdentifierRule> rules, Keys keys) {
        rows(file, columns, rules, new Rows() {
            @Override
            public void key(byte[] key, int length) {
                keys.accept(key, length);
            }

            @Override
            public void value(int column, byte[] text, int from, int to) {
                throw new Bug("only keys were asked for");
            }
        });
    }

    /// Gives each row: no object for a row or a value.
    private static void rows(Path file, List<String> columns, List<IdentifierRule> rules, Rows rows) {
        KeyReader reader = new KeyReader(rules);
        Column[] batch = new Column[columns.size()];
        Arrays.setAll(batch, _ -> new Column());
        try (BufferAllocator allocator = new RootAllocator();
                BatchStream batches = PartyMeeting.open(file, columns, allocator)) {
            while (batches.next()) {
                int count = batches.root().getRowCount();
                for (int c = 0; c < batch.length; c++) {
                    batch[c].take((VarCharVector) batches.root().getVector(c), count);
                }
                for (int i = 0; i < count; i++) {
                    reader.begin();
                    for (int c = 0; c < rules.size(); c++) {
                        reader.value(batch[c].text, batch[c].ends[i], batch[c].end(i));
                    }
                    rows.key(reader.bytes(), reader.length());
                    for (int c = rules.size(); c < batch.length; c++) {
                        rows.value(c - rules.size(), batch[c].text, batch[c].ends[i], batch[c].end(i));
                    }
                }
            }
        }
    }

    /// A batch's values of one column, taken out of their vector at once. Without a value a row has empty text.
    private static final class Column {
        private byte[] text = new byte[1 << 16];
        private int[] ends = new int[1];
        private @Nullable VarCharVector nulls;

        /// Where row i's value ends.
        int end(int i) {
            return nulls != null && nulls.isNull(i) ? ends[i] : ends[i + 1];
        }

        void take(VarCharVector vector, int count) {
            nulls = vector.getNullCount() == 0 ? null : vector;
            if (ends.length <= count) {
                ends = new int[count + 1];
            }
            vector.getOffsetBuffer()
                    .nioBuffer(0, (count + 1) * Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asIntBuffer()
                    .get(ends, 0, count + 1);
            int first = ends[0];
            int length = ends[count] - first;
            if (text.length < length) {
                text = new byte[2 * length];
            }
            vector.getDataBuffer().getBytes(first, text, 0, length);
            for (int i = 0; i <= count; i++) {
                ends[i] -= first;
            }
        }
    }
}
