package poyang.chain.node.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.node.GenesisMaker;
import poyang.chain.node.NodeErrors;
import poyang.chain.node.Notes;
import poyang.chain.proofs.ChainDoor;
import poyang.chain.proofs.ReceiptProof;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Signature;
import poyang.crypto.Sm3;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.SdkErrors;
import poyang.sdk.TransactionStream;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.transport.Transport;
import poyang.wire.transport.TransportConfig;

/// Three chains of one process: two of them under one authority, the third under its own. Each member of one tries
/// to read, write, follow and guess in another.
@Timeout(300)
final class IsolationTest {
    private static final String ANALYST = "taxation/analyst";
    private static final String OTHER = "housing/analyst";

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init") // made before the tests
    private static Hosts hosts;

    @SuppressWarnings("NullAway.Init")
    private static ChainHost host;

    @SuppressWarnings("NullAway.Init")
    private static Hosts.Chain taxes;

    @SuppressWarnings("NullAway.Init")
    private static Hosts.Chain homes;

    @SuppressWarnings("NullAway.Init")
    private static Hosts.Chain health;

    @BeforeAll
    static void start() {
        hosts = new Hosts(folder);
        host = hosts.start("host");
        Members first = Members.of("taxes", hosts.random, hosts.clock)
                .node("node-1")
                .node("node-2")
                .account(ANALYST);
        taxes = hosts.create("host", host, "taxes", first, "node-2=127.0.0.1:1");
        Members second = first.underTheSameRoot("homes")
                .node("node-3")
                .node("node-4")
                .account(OTHER)
                .account(ANALYST);
        homes = hosts.create("host", host, "homes", second, "node-4=127.0.0.1:1");
        Members third =
                Members.of("health", hosts.random, hosts.clock).node("node-1").account(ANALYST);
        health = hosts.create("host", host, "health", third, "");
    }

    @AfterAll
    static void stop() {
        hosts.close();
    }

    private static void refused(ErrorCode code, Runnable call) {
        PoyangException thrown = assertThrows(PoyangException.class, call::run);
        assertEquals(code.name(), thrown.code().name(), thrown.getMessage());
    }

    private static void unreachable(Runnable call) {
        PoyangException thrown = assertThrows(PoyangException.class, call::run);
        assertTrue(
                thrown.code().name().startsWith("TLS_") || thrown.code().equals(SdkErrors.CALL_FAILED),
                thrown.getMessage());
    }

    /// An account of the first chain that calls the second by its genesis, with the first chain's certificates,
    /// which lead to the same root.
    private static ChainAccount intruder(GenesisFile into, String account) {
        ChainClient client = hosts.keep(ChainClient.connect(
                into,
                taxes.members().identity("a-client"),
                List.of(new NodeAddress("node-3", "127.0.0.1", host.apiPort())),
                hosts.clock));
        return new ChainAccount(client, account, taxes.members().key(ANALYST), hosts.random, hosts.clock);
    }

