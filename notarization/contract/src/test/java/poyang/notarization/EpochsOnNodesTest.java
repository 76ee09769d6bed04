package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.consensus.raft.Position;
import poyang.chain.consensus.raft.RaftMessage;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochChain;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.ReceiptProof;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditLog;
import poyang.sdk.AuditSeal;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.TransactionStream;
import poyang.wire.schema.EpochProposal;
import poyang.wire.schema.EpochValidator;
import poyang.wire.schema.EpochWithdrawal;
import poyang.wire.schema.EvidenceKey;
import poyang.wire.schema.EvidenceRecord;
import poyang.wire.schema.ReceiptFile;
import poyang.wire.schema.TransactionReceipt;
import poyang.wire.transport.Transport;

/// A chain that records without pause goes from one engine to another and back: nothing fails, and the genesis
/// proves what came after.
@Timeout(600)
final class EpochsOnNodesTest {
    @TempDir
    private Path folder;

    private int records;

    private static final long PATIENCE_MILLIS = 3_000;
    private static final int RAFT_IN_EPOCH_1 = 9;

    /// Somebody leads, and says nothing else.
    private static final Bytes IN_CHARGE =
            Bytes.wrap(new RaftMessage.Append(1_000, new Position(0, 0), List.of(), 0).encoded());

    /// From `bft` to `raft` as proposed; there a leader that lies lets nothing be decided, and the
    /// three others go back to `bft` by the fallback. The fourth comes back with an empty disk,
    /// takes a snapshot from beyond the epoch that was given up, and its vote counts.
    @Test
    void bftAndRaftTakeTurnsUnderLoadAndTheFallbackOpensWhenALeaderLies() throws Exception {
        try (Validators nodes = new Validators(folder, 0, PATIENCE_MILLIS)) {
            ChainAccount writer = nodes.account("a/analyst");
            ChainAccount supervisor = nodes.account("supervision/supervisor");
            List<CompletableFuture<TransactionReceipt>> receipts = new ArrayList<>();
            try (TransactionStream stream = TransactionStream.open(writer.client(), 1, List.of(writer))) {
                write(stream, writer, receipts, 10);
                propose(nodes, supervisor, 1, Epoch.RAFT, 100);
                until(nodes.api, supervisor, 1, Epoch.RAFT, () -> write(stream, writer, receipts, 5));
                write(stream, writer, receipts, 20);
                nodes.stop(3);
                try (Transport liar = nodes.transport(3, new EquivocationOnNodesTest.Deaf())) {
                    until(nodes.api.subList(0, 3), supervisor, 2, Epoch.BFT, () -> {
                        for (int i = 1; i <= 3; i++) {
                            liar.send(new PartyId("validator-" + i), RAFT_IN_EPOCH_1, IN_CHARGE);
                        }
                        write(stream, writer, receipts, 2);
                    });
                }
                write(stream, writer, receipts, 20);
                long last = 0;
                for (CompletableFuture<TransactionReceipt> receipt : receipts) {
                    TransactionReceipt made = receipt.get(120, TimeUnit.SECONDS);
                    assertEquals(0, made.getCode(), made.getWrong());
                    last = Math.max(last, made.getHeight());
                }
                nodes.await(last);
                nodes.comeBackAnew();
                nodes.await(last);
                assertTrue(nodes.horizon(3) > 0, "it took a snapshot");
                nodes.stop(2);
                receipts.clear();
                write(stream, writer, receipts, 5);
                assertEquals(0, receipts.getLast().get(120, TimeUnit.SECONDS).getCode());
            }
            // On a starved machine the fallback may have been left once more.
            proven(nodes, writer, (int) supervisor.status(nodes.api.getFirst()).getEpoch());
            recorded("begin\tepoch 1", "begin\tepoch 2");
        }
    }

    /// A fifth validator, which nobody's settings name, joins, the first one leaves, the second one
    /// changes its key; then the third stops, so that the others need the new one and the new key.
    @Test
    void validatorsJoinLeaveAndChangeTheirKeysUnderLoad() throws Exception {
        try (Validators nodes = new Validators(folder, 1)) {
            ChainAccount writer = nodes.account("a/analyst");
            ChainAccount supervisor = nodes.account("supervision/supervisor");
            List<CompletableFuture<TransactionReceipt>> receipts = new ArrayList<>();
            TreeMap<Integer, Sm2PrivateKey> members = new TreeMap<>();
            for (int i = 0; i < Validators.COUNT; i++) {
                members.put(i, nodes.validatorKey(i));
            }
            try (TransactionStream stream = TransactionStream.open(writer.client(), 0, List.of(writer));
                    TransactionStream atNewcomer = TransactionStream.open(writer.client(), 4, List.of(writer))) {
                write(stream, writer, receipts, 10);
                write(atNewcomer, writer, receipts, 10);
                takenBack(nodes, supervisor, new TreeMap<>(members));
                members.put(4, nodes.validatorKey(4));
                propose(supervisor, 1, members);
                until(nodes.api, supervisor, 1, Epoch.BFT, () -> write(stream, writer, receipts, 5));
                members.remove(0);
                propose(supervisor, 2, members);
                until(nodes.api, supervisor, 2, Epoch.BFT, () -> write(stream, writer, receipts, 5));
                write(stream, writer, receipts, 10);
                members.put(1, nodes.nextKey(1));
                propose(supervisor, 3, members);
                until(nodes.api, supervisor, 3, Epoch.BFT, () -> write(stream, writer, receipts, 5));
                nodes.stop(2);
                write(stream, writer, receipts, 10);
                write(atNewcomer, writer, receipts, 10);
                long last = 0;
                for (CompletableFuture<TransactionReceipt> receipt : receipts) {
                    TransactionReceipt made = receipt.get(120, TimeUnit.SECONDS);
                    assertEquals(0, made.getCode(), made.getWrong());
                    last = Math.max(last, made.getHeight());
                }
                nodes.await(last);
            }
            proven(nodes, writer, 3);
            recorded("proposed\tepoch 1", "ready\tepoch 1", "begin\tepoch 1", "ready\tepoch 3", "begin\tepoch 3");
        }
    }

