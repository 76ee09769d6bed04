package poyang.chain.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.consensus.sync.Outcome;
import poyang.chain.consensus.sync.ProvenBlock;
import poyang.chain.consensus.sync.SyncEffect;
import poyang.chain.consensus.sync.SyncMessage;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.Retention;
import poyang.chain.ledger.Verification;
import poyang.chain.node.NodeSettings.CatchUp;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.TransactionLeaf;
import poyang.chain.proofs.Validator;
import poyang.chain.proofs.WriteSet;
import poyang.chain.proofs.WriteSet.Write;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.SigningKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Role;
import poyang.wire.schema.TransactionPayload;

/// Blocks that a peer brings to a node that was away: by their write sets, by executing them, and what a lie does.
@Timeout(300)
final class ReplayTest {
    private static final PartyId PEER = new PartyId("validator-2");
    private static final int BLOCKS = 12;
    /// Its second transaction is of an account that its first one makes.
    private static final int MAKES_AN_ACCOUNT = 5;

    private final RandomSource random = new SeededRandom(new byte[32], "replay-test");
    private final TreeMap<PartyId, SigningKey> validators = new TreeMap<>();
    private final SigningKey analyst = CryptoSuite.SM.generate(random);
    private final SigningKey newcomer = CryptoSuite.SM.generate(random);
    private final Genesis genesis = genesis();

    @TempDir
    private Path folder;

