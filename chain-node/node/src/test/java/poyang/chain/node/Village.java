package poyang.chain.node;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import poyang.chain.ledger.Retention;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.Validator;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.Role;

/// Four validators in this process, over real sockets, certificates and disks, and their clients.
final class Village implements AutoCloseable {
    static final int VALIDATORS = 4;
    static final String STORAGE_PASSWORD = "village";
    /// Tests are many blocks long.
    private static final long BLOCK_TIME_MILLIS = 100;
    /// Sooner than a node usually says that another one is lost.
    private static final long ALARM_MILLIS = 1_000;

    private static final String HOST = "127.0.0.1";

    final RandomSource random = new SeededRandom(new byte[32], "node-test");
    final InstantSource clock = InstantSource.system();
    final GenesisFile genesis;
    final TreeMap<Integer, Node> nodes = new TreeMap<>();
    final List<NodeAddress> api = new ArrayList<>();
    private final TreeMap<String, SigningKey> accountKeys = new TreeMap<>();
    private final List<SigningKey> validatorKeys = new ArrayList<>();
    private final List<ChainClient> clients = new ArrayList<>();
    private final Authority root;
    private final Validity validity;
    private final Path folder;
    private final CryptoSuite suite;

    Village(Path folder) throws Exception {
        this(folder, CryptoSuite.SM);
    }

    Village(Path folder, CryptoSuite suite) throws Exception {
        this(folder, suite, Epoch.BFT, VALIDATORS);
    }

    Village(Path folder, CryptoSuite suite, String engine, int count) throws Exception {
        this(folder, suite, engine, count, _ -> count);
    }

    /// Of four validators in a hurry.
    Village(Path folder, long blockTimeMillis) throws Exception {
        this(folder, CryptoSuite.SM, Epoch.BFT, VALIDATORS, blockTimeMillis, _ -> VALIDATORS);
    }

    /// What happens between the genesis and the first start.
    interface Before {
        /// Gives how many validators start.
        int start(Village village) throws Exception;
    }

    Village(Path folder, CryptoSuite suite, String engine, int count, Before before) throws Exception {
        this(folder, suite, engine, count, BLOCK_TIME_MILLIS, before);
    }