    /// A proposal for which two of four cannot be ready is noted, taken back, and that is noted
    /// too.
    private void takenBack(Validators nodes, ChainAccount supervisor, Map<Integer, Sm2PrivateKey> members)
            throws InterruptedException {
        members.put(0, nodes.nextKey(2));
        members.put(1, nodes.nextKey(3));
        propose(supervisor, 1, members);
        recorded("proposed\tepoch 1");
        EpochWithdrawal first = EpochWithdrawal.newBuilder().setNumber(1).build();
        TransactionReceipt _ = supervisor.call("poyang.v1.Epochs", "Withdraw", first);
        recorded("withdrawn\tepoch 1");
    }

    /// Each of these comes to stand in the audit log of some validator: which of them were needed, chance decides.
    private void recorded(String... records) throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        String lines = logs();
        for (String each : records) {
            while (!lines.contains("\t" + each)) {
                assertTrue(System.nanoTime() < deadline, each + " in " + lines);
                Thread.sleep(200);
                lines = logs();
            }
        }
    }

    private String logs() {
        StringBuilder lines = new StringBuilder();
        RandomSource random = ProcessRandom.open("test");
        for (int i = 1; i <= 3; i++) {
            String name = "validator-" + i;
            Path home = folder.resolve(name);
            try (StorageKey storage = StorageKey.openOrCreate(
                            folder.resolve(name + ".storage.key"), Validators.STORAGE_PASSWORD.toCharArray(), random);
                    AuditSeal seal = AuditSeal.openOrCreate(home.resolve("audit.key"), storage, random)) {
                AuditLog.Head _ = AuditLog.read(
                        home.resolve("audit.log"),
                        Optional.of(seal),
                        line -> lines.append(line).append('\n'));
            }
        }
        return lines.toString();
    }

    private static void propose(ChainAccount supervisor, long number, Map<Integer, Sm2PrivateKey> members) {
        EpochProposal.Builder proposal = EpochProposal.newBuilder()
                .setNumber(number)
                .setEngine(Epoch.BFT)
                .setBlockTimeMillis(100);
        members.forEach((index, key) -> proposal.addValidators(EpochValidator.newBuilder()
                .setId("validator-" + (index + 1))
                .setPublicKey(ChainBytes.of(key.publicKey().encoded()))));
        TransactionReceipt _ = supervisor.call("poyang.v1.Epochs", "Propose", proposal.build());
    }

    private void proven(Validators nodes, ChainAccount writer, int epochCount) throws Exception {
        TransactionReceipt made = writer.call("poyang.v1.Evidence", "Record", next());
        ReceiptFile file = writer.receiptFile(ChainBytes.bytes(made.getTransactionId()));
        assertEquals(epochCount, file.getEpochLinksCount());
        Genesis genesis = ChainForms.genesis(nodes.genesis);
        EpochChain epochs = ChainForms.epochs(file, genesis);
        ReceiptProof proof = ChainForms.receiptProof(file.getProven());
        assertInstanceOf(ReceiptProof.Verdict.Proven.class, proof.verify(genesis, epochs));
        assertEquals(epochs, nodes.account("b/analyst").client().epochs(), "a fresh client learns the same");
        assertInstanceOf(ReceiptProof.Verdict.Refuted.class, proof.verify(genesis));
        assertEquals(
                epochCount, epochs.of(proof.finality().header()).orElseThrow().number());
        assertFalse(EvidenceKey.parseFrom(made.getResult()).getId().isEmpty());
    }

    private static void propose(Validators nodes, ChainAccount supervisor, long number, String engine, long millis) {
        EpochProposal.Builder proposal =
                EpochProposal.newBuilder().setNumber(number).setEngine(engine).setBlockTimeMillis(millis);
        ChainForms.genesis(nodes.genesis)
                .epoch()
                .validators()
                .forEach(v -> proposal.addValidators(EpochValidator.newBuilder()
                        .setId(v.id().name())
                        .setPublicKey(ChainBytes.of(v.publicKey().encoded()))));
        TransactionReceipt _ = supervisor.call("poyang.v1.Epochs", "Propose", proposal.build());
    }

    private interface Work {
        void run() throws Exception;
    }

    /// Works until these nodes are in the epoch.
    private static void until(List<NodeAddress> nodes, ChainAccount reader, long number, String engine, Work work)
            throws Exception {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (!nodes.stream().allMatch(node -> reader.status(node).getEpoch() >= number)) {
            assertTrue(System.nanoTime() < deadline, "epoch " + number + " has not begun everywhere");
            work.run();
        }
        assertEquals(engine, reader.status(nodes.getFirst()).getEngine());
    }

    /// A tenth of a second for each five.
    private void write(
            TransactionStream stream,
            ChainAccount writer,
            List<CompletableFuture<TransactionReceipt>> receipts,
            int count)
            throws InterruptedException {
        for (int i = 0; i < count; i++) {
            receipts.add(stream.submit(writer, "poyang.v1.Evidence", "Record", next()));
            Thread.sleep(20);
        }
    }

    private EvidenceRecord next() {
        return EvidenceRecord.newBuilder()
                .setSubject("record " + records++)
                .setDigest(Collisions.hash("content " + records))
                .build();
    }
}
