package poyang.sdk;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import poyang.chain.proofs.Attestation;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.Validator;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerklePlaces;
import poyang.crypto.MerkleTree;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.wire.schema.BlockReceipts;
import poyang.wire.schema.ChainGrpc;
import poyang.wire.schema.Empty;
import poyang.wire.schema.QueryAnswer;
import poyang.wire.schema.Refusal;
import poyang.wire.schema.SignedQuery;
import poyang.wire.schema.TransactAnswer;
import poyang.wire.schema.TransactRequest;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionReceipt;

/// A stream of transactions against nodes that answer in any order, late, falsely or not at all.
@Timeout(120)
final class TransactionStreamTest {
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final Validity YEAR = new Validity(NOW.minus(Duration.ofDays(1)), NOW.plus(Duration.ofDays(365)));
    private static final PartyId VALIDATOR = new PartyId("validator-1");
    private static final String ACCOUNT = "taxation/analyst";
    private static final TransactionStream.Patience PATIENT = new TransactionStream.Patience(60_000, 60_000);
    private static final long START = 7;

    private final RandomSource random = new SeededRandom(new byte[32], "transaction-stream-test");
    private final Authority root = Certificates.root("Jiangxi", key(), YEAR, random);
    private final Sm2PrivateKey validator = key();
    private final Genesis genesis = new Genesis(
            Genesis.VERSION,
            "stream",
            CryptoSuite.SM,
            Epoch.of(0, Epoch.SINGLE, 1_000, List.of(new Validator(VALIDATOR, validator.publicKey()))),
            NOW.toEpochMilli(),
            List.of(),
            Bytes.wrap(new byte[CryptoSuite.DIGEST_BYTES]),
            Bytes.utf8("root"));
    private final List<Node> nodes = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // made before each test
    private ChainClient client;

    @SuppressWarnings("NullAway.Init")
    private ChainAccount account;

    private Sm2PrivateKey key() {
        return Sm2PrivateKey.generate(random);
    }

    private TlsIdentity identity(String name) {
        Sm2PrivateKey own = key();
        Authority issuer = root.issuer("taxation", key(), YEAR, random);
        X509Certificate leaf = issuer.leaf(name, own.publicKey(), YEAR, random);
        return new TlsIdentity(
                List.of(leaf, issuer.certificate()), own, root.certificate(), InstantSource.fixed(NOW), random);
    }

    /// A node's end of one stream.
    private static final class Line implements StreamObserver<TransactRequest> {
        private final StreamObserver<TransactAnswer> out;
        private final LinkedBlockingQueue<Transaction> brought = new LinkedBlockingQueue<>();
        private final LinkedBlockingQueue<SignedQuery> openings = new LinkedBlockingQueue<>();
        private final CompletableFuture<String> ended = new CompletableFuture<>();

        Line(StreamObserver<TransactAnswer> out) {
            this.out = out;
        }

        @Override
        public void onNext(TransactRequest request) {
            openings.addAll(request.getOpeningsList());
            brought.addAll(request.getTransactionsList());
        }

        @Override
        public void onError(Throwable cause) {
            ended.complete(Status.fromThrowable(cause).getCode().name());
        }

        @Override
        public void onCompleted() {
            ended.complete("OK");
        }

        Transaction next() throws InterruptedException {
            Transaction next = brought.poll(30, TimeUnit.SECONDS);
            assertNotNull(next, "a transaction is to come");
            return next;
        }

        List<Transaction> next(int count) throws InterruptedException {
            List<Transaction> all = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                all.add(next());
            }
            return all;
        }

