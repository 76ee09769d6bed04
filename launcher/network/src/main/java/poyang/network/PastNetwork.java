package poyang.network;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.Retention;
import poyang.chain.ledger.Verification;
import poyang.chain.node.Chronicle;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.executor.jail.Scratch;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.ProcessSettings;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.Role;
import poyang.wire.schema.TransactionPayload;

/// Four validators of which three start from a past that was made with all their keys. Its folder can be kept,
/// and opened again.
final class PastNetwork implements AutoCloseable {
    private static final int NODES = 4;
    private static final int SIGNERS = 50;
    private static final String HOST = "127.0.0.1";
    private static final String CLIENT = "client";
    private static final int MEGABYTES = 768;
    private static final long BLOCK_TIME_MILLIS = 500;
    private static final int BLOCKS_TO_LIVE = 300;
    private static final int CHUNK = 64;
    /// With fewer blocks the past is taken up before an optimising compiler is of use.
    private static final int SHORT = 1_000;

    private final Path folder;
    private final boolean quick;
    private final boolean profile;
    private final List<NodeAddress> peers = new ArrayList<>();
    private final List<NodeAddress> nodes = new ArrayList<>();
    private final Map<Integer, Child> children = new TreeMap<>();
    private final SigningKey signer;
    private String replay = "writes";
    private String snapshot = "never";

    private PastNetwork(Path folder, boolean quick, boolean profile) throws IOException {
        this.folder = folder;
        this.quick = quick;
        this.profile = profile;
        List<Integer> ports = freePorts(2 * NODES);
        for (int i = 0; i < NODES; i++) {
            peers.add(new NodeAddress(name(i), HOST, ports.get(2 * i)));
            nodes.add(new NodeAddress(name(i), HOST, ports.get(2 * i + 1)));
        }
        signer = PrivateKeyFile.readSigningKey(home(CLIENT).resolve("signer-0.pem"), password(CLIENT));
    }

