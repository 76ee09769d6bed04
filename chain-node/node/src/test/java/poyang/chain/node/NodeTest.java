package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.proofs.ReceiptProof;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.ProvenValue;
import poyang.sdk.TransactionStream;
import poyang.sdk.VerifiedBlock;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.NodeStatus;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;

/// Four validators and their clients: what is accepted, refused, proven and seen by whom.
@Timeout(120)
final class NodeTest {
    private static final String ANALYST = "taxation/analyst";
    private static final String OWNER = "housing/owner";

    @TempDir
    static Path folder;

    @SuppressWarnings("NullAway.Init") // made before the tests
    private static Village village;

    @BeforeAll
    static void start() throws Exception {
        village = new Village(folder);
    }

    @AfterAll
    static void stop() {
        village.close();
    }

    private static AccountRecord note(String id) {
        return AccountRecord.newBuilder().setId(id).setTitle("笔记 " + id).build();
    }

    private static void refused(ErrorCode code, Runnable call) {
        PoyangException thrown = assertThrows(PoyangException.class, call::run);
        assertEquals(code.number(), thrown.code().number(), thrown.getMessage());
        assertEquals(code.name(), thrown.code().name());
    }

    @Test
    void aCallTakesEffectEverywhereAndItsReceiptIsProvenOffline() throws Exception {
        ChainAccount analyst = village.account(ANALYST);
        // Height 0 asks for the latest state: there must be a block between.
        TransactionReceipt _ = analyst.call(Notes.NAME, "Note", note("before"));
        ProvenReceipt proven = analyst.prove(Notes.NAME, "Note", note("first"));
        TransactionReceipt receipt = TransactionReceipt.parseFrom(proven.getReceipt());
        assertEquals(0, receipt.getCode());
        assertEquals(note("first"), AccountRecord.parseFrom(receipt.getResult()));
        assertEquals(
                ReceiptProof.Verdict.Proven.class,
                ChainForms.receiptProof(proven)
                        .verify(ChainForms.genesis(village.genesis))
                        .getClass());
        village.await(receipt.getHeight());
        ProvenValue value = analyst.state(Notes.NAME, "note/first", 0);
        assertEquals(Optional.of(Bytes.wrap(note("first").toByteArray())), value.value());
        assertEquals(
                Optional.empty(),
                analyst.state(Notes.NAME, "note/first", receipt.getHeight() - 1).value());
        assertEquals(
                Optional.empty(), analyst.state(Notes.NAME, "note/other", 0).value());
        Bytes root = village.nodes.firstEntry().getValue().stateRoot(receipt.getHeight());
        ProvenValue atRoot = analyst.state(Notes.NAME, "note/first", root);
        assertEquals(value.value(), atRoot.value());
        assertTrue(atRoot.height() >= receipt.getHeight());
        refused(NodeErrors.NO_SUCH_BLOCK, () -> analyst.state(Notes.NAME, "note/first", Sm3.hash(new byte[1])));
        assertEquals(note("first"), AccountRecord.parseFrom(analyst.read(Notes.NAME, "Get", note("first"))));
        refused(Notes.TAKEN, () -> analyst.call(Notes.NAME, "Note", note("first")));
        refused(NodeErrors.CONTRACT_FAILED, () -> analyst.call(Notes.NAME, "Break", note("x")));
        refused(NodeErrors.NO_SUCH_CONTRACT, () -> analyst.call("test.Nothing", "Note", note("x")));
        refused(NodeErrors.NOT_ALLOWED, () -> analyst.state(Notes.NAME, "broken", 0));
        NodeStatus status = analyst.status(village.api.getFirst());
        assertEquals("validator-1", status.getNode());
        assertEquals(
                3, status.getPeersList().stream().filter(p -> p.getConnected()).count());
    }