        void refuse(String name, Transaction transaction) {
            out.onNext(TransactAnswer.newBuilder()
                    .addRefusals(Refusal.newBuilder()
                            .setTransactionId(ChainForms.byteString(id(transaction)))
                            .setCode(4399)
                            .setName(name)
                            .setWrong("wrong")
                            .setRight("right"))
                    .build());
        }
    }

    private static final class Node extends ChainGrpc.ChainImplBase {
        private final LinkedBlockingQueue<Line> lines = new LinkedBlockingQueue<>();
        private final Server server;

        Node(TlsIdentity identity) throws IOException {
            server = GrpcTls.server(identity, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), _ -> {})
                    .addService(this)
                    .build()
                    .start();
        }

        @Override
        public void query(SignedQuery query, StreamObserver<QueryAnswer> out) {
            out.onNext(QueryAnswer.newBuilder().setHeight(START).build());
            out.onCompleted();
        }

        @Override
        public StreamObserver<TransactRequest> transact(StreamObserver<TransactAnswer> out) {
            Line line = new Line(out);
            lines.add(line);
            return line;
        }

        Line line() throws InterruptedException {
            Line line = lines.poll(30, TimeUnit.SECONDS);
            assertNotNull(line, "a stream is to come");
            assertNotNull(line.openings.poll(30, TimeUnit.SECONDS), "it opens with a signed query");
            return line;
        }
    }

    @BeforeEach
    void open() throws IOException {
        List<NodeAddress> addresses = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            Node node = new Node(identity("validator-" + i));
            nodes.add(node);
            addresses.add(new NodeAddress("validator-" + i, "127.0.0.1", node.server.getPort()));
        }
        client = ChainClient.connect(
                ChainForms.file(genesis), identity("a-client"), addresses, InstantSource.fixed(NOW));
        account = new ChainAccount(client, ACCOUNT, key(), random, InstantSource.fixed(NOW));
    }

    @AfterEach
    void close() throws InterruptedException {
        client.close();
        for (Node node : nodes) {
            node.server.shutdownNow().awaitTermination();
        }
    }

    private TransactionStream stream(TransactionStream.Patience patience) {
        return TransactionStream.open(client, 0, List.of(account), patience);
    }

    private CompletableFuture<TransactionReceipt> submit(TransactionStream stream) {
        return stream.submit(account, "test.Notes", "Note", Empty.getDefaultInstance());
    }

    private List<CompletableFuture<TransactionReceipt>> submit(TransactionStream stream, int count) {
        return IntStream.range(0, count).mapToObj(_ -> submit(stream)).toList();
    }

    private static Bytes id(Transaction transaction) {
        return CryptoSuite.SM.hash(transaction.getPayload().toByteArray());
    }

    /// What a node sends of a block of these transactions: the receipts at some places.
    private TransactAnswer block(long height, List<Transaction> transactions, Integer... places) {
        List<Bytes> receipts = transactions.stream()
                .map(transaction -> Bytes.wrap(TransactionReceipt.newBuilder()
                        .setTransactionId(ChainForms.byteString(id(transaction)))
                        .setHeight(height)
                        .build()
                        .toByteArray()))
                .toList();
        Bytes nothing = Bytes.wrap(new byte[CryptoSuite.DIGEST_BYTES]);
        BlockHeader header = new BlockHeader(
                genesis.chainId(),
                0,
                height,
                nothing,
                height,
                VALIDATOR,
                NOW.toEpochMilli(),
                receipts.size(),
                nothing,
                nothing,
                MerkleTree.root(CryptoSuite.SM, receipts));
        FinalityProof proof = new FinalityProof(
                header,
                List.of(new FinalityProof.Signed(
                        VALIDATOR, validator.sign(Attestation.message(CryptoSuite.SM, header)))));
        List<Bytes> hashes = MerklePlaces.leafHashes(CryptoSuite.SM, receipts);
        BlockReceipts.Builder block = BlockReceipts.newBuilder()
                .setFinalityProof(ChainForms.byteString(proof.encoded()))
                .addAllIndexes(List.of(places));
        for (int place : places) {
            block.addReceipts(ChainForms.byteString(receipts.get(place)));
        }
        MerklePlaces.siblings(CryptoSuite.SM, hashes, List.of(places))
                .forEach(sibling -> block.addSiblings(ChainForms.byteString(sibling)));
        return TransactAnswer.newBuilder().setBlock(block).build();
    }

    private static long height(CompletableFuture<TransactionReceipt> receipt) throws Exception {
        return receipt.get(30, TimeUnit.SECONDS).getHeight();
    }

    private static ErrorCode refused(CompletableFuture<TransactionReceipt> receipt) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> receipt.get(30, TimeUnit.SECONDS));
        return assertInstanceOf(PoyangException.class, failed.getCause()).code();
    }

    @Test
    void receiptsComeInAnyOrderTogetherOrAloneAndTwice() throws Exception {
        try (TransactionStream stream = stream(PATIENT)) {
            List<CompletableFuture<TransactionReceipt>> receipts = submit(stream, 4);
            Line line = nodes.getFirst().line();
            List<Transaction> brought = line.next(4);
            assertEquals(4, stream.underWay());
            line.out.onNext(block(12, brought.subList(2, 4), 0, 1));
            assertEquals(12, height(receipts.get(3)));
            assertEquals(12, height(receipts.get(2)));
            assertFalse(receipts.getFirst().isDone());
            assertEquals(2, stream.underWay());
            line.out.onNext(block(12, brought.subList(2, 4), 1));
            line.refuse("POOL_FULL", brought.get(2));
            line.out.onNext(block(9, brought.subList(0, 2), 1));
            line.out.onNext(block(9, brought.subList(0, 2), 0));
            assertEquals(9, height(receipts.get(0)));
            assertEquals(9, height(receipts.get(1)));
            assertEquals(0, stream.underWay());
            assertEquals(12, receipts.get(2).join().getHeight(), "a refusal after the receipt says nothing");
        }
    }

    @Test
    void aRefusalIsOfOneTransactionAndTyped() throws Exception {
        try (TransactionStream stream = stream(PATIENT)) {
            List<CompletableFuture<TransactionReceipt>> receipts = submit(stream, 2);
            Line line = nodes.getFirst().line();
            List<Transaction> brought = line.next(2);
            line.refuse("POOL_FULL", brought.getFirst());
            assertEquals(new ErrorCode("POOL_FULL", 4399, ErrorCode.Category.BAD_INPUT), refused(receipts.getFirst()));
            line.out.onNext(block(9, brought, 1));
            assertEquals(9, height(receipts.getLast()));
        }
    }

    /// Without a proof, or in time by what is proven: another node may know better.
    @Test
    void aNodeThatIsBehindIsLeftForTheNextOneWhichGetsAllThatIsOpen() throws Exception {
        for (String word : List.of("NOT_FINAL_YET", "TRANSACTION_OUT_OF_TIME")) {
            try (TransactionStream stream = stream(PATIENT)) {
                List<CompletableFuture<TransactionReceipt>> receipts = submit(stream, 3);
                Line line = nodes.getFirst().line();
                List<Transaction> brought = line.next(3);
                line.out.onNext(block(9, brought, 1));
                assertEquals(9, height(receipts.get(1)));
                line.refuse(word, brought.getFirst());
                Line next = nodes.getLast().line();
                assertEquals(List.of(brought.getFirst(), brought.getLast()), next.next(2));
                assertEquals("CANCELLED", line.ended.get(30, TimeUnit.SECONDS));
                next.out.onNext(block(10, List.of(brought.getFirst(), brought.getLast()), 0, 1));
                assertEquals(10, height(receipts.getFirst()));
                assertEquals(10, height(receipts.getLast()));
                assertNull(next.brought.poll(), "each came once");
            }
        }
    }

    @Test
    void whatIsOutOfTimeByWhatIsProvenFails() throws Exception {
        try (TransactionStream stream = stream(PATIENT)) {
            List<CompletableFuture<TransactionReceipt>> receipts = submit(stream, 2);
            Line line = nodes.getFirst().line();
            List<Transaction> brought = line.next(2);
            line.out.onNext(block(100_000, brought, 0));
            assertEquals(100_000, height(receipts.getFirst()));
            line.refuse("TRANSACTION_OUT_OF_TIME", brought.getLast());
            assertEquals("TRANSACTION_OUT_OF_TIME", refused(receipts.getLast()).name());
        }
    }

    @Test
    void aStreamThatBreaksOrEndsGoesOnAtTheNextNode() throws Exception {
        try (TransactionStream stream = stream(PATIENT)) {
            CompletableFuture<TransactionReceipt> receipt = submit(stream);
            Line first = nodes.getFirst().line();
            Transaction transaction = first.next();
            first.out.onError(Status.UNAVAILABLE.asRuntimeException());
            Line second = nodes.getLast().line();
            assertEquals(transaction, second.next());
            second.out.onCompleted();
            Line third = nodes.getFirst().line();
            assertEquals(transaction, third.next());
            third.out.onNext(block(9, List.of(transaction), 0));
            assertEquals(9, height(receipt));
        }
    }

    @Test
    void aNodeThatSaysWhatDoesNotHoldIsLeft() throws Exception {
        try (TransactionStream stream = stream(PATIENT)) {
            CompletableFuture<TransactionReceipt> receipt = submit(stream);
            Line first = nodes.getFirst().line();
            Transaction transaction = first.next();
            TransactAnswer honest = block(9, List.of(transaction, Transaction.getDefaultInstance()), 0);
            first.out.onNext(honest.toBuilder()
                    .setBlock(honest.getBlock().toBuilder().setIndexes(0, 1))
                    .build());
            Line second = nodes.getLast().line();
            assertFalse(receipt.isDone());
            assertEquals(transaction, second.next());
            second.out.onNext(honest);
            assertEquals(9, height(receipt));
        }
    }

    @Test
    void aSilentNodeIsLeftAndWhatNobodyAnswersIsGivenUp() throws Exception {
        try (TransactionStream stream = stream(new TransactionStream.Patience(500, 8_000))) {
            CompletableFuture<TransactionReceipt> receipt = submit(stream);
            Transaction transaction = nodes.getFirst().line().next();
            assertEquals(transaction, nodes.getLast().line().next());
            assertEquals(SdkErrors.NOT_FINAL, refused(receipt));
            assertEquals(0, stream.underWay());
        }
    }

    @Test
    void aStreamClosedMidwayFailsWhatIsOpen() throws Exception {
        TransactionStream stream = stream(PATIENT);
        List<CompletableFuture<TransactionReceipt>> receipts = submit(stream, 2);
        Line line = nodes.getFirst().line();
        List<Transaction> brought = line.next(2);
        line.out.onNext(block(9, brought, 0));
        assertEquals(9, height(receipts.getFirst()));
        stream.close();
        assertEquals(SdkErrors.NOT_FINAL, refused(receipts.getLast()));
        assertEquals("OK", line.ended.get(30, TimeUnit.SECONDS));
        assertTrue(nodes.getLast().lines.isEmpty(), "it goes nowhere else");
    }

    @Test
    void whoIsNotAllowedIsToldAndAsksNobodyElse() throws Exception {
        try (TransactionStream stream = stream(PATIENT)) {
            CompletableFuture<TransactionReceipt> receipt = submit(stream);
            Line line = nodes.getFirst().line();
            Transaction _ = line.next();
            line.out.onError(
                    CallErrors.toStatus(new PoyangException(SdkErrors.QUERY_NOT_PROVEN, "not proven", "sign it")));
            assertEquals(SdkErrors.QUERY_NOT_PROVEN.number(), refused(receipt).number());
            assertNull(nodes.getLast().lines.poll(1, TimeUnit.SECONDS));
        }
    }
}
