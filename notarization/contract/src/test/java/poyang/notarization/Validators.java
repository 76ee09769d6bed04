package poyang.notarization;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import poyang.chain.ledger.Retention;
import poyang.chain.node.GenesisMaker;
import poyang.chain.node.Node;
import poyang.chain.node.NodeSettings;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.Validator;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditSources;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.sdk.NodeAddress;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.NodeAdmission;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.RegisterAuthorityRequest;
import poyang.wire.schema.Role;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.transport.Transport;
import poyang.wire.transport.TransportConfig;

/// Four validators with these contracts in one process, over real sockets, certificates and disks.
final class Validators implements AutoCloseable {
    static final int COUNT = 4;
    /// Tests are many blocks long.
    private static final long BLOCK_TIME_MILLIS = 100;

    private static final String HOST = "127.0.0.1";
    /// The system chooses the ports. Each node knows those that were started before it.
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    static final String STORAGE_PASSWORD = "validators 4";

    final RandomSource random = new SeededRandom(new byte[32], "contracts-on-nodes");
    final InstantSource clock = this::now;
    final GenesisFile genesis;
    final Authority root;
    final Authority city;
    final List<NodeAddress> api = new ArrayList<>();
    private final List<Genesis.Call> calls = new ArrayList<>();
    private final TreeMap<String, Sm2PrivateKey> keys = new TreeMap<>();
    private final List<Sm2PrivateKey> own = new ArrayList<>();
    private final List<Sm2PrivateKey> next = new ArrayList<>();
    private final List<NodeAddress> peers = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<ChainClient> clients = new ArrayList<>();
    private final Validity validity;
    private final AtomicLong shiftMillis = new AtomicLong();
    private final Path folder;
    private final long patienceMillis;

    Validators(Path folder) throws Exception {
        this(folder, 0);
    }

    /// With nodes besides that are no validators of the genesis, which admits them.
    ///
    /// @param observers how many
    Validators(Path folder, int observers) throws Exception {
        this(folder, observers, NodeSettings.PATIENCE_MILLIS);
    }

