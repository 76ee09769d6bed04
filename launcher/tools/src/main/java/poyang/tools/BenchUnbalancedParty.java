package poyang.tools;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import poyang.crypto.SeededRandom;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.VerificationKey;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.psi.CollisionSession;
import poyang.psi.DiskFolder;
import poyang.psi.IntList;
import poyang.psi.LongKeys;
import poyang.psi.PreparedSet;
import poyang.psi.Progress;
import poyang.psi.RecordedNetwork;
import poyang.psi.UnbalancedPsi;

/// One party of `bench psi --protocol unbalanced` in a process of its own: the sender has the large set, the
/// receiver asks about the small one.
///
/// Preparing goes on, slice by slice, where an interrupted bench of the same folder left it.
///
/// Arguments: `receiver|sender FOLDER SIZE OTHER-SIZE THREADS RUNS DELAY MBPS PORT`. The sender prepares its set
/// unless the folder holds it from an earlier bench, prints how long that took and its port; the receiver verifies
/// the signed table once and prints a line of figures for each run. Half of the small set is in the large one.
final class BenchUnbalancedParty {
    private static final PartyId CLIENT = new PartyId("client");
    private static final PartyId SERVER = new PartyId("server");
    private static final long VERSION = 1;
    /// Keys that all clients together may ask for under one version.
    private static final long QUESTIONS = 1 << 20;

    private BenchUnbalancedParty() {}

    /// Where a prepared set of one size and what belongs to it are kept.
    private record Kept(Path table, Path secret, Path owner) {
        static Kept in(Path folder, int size) {
            return new Kept(
                    folder.resolve("set-" + size + ".table"),
                    folder.resolve("set-" + size + ".secret"),
                    folder.resolve("set-" + size + ".owner"));
        }

        /// The server's lasting secret.
        RandomSource key() throws IOException {
            return new SeededRandom(Files.readAllBytes(secret), "unbalanced");
        }
    }

    public static void main(String[] arguments) throws IOException {
        boolean asks = arguments[0].equals("receiver");
        int size = Integer.parseInt(arguments[2]);
        Kept kept = Kept.in(Path.of(arguments[1]), size);
        int runs = Integer.parseInt(arguments[5]);
        RandomSource seeds = ProcessRandom.open("bench");
        try (PoolWorkers workers = new PoolWorkers(Integer.parseInt(arguments[4]))) {
            if (!asks) {
                System.out.println("prepared=" + prepare(kept, size, seeds, workers));
            }
            try (SocketChannel channel = BenchPsiParty.meet(asks, Integer.parseInt(arguments[8]));
                    SocketNetwork socket = new SocketNetwork(asks ? CLIENT : SERVER, asks ? SERVER : CLIENT, channel)) {
                var line = BenchPsiParty.slowed(
                        socket, Double.parseDouble(arguments[6]), Double.parseDouble(arguments[7]));
                PreparedSet set = asks ? verified(kept) : null;
                for (int run = 0; run < runs; run++) {
                    RecordedNetwork network = new RecordedNetwork(line);
                    BenchPsiParty.Clock clock = new BenchPsiParty.Clock();
                    RandomSource random = new SeededRandom(seeds.bytes(SeededRandom.SEED_BYTES), "bench");
                    CollisionSession session =
                            new CollisionSession(network, asks ? SERVER : CLIENT, random, clock, workers);
                    if (set != null) {
                        ask(set, Integer.parseInt(arguments[3]), clock, network, session);
                    } else {
                        UnbalancedPsi.answer(kept.key(), VERSION, QUESTIONS, session);
                    }
                }
            }
        }
        System.out.println("peakMemoryBytes=" + BenchPsiParty.peakMemoryBytes());
    }

    private static void ask(
            PreparedSet set, int count, BenchPsiParty.Clock clock, RecordedNetwork network, CollisionSession session)
            throws IOException {
        long[] keys = new long[count];
        for (int i = 0; i < count; i++) {
            keys[i] = i < Math.min(count, set.keys()) / 2 ? i : -1L - i;
        }
        IntList found = UnbalancedPsi.ask(new LongKeys(keys), set, session);
        clock.at(Progress.Phase.MATCHING, count, count);
        BenchPsiParty.print(clock, network, 0, found.size(), count);
    }

    private static PreparedSet verified(Kept kept) throws IOException {
        VerificationKey owner = VerificationKey.decode(Files.readAllBytes(kept.owner()));
        return PreparedSet.verified(Files.readAllBytes(kept.table()), owner, VERSION);
    }

    /// Seconds that preparing took; 0 when the folder has the set.
    private static double prepare(Kept kept, int size, RandomSource seeds, PoolWorkers workers) throws IOException {
        if (Files.exists(kept.table())) {
            return 0;
        }
        long start = System.nanoTime();
        Path slices = kept.table().resolveSibling(kept.table().getFileName() + ".slices");
        if (Files.notExists(slices)) {
            Files.deleteIfExists(kept.secret());
            Files.createFile(
                    kept.secret(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(kept.secret(), seeds.bytes(SeededRandom.SEED_BYTES));
            Files.createDirectory(
                    slices, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        long[] keys = new long[size];
        for (int i = 0; i < size; i++) {
            keys[i] = i;
        }
        Path draft = kept.table().resolveSibling(kept.table().getFileName() + ".part");
        try (SigningKey owner = Sm2PrivateKey.generate(seeds)) {
            PreparedSet set = UnbalancedPsi.prepare(
                    new LongKeys(keys),
                    kept.key(),
                    VERSION,
                    QUESTIONS,
                    workers,
                    DiskFolder.plain(slices),
                    (_, _, _) -> {});
            Files.write(kept.owner(), owner.publicKey().encoded().toArray());
            Files.write(draft, set.signed(owner));
        }
        Files.move(draft, kept.table(), StandardCopyOption.ATOMIC_MOVE);
        PartyProcesses.delete(slices);
        return (System.nanoTime() - start) / 1e9;
    }
}