    private static TransactionPayload.Builder payload(long blockLimit) {
        return TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainForms.byteString(
                        ChainForms.genesis(village.genesis).chainId()))
                .setNonce(ByteString.copyFrom(village.random.bytes(16)))
                .setBlockLimit(blockLimit)
                .setSender(ANALYST)
                .setContract(Notes.NAME)
                .setMethod("Note")
                .setArguments(note("n" + Bytes.wrap(village.random.bytes(8))).toByteString());
    }

    private static Transaction sign(TransactionPayload payload, SigningKey key) {
        Signature signature = key.sign(payload.toByteArray());
        return Transaction.newBuilder()
                .setPayload(payload.toByteString())
                .setSignature(ChainForms.byteString(signature.rs()))
                .setParity(signature.parity())
                .build();
    }

    @Test
    void whatIsForgedReplayedLateOrForAnotherChainIsRefused() {
        ChainAccount analyst = village.account(ANALYST);
        SigningKey key = village.key(ANALYST);
        long limit = village.nodes.firstEntry().getValue().finalisedHeight() + 100;
        TransactionPayload payload = payload(limit).build();
        Transaction right = sign(payload, key);
        refused(NodeErrors.NOT_SIGNED, () -> analyst.client().submit(sign(payload, village.key(OWNER))));
        refused(
                NodeErrors.NOT_SIGNED,
                () -> analyst.client()
                        .submit(right.toBuilder()
                                .setParity(1 - right.getParity())
                                .build()));
        refused(
                NodeErrors.NOT_SIGNED,
                () -> analyst.client()
                        .submit(sign(
                                payload.toBuilder().setSender("nobody/here").build(), key)));
        refused(
                NodeErrors.BAD_TRANSACTION,
                () -> analyst.client().submit(right.toBuilder().setParity(2).build()));
        refused(
                NodeErrors.OTHER_CHAIN,
                () -> analyst.client()
                        .submit(sign(
                                payload.toBuilder()
                                        .setChainId(ByteString.copyFrom(new byte[32]))
                                        .build(),
                                key)));
        refused(
                NodeErrors.OUT_OF_TIME,
                () -> analyst.client()
                        .submit(sign(
                                payload.toBuilder().setBlockLimit(limit + 1000).build(), key)));
        Bytes id = analyst.client().submit(right);
        assertEquals(Sm3.hash(payload.toByteArray()), id);
        ProvenReceipt first = analyst.receipt(id);
        assertEquals(id, analyst.client().submit(right), "the same bytes again are harmless");
        assertEquals(first.getReceipt(), analyst.receipt(id).getReceipt());
        TransactionPayload sameNonce = payload.toBuilder().setMethod("Break").build();
        refused(NodeErrors.REPLAYED, () -> analyst.client().submit(sign(sameNonce, key)));
        Map<String, Long> counted = new TreeMap<>();
        village.api.forEach(node -> analyst.status(node)
                .getRefusedTransactionsMap()
                .forEach((code, count) -> counted.merge(code, count, Long::sum)));
        for (ErrorCode code : List.of(
                NodeErrors.NOT_SIGNED,
                NodeErrors.BAD_TRANSACTION,
                NodeErrors.OTHER_CHAIN,
                NodeErrors.OUT_OF_TIME,
                NodeErrors.REPLAYED)) {
            assertTrue(counted.getOrDefault(code.name(), 0L) > 0, code + " is counted: " + counted);
        }
    }

    @Test
    void manyTransactionsTravelOverOneStream() throws Exception {
        ChainAccount analyst = village.account(ANALYST);
        ChainAccount owner =
                new ChainAccount(analyst.client(), OWNER, village.key(OWNER), village.random, village.clock);
        try (TransactionStream stream = TransactionStream.open(analyst.client(), 2, List.of(analyst, owner))) {
            List<CompletableFuture<TransactionReceipt>> receipts = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                receipts.add(stream.submit(i % 2 == 0 ? analyst : owner, Notes.NAME, "Note", note("stream-" + i)));
            }
            for (CompletableFuture<TransactionReceipt> receipt : receipts) {
                assertEquals(0, receipt.get(60, TimeUnit.SECONDS).getCode());
            }
            TransactionReceipt again =
                    stream.submit(analyst, Notes.NAME, "Note", note("stream-7")).get(60, TimeUnit.SECONDS);
            assertEquals(Notes.TAKEN.number(), again.getCode());
            assertEquals(0, stream.underWay());
            ChainAccount stranger = new ChainAccount(
                    analyst.client(),
                    "supervision/head",
                    village.key("supervision/head"),
                    village.random,
                    village.clock);
            ExecutionException refused = assertThrows(
                    ExecutionException.class,
                    () -> stream.submit(stranger, Notes.NAME, "Note", note("not-mine"))
                            .get(60, TimeUnit.SECONDS));
            assertEquals(
                    NodeErrors.NOT_ALLOWED.number(),
                    assertInstanceOf(PoyangException.class, refused.getCause())
                            .code()
                            .number());
        }
    }

    @Test
    void aReceiptIsForItsSenderThePartiesAndSupervisors() {
        ProvenReceipt receipt = village.account(ANALYST).prove(Notes.NAME, "Note", note("private"));
        Bytes id = Sm3.hash(receipt.getTransaction().getPayload().toByteArray());
        assertEquals(receipt, village.account("supervision/head").receipt(id));
        refused(NodeErrors.NOT_ALLOWED, () -> village.account(OWNER).receipt(id));
    }

    @Test
    void subscribersSeeEveryBlockAndOnlyWhatIsForThem() throws Exception {
        LinkedBlockingQueue<VerifiedBlock> supervisor = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<VerifiedBlock> owner = new LinkedBlockingQueue<>();
        List<Thread> followers = new ArrayList<>();
        followers.add(follow("supervision/head", supervisor));
        followers.add(follow(OWNER, owner));
        long height = village.account(ANALYST)
                .call(Notes.NAME, "Note", note("followed"))
                .getHeight();
        for (long next = 1; next <= height; next++) {
            VerifiedBlock all = supervisor.poll(20, TimeUnit.SECONDS);
            VerifiedBlock part = owner.poll(20, TimeUnit.SECONDS);
            assertTrue(all != null && part != null, "block " + next);
            assertEquals(next, all.height());
            assertEquals(next, part.height());
            assertFalse(all.receipts().isEmpty());
            assertEquals(List.of(), part.receipts());
            assertTrue(part.events().stream().allMatch(e -> e.getVisibleToList().contains("housing")));
            if (next == height) {
                assertEquals("followed", all.events().getLast().getKey());
            }
        }
        followers.forEach(Thread::interrupt);
        for (Thread follower : followers) {
            follower.join(10_000);
            assertFalse(follower.isAlive());
        }
    }

    private static Thread follow(String account, LinkedBlockingQueue<VerifiedBlock> into) {
        ChainAccount follower = village.account(account);
        return Thread.ofVirtual().start(() -> {
            try {
                follower.follow(1, into::add);
            } catch (InterruptedException e) {
                // The test is over.
            }
        });
    }

    @Test
    void aValidatorThatIsGoneForLongIsMissedUntilItIsBack() throws Exception {
        ChainAccount analyst = village.account(ANALYST);
        village.stop(3);
        List<String> missed = List.of(village.api.get(3).name());
        awaitLost(analyst, missed);
        village.start(3);
        village.await(analyst.call(Notes.NAME, "Note", note("back")).getHeight());
        awaitLost(analyst, List.of());
    }

    /// Waits until the first three validators say that they miss these, and nobody else.
    private static void awaitLost(ChainAccount analyst, List<String> missed) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        for (NodeAddress node : village.api.subList(0, 3)) {
            while (!analyst.status(node).getLostPeersList().equals(missed)) {
                assertTrue(System.nanoTime() < end, node + " misses " + missed);
                Thread.sleep(50);
            }
        }
    }
}