    /// @param patienceMillis before the nodes would rather leave their epoch
    Validators(Path folder, int observers, long patienceMillis) throws Exception {
        Instant now = clock.instant();
        validity = new Validity(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(30)));
        root = Certificates.root("Jiangxi", Sm2PrivateKey.generate(random), validity, random);
        city = root.issuer("Nanchang", Sm2PrivateKey.generate(random), validity, random);
        people();
        List<Validator> validators = new ArrayList<>();
        int count = COUNT + observers;
        for (int i = 0; i < count; i++) {
            String name = name(i);
            own.add(Sm2PrivateKey.generate(random));
            next.add(Sm2PrivateKey.generate(random));
            if (i < COUNT) {
                validators.add(new Validator(new PartyId(name), own.get(i).publicKey()));
            } else {
                call(
                        "Nodes",
                        "Admit",
                        NodeAdmission.newBuilder()
                                .setNode(name)
                                .setPublicKey(
                                        ChainBytes.of(own.get(i).publicKey().encoded()))
                                .build());
            }
        }
        Bytes trust = Bytes.wrap(root.certificate().getEncoded());
        Epoch first = Epoch.of(0, Epoch.BFT, BLOCK_TIME_MILLIS, validators);
        genesis = ChainForms.file(GenesisMaker.make("identities", first, clock.millis(), calls, trust));
        this.folder = folder;
        this.patienceMillis = patienceMillis;
        for (int i = 0; i < count; i++) {
            start(i, folder.resolve(name(i)), NodeSettings.NEVER);
        }
    }

    /// At ports that the system chooses; it knows those that were started before.
    private void start(int index, Path home, long snapshotBeyond) {
        String name = name(index);
        NodeSettings settings = new NodeSettings(
                new PartyId(name),
                genesis,
                home,
                ANY,
                Optional.empty(),
                peers,
                ANY,
                new Retention.Archive(),
                index >= COUNT,
                patienceMillis,
                NodeSettings.ALARM_MILLIS,
                snapshotBeyond,
                NodeSettings.CatchUp.WRITES);
        Path key = folder.resolve(home.getFileName() + ".storage.key");
        try (StorageKey storage = StorageKey.openOrCreate(key, STORAGE_PASSWORD.toCharArray(), random)) {
            nodes.add(Node.start(
                    settings, identity(name), List.of(own.get(index), next.get(index)), storage, random, clock));
        }
        peers.add(new NodeAddress(name, HOST, nodes.getLast().peerPort()));
        api.add(new NodeAddress(name, HOST, nodes.getLast().apiPort()));
    }

    /// Gives the last validator, which was stopped, an empty disk and another port, and has it take
    /// a snapshot.
    void comeBackAnew() {
        int last = COUNT - 1;
        peers.remove(last);
        api.remove(last);
        start(last, folder.resolve(name(last) + "-anew"), 1);
    }

    private static String name(int index) {
        return "validator-" + (index + 1);
    }

    private Instant now() {
        return InstantSource.system().instant().plusMillis(shiftMillis.get());
    }

    /// Puts the clocks of all processes and people on.
    void later(long millis) {
        long _ = shiftMillis.addAndGet(millis);
    }

    private void people() throws Exception {
        for (String organisation : List.of("a", "b", "supervision")) {
            call(
                    "Organisations",
                    "Register",
                    Organisation.newBuilder()
                            .setId(organisation)
                            .setTitle(organisation)
                            .build());
            for (Role role : Role.values()) {
                if (role != Role.ROLE_UNSPECIFIED && role != Role.UNRECOGNIZED) {
                    AccountRecord account = Chain.account(organisation, Chain.name(role), role);
                    Sm2PrivateKey key = Sm2PrivateKey.generate(random);
                    keys.put(account.getId(), key);
                    call(
                            "Accounts",
                            "Register",
                            account.toBuilder()
                                    .setPublicKey(ChainBytes.of(key.publicKey().encoded()))
                                    .build());
                }
            }
        }
        authority(root, "supervision/authority");
        authority(city, "a/authority");
    }

    private void authority(Authority authority, String account) throws Exception {
        call(
                "Certificates",
                "RegisterAuthority",
                RegisterAuthorityRequest.newBuilder()
                        .setCertificate(
                                ChainBytes.of(Bytes.wrap(authority.certificate().getEncoded())))
                        .setAccount(account)
                        .build());
    }

    private void call(String contract, String method, Message arguments) {
        calls.add(new Genesis.Call("poyang.v1." + contract, method, Bytes.wrap(arguments.toByteArray())));
    }

    private TlsIdentity identity(String name) {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        X509Certificate leaf = city.leaf(name, key.publicKey(), validity, random);
        return new TlsIdentity(List.of(leaf, city.certificate()), key, root.certificate(), clock, random);
    }

    Sm2PrivateKey key(String account) {
        return Objects.requireNonNull(keys.get(account));
    }

    Sm2PrivateKey validatorKey(int index) {
        return own.get(index);
    }

    /// The key that may follow a node's own.
    Sm2PrivateKey nextKey(int index) {
        return next.get(index);
    }

    /// name → where the others reach it.
    Map<String, Integer> peerPorts() {
        return peers.stream().collect(Collectors.toMap(NodeAddress::name, NodeAddress::port));
    }

    long height(int index) {
        return nodes.get(index).finalisedHeight();
    }

    /// The lowest height whose state it keeps.
    long horizon(int index) {
        return nodes.get(index).horizon();
    }

    void stop(int index) {
        nodes.remove(index).close();
    }

    /// Speaks to the others in the name of a stopped validator.
    Transport transport(int index, Transport.Listener listener) {
        NodeAddress self = peers.get(index);
        TreeMap<PartyId, InetSocketAddress> others = new TreeMap<>();
        peers.stream()
                .filter(peer -> !peer.equals(self))
                .forEach(peer -> others.put(new PartyId(peer.name()), peer.socketAddress()));
        return Transport.start(
                TransportConfig.of(new PartyId(self.name()), ANY, others), identity(self.name()), random, listener);
    }

    /// An account that asks these nodes only.
    ChainAccount account(String name, Sm2PrivateKey key, List<NodeAddress> ask) {
        ChainClient client = ChainClient.connect(genesis, identity("a-client"), ask, clock);
        clients.add(client);
        return new ChainAccount(client, name, key, random, clock);
    }

    ChainAccount account(String name) {
        return account(name, key(name), api);
    }

    /// The audit logs of these nodes, for a supervisor to follow.
    AuditSources audits(ChainAccount account) {
        TlsIdentity identity = identity("a-client");
        return AuditSources.of(account.client(), ExecutorClient.connect(identity, List.of()), identity, Map.of());
    }

    /// Speaks to one node.
    ChainClient client(NodeAddress node) {
        return ChainClient.connect(genesis, identity("a-client"), List.of(node), clock);
    }

    /// Has the node pool a transaction signed by this key, whatever the chain thinks of the key.
    ///
    /// @param resource contract/method
    void submit(ChainClient client, String account, Sm2PrivateKey key, String resource, Message arguments) {
        byte[] payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainBytes.of(ChainForms.genesis(genesis).chainId()))
                .setNonce(ByteString.copyFrom(random.bytes(16)))
                .setBlockLimit(nodes.getFirst().finalisedHeight() + 100)
                .setSender(account)
                .setContract(resource.substring(0, resource.indexOf('/')))
                .setMethod(resource.substring(resource.indexOf('/') + 1))
                .setArguments(arguments.toByteString())
                .build()
                .toByteArray();
        Signature signature = key.sign(payload);
        Bytes _ = client.submit(Transaction.newBuilder()
                .setPayload(ByteString.copyFrom(payload))
                .setSignature(ChainBytes.of(signature.rs()))
                .setParity(signature.parity())
                .build());
    }

    /// Waits until every node has this height final.
    void await(long height) throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (!nodes.stream().allMatch(node -> node.finalisedHeight() >= height)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("height " + height + " is not final everywhere");
            }
            Thread.sleep(20);
        }
    }

    @Override
    public void close() {
        clients.forEach(ChainClient::close);
        nodes.forEach(Node::close);
    }
}