    private static String name(int index) {
        return "validator-" + (index + 1);
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        }
        List<Integer> ports = held.stream().map(ServerSocket::getLocalPort).toList();
        for (ServerSocket free : held) {
            free.close();
        }
        return ports;
    }

    /// How long a past is.
    ///
    /// @param away the last validator has so many of its blocks; 0 when its disk is empty
    record Past(int blocks, int transactions, int away) {}

    /// Opens what the folder keeps, or makes it, going on where an earlier run ended: keys, genesis, and blocks in the
    /// ledgers of all but the last.
    static PastNetwork open(Path folder, Past past, boolean profile, RandomSource random) throws IOException {
        Path done = folder.resolve("past");
        int blocks = past.blocks();
        int transactions = past.transactions();
        String made = blocks + " " + transactions + (past.away() == 0 ? "" : " " + past.away()) + "\n";
        if (!Files.exists(folder.resolve("genesis.json"))) {
            Files.createDirectories(folder.resolve("logs"));
            found(folder, random);
        }
        PastNetwork network = new PastNetwork(folder, blocks < SHORT, profile);
        if (!Files.exists(done)) {
            if (past.away() > 0 && !Files.exists(network.away())) {
                network.write(past.away(), transactions, random);
                network.keepAway();
            }
            network.write(blocks, transactions, random);
            network.spread(blocks, random);
            Files.writeString(done, made);
        }
        BenchNetwork.check(
                Files.readString(done).equals(made),
                folder + " with --blocks " + blocks + " --transactions " + transactions,
                "what it was made with (" + Files.readString(done).strip() + ") or another folder");
        return network;
    }

    private static void found(Path folder, RandomSource random) throws IOException {
        Province province = new Province(folder, CryptoSuite.SM, random, InstantSource.system());
        province.blockTime(BLOCK_TIME_MILLIS);
        province.organisation(BenchNetwork.ORGANISATION, "压力测试", "Load");
        Map<String, SigningKey> keys = new TreeMap<>();
        for (int i = 0; i < SIGNERS; i++) {
            SigningKey key = CryptoSuite.SM.generate(random);
            keys.put("signer-" + i + ".pem", key);
            province.register(BenchNetwork.ORGANISATION, BenchNetwork.signer(i), "压力测试员", Role.ANALYST, key);
        }
        Path _ = province.process(BenchNetwork.ORGANISATION, CLIENT, keys);
        for (int i = 0; i < NODES; i++) {
            Path _ = province.validator(BenchNetwork.ORGANISATION, name(i));
        }
        Genesis _ = province.genesis("bench");
    }

    private Path home(String process) {
        return folder.resolve("processes").resolve(process);
    }

    private Path data(int index) {
        return home(name(index)).resolve("data");
    }

    private char[] password(String process) throws IOException {
        return Files.readString(home(process).resolve("password"))
                .stripTrailing()
                .toCharArray();
    }

    // ---- the past -------------------------------------------------------------------------------

    private void write(int blocks, int transactions, RandomSource random) throws IOException {
        Genesis genesis = genesis();
        TreeMap<PartyId, SigningKey> keys = new TreeMap<>();
        for (int i = 0; i < NODES; i++) {
            Path file = home(name(i)).resolve("validator.key.pem");
            keys.put(new PartyId(name(i)), PrivateKeyFile.readSigningKey(file, password(name(i))));
        }
        List<SigningKey> signers = signers();
        Files.createDirectories(data(0));
        try (StorageKey storage = StorageKey.openOrCreate(data(0).resolve("storage.key"), password(name(0)), random);
                Chronicle chronicle = new Chronicle(data(0), genesis, keys, storage, random, InstantSource.system())) {
            List<List<Chronicle.Signed>> next =
                    sign(genesis, signers, chronicle.height(), blocks, transactions, random);
            while (!next.isEmpty()) {
                List<List<Chronicle.Signed>> now = next;
                long height = chronicle.height() + now.size();
                Signing signing = new Signing(() -> sign(genesis, signers, height, blocks, transactions, random));
                now.forEach(chronicle::append);
                next = signing.result();
                if (height % 10_000 < CHUNK) {
                    System.err.printf("made %,d blocks%n", height);
                }
            }
            for (int i = 1; i < NODES; i++) {
                Path own = i == NODES - 1 ? home(name(i)) : data(i);
                Files.createDirectories(own);
                storage.write(own.resolve("storage.key"), password(name(i)), random);
            }
        }
    }

    private List<SigningKey> signers() throws IOException {
        List<SigningKey> signers = new ArrayList<>();
        for (int i = 0; i < SIGNERS; i++) {
            signers.add(PrivateKeyFile.readSigningKey(home(CLIENT).resolve("signer-" + i + ".pem"), password(CLIENT)));
        }
        return signers;
    }

    private Path away() {
        return home(name(NODES - 1)).resolve("away");
    }

    /// What there is now is what the last validator has.
    private void keepAway() throws IOException {
        Path making = away().resolveSibling("away.making");
        if (Files.exists(making)) {
            Scratch.wipe(making);
        }
        copy(data(0), making);
        Path _ = Files.copy(home(name(NODES - 1)).resolve("storage.key"), making.resolve("storage.key"));
        Path _ = Files.move(making, away());
    }

    /// Gives the last validator what it had before it was away.
    void putBack() throws IOException {
        copy(away(), data(NODES - 1));
        Path _ = Files.copy(away().resolve("storage.key"), data(NODES - 1).resolve("storage.key"));
    }

    private void spread(int blocks, RandomSource random) throws IOException {
        index(blocks, random);
        for (int i = 1; i < NODES - 1; i++) {
            copy(data(0), data(i));
        }
    }

    /// Signs beside the execution of the blocks before.
    private static final class Signing {
        private final Thread thread;
        private List<List<Chronicle.Signed>> made = List.of();

        Signing(Supplier<List<List<Chronicle.Signed>>> work) {
            thread = Thread.ofPlatform().name("signer").start(() -> made = work.get());
        }

        List<List<Chronicle.Signed>> result() {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
            return made;
        }
    }

    private static List<List<Chronicle.Signed>> sign(
            Genesis genesis, List<SigningKey> signers, long height, int blocks, int transactions, RandomSource random) {
        List<List<Chronicle.Signed>> made = new ArrayList<>();
        for (long at = height + 1; at <= Math.min(blocks, height + CHUNK); at++) {
            List<Chronicle.Signed> block = new ArrayList<>();
            for (int i = 0; i < transactions; i++) {
                int who = (int) ((at * transactions + i) % signers.size());
                byte[] drawn = random.bytes(48);
                byte[] payload = TransactionPayload.newBuilder()
                        .setVersion(1)
                        .setChainId(ChainForms.byteString(genesis.chainId()))
                        .setNonce(ByteString.copyFrom(drawn, 0, 16))
                        .setBlockLimit(at + BLOCKS_TO_LIVE)
                        .setSender(BenchNetwork.ORGANISATION + "/" + BenchNetwork.signer(who))
                        .setContract("poyang.v1.Evidence")
                        .setMethod("Record")
                        .setArguments(EvidenceRecord.newBuilder()
                                .setDigest(ByteString.copyFrom(drawn, 16, 32))
                                .setSubject("sync")
                                .build()
                                .toByteString())
                        .build()
                        .toByteArray();
                SigningKey key = signers.get(who);
                Signature signature = key.sign(payload);
                block.add(new Chronicle.Signed(
                        new TransactionLeaf(Bytes.wrap(payload), signature.rs(), signature.parity()), key.publicKey()));
            }
            made.add(block);
        }
        return made;
    }

    /// Has the first validator index the past, so that those who serve later have nothing else to do.
    private void index(int blocks, RandomSource random) throws IOException {
        Child child = start(0);
        try (ChainClient client = client()) {
            ChainAccount account = account(client, random);
            while (indexed(account) < blocks) {
                if (!child.isAlive()) {
                    throw new PoyangException(
                            NetworkErrors.SET_UP_FAILED, child.name() + " ended: " + child.lastWords(), "see its log");
                }
            }
        }
        stop(0);
        Files.deleteIfExists(data(0).resolve("audit.log"));
    }

    private static long indexed(ChainAccount account) {
        try {
            return account.search("blocks order by height desc limit 1").getHeight();
        } catch (PoyangException e) {
            // It has not caught up within the call's time.
            return -1;
        }
    }

    /// Tables never change: they are linked. All else is copied, but for the key that opens it.
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.sorted().toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else if (file.toString().endsWith(".sst")) {
                    Path _ = Files.createLink(target, file);
                } else if (!file.endsWith("storage.key")) {
                    Path _ = Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    // ---- processes ------------------------------------------------------------------------------

    NodeAddress node(int index) {
        return nodes.get(index);
    }

    /// How who starts from now on takes in what the others have.
    void replay(String how) {
        replay = how;
    }

    /// From how many blocks behind on who starts from now on takes a snapshot.
    void snapshot(String beyond) {
        snapshot = beyond;
    }

    /// How many lines of a validator's log hold some words.
    long said(int index, String words) throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("logs").resolve(name(index) + ".log"))) {
            return lines.filter(line -> line.contains(words)).count();
        }
    }

    /// Takes a stopped validator's disk away.
    void empty(int index) {
        if (Files.exists(data(index))) {
            Scratch.wipe(data(index));
        }
    }

    /// Starts a validator; whoever has a past is awaited.
    Child start(int index) throws IOException {
        List<NodeAddress> others = new ArrayList<>(peers);
        NodeAddress own = others.remove(index);
        Map<String, String> settings = new TreeMap<>();
        settings.put("name", own.name());
        settings.put("validator.key", "validator.key.pem");
        settings.put("directory", "data");
        settings.put("peer.listen", HOST + ":" + own.port());
        settings.put("seeds", text(others));
        settings.put("api.listen", HOST + ":" + nodes.get(index).port());
        settings.put("sync.replay", replay);
        settings.put("sync.snapshot", snapshot);
        List<String> flags = new ArrayList<>(quick ? Child.QUICK_START : Child.FEW_CORES);
        if (profile && index == NODES - 1) {
            flags.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename="
                    + folder.resolve("logs").resolve("joiner.jfr"));
        }
        Child child = Child.start(
                new Child.Program(
                        own.name(),
                        "poyang.chain.node.NodeMain",
                        ClassPaths.of("chain-node/node", "notarization/contract"),
                        MEGABYTES,
                        flags,
                        List.of("--config", configure(own.name(), settings).toString())),
                folder.resolve("logs"));
        children.put(index, child);
        if (index < NODES - 1) {
            String _ = child.awaitReady();
        }
        return child;
    }

    private static String text(List<NodeAddress> addresses) {
        return addresses.stream().map(NodeAddress::toString).collect(Collectors.joining(","));
    }

    private Path configure(String process, Map<String, String> settings) throws IOException {
        settings.put("genesis", folder.resolve("genesis.json").toString());
        settings.put("password.file", "password");
        settings.put("tls.certificate", "tls.pem");
        settings.put("tls.key", "tls.key.pem");
        settings.put("tls.root", folder.resolve("root.pem").toString());
        Path config = home(process).resolve("config.properties");
        Files.writeString(
                config,
                settings.entrySet().stream()
                        .map(each -> each.getKey() + " = " + each.getValue() + "\n")
                        .collect(Collectors.joining()));
        return config;
    }

    void stop(int index) {
        Child child = Objects.requireNonNull(children.remove(index));
        child.terminate();
        boolean _ = child.awaitEnd();
    }

    /// Stops a validator and recomputes all that it keeps.
    ///
    /// @throws PoyangException `SET_UP_FAILED` for what is damaged
    Verification.Whole verify(int index, RandomSource random) throws IOException {
        stop(index);
        try (StorageKey storage = StorageKey.open(data(index).resolve("storage.key"), password(name(index)));
                Ledger ledger = Ledger.open(
                        data(index).resolve("ledger"), genesis(), new Retention.Archive(), storage, random)) {
            return switch (ledger.verify()) {
                case Verification.Whole whole -> whole;
                case Verification.Unfinished(long height) ->
                    throw new PoyangException(
                            NetworkErrors.SET_UP_FAILED,
                            "the snapshot after block " + height + " is not whole at " + name(index),
                            "a node that has announced its height");
                case Verification.Damaged(long height, String reason) ->
                    throw new PoyangException(
                            NetworkErrors.SET_UP_FAILED,
                            "block " + height + " of " + name(index) + " is damaged: " + reason,
                            "no fault may do that");
            };
        }
    }

    private Genesis genesis() {
        return ChainForms.genesis(ChainForms.readGenesis(folder.resolve("genesis.json")));
    }

    /// What a validator's process has used so far.
    Duration cpu(int index) {
        @Nullable Child child = children.get(index);
        return child == null
                ? Duration.ZERO
                : child.handle().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /// A client of the validators; the caller closes it.
    ChainClient client() throws IOException {
        ProcessSettings from = ProcessSettings.read(configure(CLIENT, new TreeMap<>()));
        char[] password = from.password();
        TlsIdentity identity =
                from.tlsIdentity(password, InstantSource.system(), ProcessRandom.open("sync"), System.err::println);
        Arrays.fill(password, '\0');
        return ChainClient.connect(
                ChainForms.readGenesis(from.path("genesis")), identity, nodes, InstantSource.system());
    }

    /// Records at a rate by way of the first validators.
    SteadyLoad load(ChainClient client, int validators, RandomSource random) throws IOException {
        return new SteadyLoad(client, validators, signers(), "sync", random);
    }

    ChainAccount account(ChainClient client, RandomSource random) {
        String name = BenchNetwork.ORGANISATION + "/" + BenchNetwork.signer(0);
        return new ChainAccount(client, name, signer, random, InstantSource.system());
    }

    @Override
    public void close() {
        children.values().forEach(Child::terminate);
        children.values().forEach(child -> {
            boolean _ = child.awaitEnd();
        });
    }

    /// Takes everything away that it left on disk.
    void wipe() {
        Scratch.wipe(folder);
    }
}