    @Test
    void whoIsOnOneChainReadsWritesAndFollowsNothingOfAnother() throws Exception {
        ProvenReceipt here = taxes.account(ANALYST).prove(Notes.NAME, "Note", Hosts.note("secret"));
        ProvenReceipt there = homes.account(OTHER).prove(Notes.NAME, "Note", Hosts.note("theirs"));
        Bytes theirs = Bytes.wrap(there.getTransaction().getPayload().toByteArray());
        // The same account stands on the second chain with another key; a stranger's name on none.
        for (String account : List.of(ANALYST, "taxation/nobody")) {
            ChainAccount intruder = intruder(homes.genesis(), account);
            refused(SdkErrors.QUERY_NOT_PROVEN, () -> intruder.read(Notes.NAME, "Get", Hosts.note("theirs")));
            refused(SdkErrors.QUERY_NOT_PROVEN, () -> intruder.state(Notes.NAME, "note/theirs", 0));
            refused(SdkErrors.QUERY_NOT_PROVEN, () -> intruder.search("blocks"));
            refused(SdkErrors.QUERY_NOT_PROVEN, () -> intruder.receipt(Sm3.hash(theirs.toArray())));
            refused(SdkErrors.QUERY_NOT_PROVEN, () -> intruder.receiptFile(Sm3.hash(theirs.toArray())));
            refused(SdkErrors.QUERY_NOT_PROVEN, () -> intruder.state(Notes.NAME, "note/theirs", 1));
            refused(
                    SdkErrors.QUERY_NOT_PROVEN,
                    () -> intruder.status(intruder.client().nodes().getFirst()));
            refused(SdkErrors.QUERY_NOT_PROVEN, intruder::height);
            refused(
                    SdkErrors.QUERY_NOT_PROVEN,
                    () -> TransactionStream.open(intruder.client(), 0, List.of(intruder))
                            .close());
            refused(SdkErrors.QUERY_NOT_PROVEN, () -> {
                try {
                    intruder.follow(1, _ -> {});
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            refused(NodeErrors.NOT_SIGNED, () -> intruder.client().submit(planted(account)));
        }
        // What was signed for one chain is nothing on another, nor does its proof hold there.
        Transaction replayed = here.getTransaction();
        refused(NodeErrors.OTHER_CHAIN, () -> homes.client().submit(replayed));
        ReceiptProof proof = ChainForms.receiptProof(here);
        assertInstanceOf(ReceiptProof.Verdict.Proven.class, proof.verify(ChainForms.genesis(taxes.genesis())));
        assertFalse(proof.verify(ChainForms.genesis(homes.genesis())) instanceof ReceiptProof.Verdict.Proven);
        refused(
                SdkErrors.OTHER_CHAIN,
                () -> homes.client().query(taxes.account(ANALYST).query(Notes.NAME, "Get", Hosts.note("secret"))));
        assertEquals(
                Optional.empty(),
                homes.account(OTHER).state(Notes.NAME, "note/secret", 0).value());
    }

    /// A note for the second chain, signed by the first one's analyst.
    private static Transaction planted(String account) {
        byte[] payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainForms.byteString(homes.client().chainId()))
                .setNonce(ByteString.copyFrom(hosts.random.bytes(16)))
                .setBlockLimit(100)
                .setSender(account)
                .setContract(Notes.NAME)
                .setMethod("Note")
                .setArguments(Hosts.note("planted").toByteString())
                .build()
                .toByteArray();
        Signature signature = taxes.members().key(ANALYST).sign(payload);
        return Transaction.newBuilder()
                .setPayload(ByteString.copyFrom(payload))
                .setSignature(ChainForms.byteString(signature.rs()))
                .setParity(signature.parity())
                .build();
    }

    @Test
    void certificatesOfAnotherRootGetNoHandshakeAndAWrongDoorIsLikeNone() throws Exception {
        // The chain's genesis is known, so its door is; the certificates are of another authority.
        ChainClient other = hosts.keep(ChainClient.connect(
                health.genesis(),
                taxes.members().identity("a-client"),
                List.of(new NodeAddress("node-1", "127.0.0.1", host.apiPort())),
                hosts.clock));
        unreachable(() ->
                new ChainAccount(other, ANALYST, taxes.members().key(ANALYST), hosts.random, hosts.clock).height());
        // A chain that is not here looks like one whose door is guessed wrong.
        GenesisFile ghost = ChainForms.file(GenesisMaker.make(
                "ghost",
                ChainForms.genesis(taxes.genesis()).epoch().validators(),
                0,
                List.of(),
                ChainForms.genesis(taxes.genesis()).trustRoot()));
        unreachable(() -> intruder(ghost, ANALYST).height());
        for (String door : List.of("0".repeat(32) + ".chain", "taxes", "")) {
            LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
            try (Transport transport = transport(taxes.members().identity("node-0"), "node-1", door, heard)) {
                assertTrue(await(() -> !heard.isEmpty()), door);
                assertFalse(transport.peers().getFirst().connected());
                assertTrue(
                        heard.stream().allMatch(word -> word.startsWith("refused: no TLS connection")),
                        heard.toString());
            }
        }
        try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), host.apiPort())) {
            plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            try {
                assertEquals(-1, plain.getInputStream().read(), "not a byte comes back");
            } catch (SocketException e) {
                assertTrue(String.valueOf(e.getMessage()).contains("reset"), e.toString());
            }
        }
    }

    private static Transport transport(
            TlsIdentity identity, String peer, String door, LinkedBlockingQueue<String> heard) {
        TransportConfig config = TransportConfig.of(
                        new PartyId(identity.name()),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        new TreeMap<>(Map.of(
                                new PartyId(peer),
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), host.peerPort()))))
                .towards(door);
        return Transport.start(config, identity, hosts.random, new Transport.Listener() {
            @Override
            public void received(PartyId from, int channel, Bytes payload) {
                heard.add("received");
            }

            @Override
            public void connected(PartyId from) {
                heard.add("connected");
            }

            @Override
            public void lost(PartyId from, String reason) {
                heard.add("lost");
            }

            @Override
            public void refused(String remote, String reason) {
                heard.add("refused: " + reason);
            }

            @Override
            public void failed(Bug bug) {
                heard.add("failed");
            }
        });
    }

    @Test
    void aNodeOfOneChainGetsNoBlockOfAnother() throws Exception {
        // Under the same authority, and a node whose name comes first dials.
        TlsIdentity ours = taxes.members().identity("node-2");
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        String door = ChainDoor.of(homes.client().chainId());
        long before = host.peers().joined(door);
        try (Transport intruder = transport(ours, "node-3", door, heard)) {
            intruder.send(new PartyId("node-3"), 3, Bytes.wrap(new byte[] {1}));
            assertTrue(await(() -> host.peers().joined(door) >= before + 3), "it is turned away and tries again");
            assertFalse(intruder.peers().getFirst().connected());
            assertFalse(heard.contains("connected"), heard.toString());
            assertFalse(heard.contains("received"), heard.toString());
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static boolean await(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    @Test
    void keysAndFilesOfOneChainOpenNothingOfAnother() throws Exception {
        Path chains = hosts.home("host").resolve("chains");
        Path ours = chains.resolve("taxes/data/storage.key");
        Path theirs = chains.resolve("homes/data/storage.key");
        char[] password = "password of node-1".toCharArray();
        StorageKey.open(ours, password).close();
        PoyangException closed = assertThrows(PoyangException.class, () -> StorageKey.open(theirs, password));
        assertEquals(CryptoErrors.STORAGE_KEY_REJECTED, closed.code());
        try (StorageKey key = StorageKey.open(ours, password)) {
            Path audit = chains.resolve("homes/data/audit.key");
            PoyangException missing =
                    assertThrows(PoyangException.class, () -> key.dataKey(audit, "audit", hosts.random));
            assertEquals(CryptoErrors.DATA_KEY_MISSING, missing.code());
        }
        assertNotEquals(
                Bytes.wrap(Files.readAllBytes(chains.resolve("taxes/chain.key"))),
                Bytes.wrap(Files.readAllBytes(chains.resolve("homes/chain.key"))));
    }

    @Test
    void aFloodOfOneChainDoesNotStopAnother() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong asked = new AtomicLong();
        List<Thread> flood = new ArrayList<>();
        ChainAccount analyst = taxes.account(ANALYST);
        CompletableFuture<Void> flows = new CompletableFuture<>();
        for (int i = 0; i < 16; i++) {
            int number = i;
            flood.add(Thread.ofVirtual().start(() -> {
                for (int k = 0; !over.get(); k++) {
                    try {
                        if (number % 4 == 0) {
                            var _ = analyst.call(Notes.NAME, "Note", Hosts.note("n" + number + "-" + k));
                        } else {
                            Bytes _ = Bytes.wrap(analyst.read(Notes.NAME, "Get", Hosts.note("none")));
                        }
                    } catch (PoyangException e) {
                        // There is no such note; that it was asked for is the point.
                    }
                    if (asked.incrementAndGet() > 256) {
                        flows.complete(null);
                    }
                }
            }));
        }
        flows.get(120, TimeUnit.SECONDS);
        long before = asked.get();
        for (int i = 0; i < 3; i++) {
            assertEquals(
                    0,
                    health.account(ANALYST)
                            .call(Notes.NAME, "Note", Hosts.note("beside the flood " + i))
                            .getCode());
        }
        assertTrue(asked.get() > before, "the flood went on meanwhile");
        over.set(true);
        for (Thread each : flood) {
            each.join();
        }
    }
}