    private Village(Path folder, CryptoSuite suite, String engine, int count, long blockTimeMillis, Before before)
            throws Exception {
        this.folder = folder;
        this.suite = suite;
        Instant now = clock.instant();
        validity = new Validity(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(30)));
        root = Certificates.root("Jiangxi", Sm2PrivateKey.generate(random), validity, random);
        List<Validator> validators = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String name = name(i);
            SigningKey key = suite.generate(random);
            validatorKeys.add(key);
            validators.add(new Validator(new PartyId(name), key.publicKey()));
            api.add(new NodeAddress(name, HOST, quietPort()));
        }
        List<Genesis.Call> calls = List.of(
                register("taxation/analyst", Role.ANALYST),
                register("housing/owner", Role.OWNER),
                register("supervision/head", Role.SUPERVISOR));
        Bytes trust = Bytes.wrap(root.certificate().getEncoded());
        genesis = ChainForms.file(GenesisMaker.make(
                "test chain", Epoch.of(0, engine, blockTimeMillis, validators), clock.millis(), calls, trust));
        int first = before.start(this);
        for (int i = 0; i < first; i++) {
            start(i);
        }
    }

    private static String name(int index) {
        return "validator-" + (index + 1);
    }

    /// One of those below the ones that the system hands out; whether it is free turns out when a
    /// node takes it.
    private int quietPort() {
        return 20_000 + Math.floorMod(new BigInteger(random.bytes(4)).intValue(), 12_000);
    }

    Path directory(int index) {
        return folder.resolve(name(index));
    }

    /// The file of a validator's storage key; the password is the same for all.
    Path storageFile(int index) {
        return folder.resolve(name(index) + ".storage.key");
    }

    SortedMap<PartyId, SigningKey> validatorKeys() {
        TreeMap<PartyId, SigningKey> keys = new TreeMap<>();
        for (int i = 0; i < validatorKeys.size(); i++) {
            keys.put(new PartyId(name(i)), validatorKeys.get(i));
        }
        return keys;
    }

    private Genesis.Call register(String account, Role role) {
        SigningKey key = suite.generate(random);
        accountKeys.put(account, key);
        AccountRecord record = AccountRecord.newBuilder()
                .setId(account)
                .setOrganisation(account.substring(0, account.indexOf('/')))
                .addRoles(role)
                .setPublicKey(ChainForms.byteString(key.publicKey().encoded()))
                .build();
        return new Genesis.Call(Notes.NAME, "Register", Bytes.wrap(record.toByteArray()));
    }

    void start(int index) {
        start(index, NodeSettings.NEVER);
    }

    /// At a port that the system chooses; it knows those that run, and they hear from it. Clients
    /// find it where it was.
    ///
    /// @param snapshotBeyond how many blocks behind it takes a snapshot
    void start(int index, long snapshotBeyond) {
        while (true) {
            try {
                nodes.put(index, started(index, snapshotBeyond));
                return;
            } catch (PoyangException e) {
                if (!e.code().equals(NodeErrors.LISTEN_FAILED) || !clients.isEmpty()) {
                    throw e;
                }
                api.set(index, new NodeAddress(name(index), HOST, quietPort()));
            }
        }
    }

    private Node started(int index, long snapshotBeyond) {
        List<NodeAddress> running = new ArrayList<>();
        nodes.forEach((i, node) -> running.add(new NodeAddress(name(i), HOST, node.peerPort())));
        NodeSettings settings = new NodeSettings(
                new PartyId(name(index)),
                genesis,
                directory(index),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                Optional.empty(),
                running,
                api.get(index).socketAddress(),
                new Retention.Archive(),
                false,
                NodeSettings.PATIENCE_MILLIS,
                ALARM_MILLIS,
                snapshotBeyond,
                NodeSettings.CatchUp.WRITES);
        RandomSource system = ProcessRandom.open("test");
        try (StorageKey storage = StorageKey.openOrCreate(storageFile(index), STORAGE_PASSWORD.toCharArray(), system)) {
            return Node.start(settings, identity(name(index)), validatorKeys.get(index), storage, system, clock);
        }
    }

    /// Takes a stopped validator's disk away; gives where it lies.
    Path takeDisk(int index, String as) throws IOException {
        return Files.move(directory(index), folder.resolve(as));
    }

    /// Puts a copy of a disk into a stopped validator.
    void giveDisk(int index, Path disk) throws IOException {
        Path target = directory(index);
        try (Stream<Path> files = Files.walk(disk)) {
            for (Path file : files.sorted().toList()) {
                Files.copy(file, target.resolve(disk.relativize(file).toString()));
            }
        }
    }

    void stop(int index) {
        Objects.requireNonNull(nodes.remove(index)).close();
    }

    private TlsIdentity identity(String name) {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        Authority issuer = root.issuer("department", Sm2PrivateKey.generate(random), validity, random);
        X509Certificate leaf = issuer.leaf(name, key.publicKey(), validity, random);
        return new TlsIdentity(List.of(leaf, issuer.certificate()), key, root.certificate(), clock, random);
    }

    SigningKey key(String account) {
        return Objects.requireNonNull(accountKeys.get(account));
    }

    ChainClient client() {
        ChainClient client = ChainClient.connect(genesis, identity("a-client"), api, clock);
        clients.add(client);
        return client;
    }

    ChainAccount account(String name) {
        return new ChainAccount(client(), name, key(name), random, clock);
    }

    /// Waits until every running node has this height final.
    void await(long height) throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (!nodes.values().stream().allMatch(node -> node.finalisedHeight() >= height)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("height " + height + " is not final everywhere: "
                        + nodes.values().stream().map(Node::finalisedHeight).toList());
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        clients.forEach(ChainClient::close);
        nodes.values().forEach(Node::close);
    }
}