    private Genesis genesis() {
        List<Validator> all = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            SigningKey key = CryptoSuite.SM.generate(random);
            validators.put(new PartyId("validator-" + i), key);
            all.add(new Validator(new PartyId("validator-" + i), key.publicKey()));
        }
        Genesis.Call register =
                new Genesis.Call(Notes.NAME, "Register", Bytes.wrap(account("taxation/analyst", analyst)));
        return GenesisMaker.make(
                "replay", Epoch.bft(0, all), 1_795_000_000_000L, List.of(register), Bytes.utf8("root"));
    }

    private static byte[] account(String id, SigningKey key) {
        return AccountRecord.newBuilder()
                .setId(id)
                .setOrganisation("taxation")
                .addRoles(Role.ANALYST)
                .setPublicKey(ChainForms.byteString(key.publicKey().encoded()))
                .build()
                .toByteArray();
    }

    private Chronicle.Signed call(String sender, SigningKey key, String method, byte[] arguments) {
        byte[] payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainForms.byteString(genesis.chainId()))
                .setNonce(ByteString.copyFrom(random.bytes(16)))
                .setBlockLimit(100)
                .setSender(sender)
                .setContract(Notes.NAME)
                .setMethod(method)
                .setArguments(ByteString.copyFrom(arguments))
                .build()
                .toByteArray();
        Signature signature = key.sign(payload);
        return new Chronicle.Signed(
                new TransactionLeaf(Bytes.wrap(payload), signature.rs(), signature.parity()), key.publicKey());
    }

    private static byte[] note(String id) {
        return AccountRecord.newBuilder().setId(id).build().toByteArray();
    }

    private List<Chronicle.Signed> block(int height) {
        if (height == MAKES_AN_ACCOUNT) {
            return List.of(
                    call("taxation/analyst", analyst, "Register", account("taxation/newcomer", newcomer)),
                    call("taxation/newcomer", newcomer, "Note", note("first")));
        }
        return List.of(
                call("taxation/analyst", analyst, "Note", note("n" + height)),
                call("taxation/analyst", analyst, "Note", note("n" + (height - 1))),
                call("taxation/analyst", analyst, "Break", note("b")));
    }

    private Ledger open(String name, StorageKey storage) {
        return Node.openLedger(
                folder.resolve(name),
                genesis,
                new Retention.Archive(),
                Contracts.installed(genesis.epoch()),
                storage,
                ProcessRandom.open("test"));
    }

    private void past(StorageKey storage) {
        try (Chronicle chronicle = new Chronicle(
                folder.resolve("source"),
                genesis,
                validators,
                storage,
                ProcessRandom.open("test"),
                InstantSource.system())) {
            for (int i = 1; i <= BLOCKS; i++) {
                chronicle.append(block(i));
            }
        }
    }

    private static List<ProvenBlock> served(Ledger source, boolean outcomes) throws Exception {
        CompletableFuture<SyncMessage> answer = new CompletableFuture<>();
        try (BlockServer server = new BlockServer(source, (_, message) -> answer.complete(message))) {
            server.serve(new SyncEffect.Serve(PEER, 1, SyncMessage.MOST_BLOCKS, outcomes));
            SyncMessage.Blocks blocks = (SyncMessage.Blocks) answer.get(120, TimeUnit.SECONDS);
            assertEquals(blocks, SyncMessage.decode(blocks.encoded()));
            return blocks.blocks();
        }
    }

    /// A node that was away, and who was named to it.
    private final class Joiner implements AutoCloseable {
        private final Ledger ledger;
        private final Replay replay;
        private final List<String> liars = new ArrayList<>();

        Joiner(String name, CatchUp how, StorageKey storage) {
            ledger = open(name, storage);
            PartyId self = new PartyId("validator-4");
            Stage.Signer signer =
                    new Stage.Signer(self, List.of(validators.lastEntry().getValue()));
            replay = new Replay(
                    Contracts.installed(genesis.epoch()),
                    ledger,
                    signer,
                    new Replay.How(how, NodeSettings.NEVER, (peer, height) -> liars.add(peer + " at " + height)));
        }

        Replay.Taken take(List<ProvenBlock> blocks) {
            return replay.run(PEER, blocks, Stage.mark(ledger));
        }

        boolean holds(List<ProvenBlock> blocks) throws Exception {
            CompletableFuture<Boolean> verdict = new CompletableFuture<>();
            replay.check(
                    new SyncMessage.Blocks(blocks.getFirst().height(), blocks), (_, held) -> verdict.complete(held));
            return verdict.get(120, TimeUnit.SECONDS);
        }

        void isTheSameAs(Ledger source) {
            assertEquals(BLOCKS, ledger.height());
            for (long height = 1; height <= BLOCKS; height++) {
                assertEquals(source.header(height), ledger.header(height));
                assertEquals(source.receipts(height), ledger.receipts(height));
                assertEquals(
                        source.at(height).scan(Notes.NAME, "", "", 100),
                        ledger.at(height).scan(Notes.NAME, "", "", 100));
            }
            assertEquals(new Verification.Whole(BLOCKS, BLOCKS), ledger.verify());
        }

        @Override
        public void close() {
            replay.close();
            ledger.close();
        }
    }

    @Test
    void blocksAreTakenByTheirWriteSetsOrExecutedAndALiarIsNamed() throws Exception {
        try (StorageKey storage = StorageKey.openOrCreate(
                folder.resolve("storage.key"), "replay".toCharArray(), ProcessRandom.open("test"))) {
            past(storage);
            try (Ledger source = open("source", storage)) {
                List<ProvenBlock> alone = served(source, false);
                List<ProvenBlock> written = served(source, true);
                assertEquals(BLOCKS, written.size());
                assertTrue(alone.stream().allMatch(block -> block.outcome().isEmpty()));
                assertTrue(written.stream().allMatch(block -> block.outcome().isPresent()));
                byWriteSets(source, written, storage);
                audited(source, written, storage);
                withGaps(source, alone, written, storage);
                liarsAreNamed(source, written, storage);
            }
        }
    }

    private void byWriteSets(Ledger source, List<ProvenBlock> written, StorageKey storage) throws Exception {
        try (Joiner joiner = new Joiner("writes", CatchUp.WRITES, storage)) {
            assertTrue(joiner.holds(written));
            Replay.Taken taken = joiner.take(written);
            assertEquals(Optional.empty(), taken.lie());
            assertEquals(1, joiner.replay.executed(), "the block that makes an account");
            for (int i = 0; i < BLOCKS; i++) {
                assertEquals(source.receipts(i + 1), taken.blocks().get(i).receipts());
                List<Bytes> ids = written.get(i).transactions().stream()
                        .map(leaf -> leaf.transactionId(CryptoSuite.SM))
                        .toList();
                assertEquals(ids, taken.blocks().get(i).ids());
            }
            joiner.isTheSameAs(source);
        }
    }

    /// Who executes believes nobody, even if told.
    private void audited(Ledger source, List<ProvenBlock> written, StorageKey storage) throws Exception {
        try (Joiner joiner = new Joiner("executes", CatchUp.EXECUTE, storage)) {
            List<ProvenBlock> lies = new ArrayList<>();
            written.forEach(block -> lies.add(with(block, new WriteSet(List.of()))));
            assertTrue(joiner.holds(lies), "nobody looks at write sets before the state is there");
            assertEquals(Optional.empty(), joiner.take(lies).lie());
            assertEquals(BLOCKS, joiner.replay.executed());
            joiner.isTheSameAs(source);
        }
    }

    /// As from a peer that forgot old states.
    private void withGaps(Ledger source, List<ProvenBlock> alone, List<ProvenBlock> written, StorageKey storage) {
        try (Joiner joiner = new Joiner("gaps", CatchUp.WRITES, storage)) {
            List<ProvenBlock> blocks = new ArrayList<>(alone.subList(0, 8));
            blocks.addAll(written.subList(8, BLOCKS));
            assertEquals(Optional.empty(), joiner.take(blocks).lie());
            assertEquals(8, joiner.replay.executed());
            joiner.isTheSameAs(source);
        }
    }

    /// One block after the other with another lie about it.
    private void liarsAreNamed(Ledger source, List<ProvenBlock> written, StorageKey storage) throws Exception {
        try (Joiner joiner = new Joiner("lied to", CatchUp.WRITES, storage)) {
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < BLOCKS; i++) {
                ProvenBlock block = written.get(i);
                Outcome honest = block.outcome().orElseThrow();
                List<Bytes> receipts = new ArrayList<>(honest.receipts());
                receipts.set(0, Bytes.utf8("another"));
                Outcome another = new Outcome(receipts, honest.writes());
                assertEquals(
                        false,
                        joiner.holds(
                                List.of(new ProvenBlock(block.proof(), block.transactions(), Optional.of(another)))),
                        "receipts are the quorum's");
                ProvenBlock lie = with(block, falsified(honest.writes(), i));
                assertTrue(joiner.holds(List.of(lie)));
                Replay.Taken taken = joiner.take(List.of(lie));
                if (block.height() != MAKES_AN_ACCOUNT) {
                    // That one is executed before anybody looks.
                    assertEquals(Optional.of(block.height()), taken.lie());
                    expected.add(PEER + " at " + block.height());
                }
            }
            assertEquals(expected, joiner.liars);
            assertEquals(BLOCKS, joiner.replay.executed());
            joiner.isTheSameAs(source);
        }
    }

    private static ProvenBlock with(ProvenBlock block, WriteSet writes) {
        Outcome outcome = new Outcome(block.outcome().orElseThrow().receipts(), writes);
        return new ProvenBlock(block.proof(), block.transactions(), Optional.of(outcome));
    }

    private static WriteSet falsified(WriteSet honest, int how) {
        List<Write> writes = new ArrayList<>(honest.writes());
        Write last = writes.getLast();
        switch (how % 4) {
            case 0 -> writes.removeLast();
            case 1 ->
                writes.set(writes.size() - 1, new Write(last.contract(), last.key(), Optional.of(Bytes.utf8("x"))));
            case 2 -> writes.add(new Write("test.Zones", "k", Optional.of(Bytes.utf8("x"))));
            default ->
                // An account that everybody has goes.
                writes.addFirst(new Write(Notes.NAME, "account/taxation/analyst", Optional.empty()));
        }
        return new WriteSet(writes);
    }
}
