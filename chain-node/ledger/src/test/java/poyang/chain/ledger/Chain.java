package poyang.chain.ledger;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import poyang.chain.proofs.Attestation;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.TransactionLeaf;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;

/// A chain for tests whose every block is determined by its height.
final class Chain {
    static final String CONTRACT = "poyang.v1.Jobs";

    private final List<Sm2PrivateKey> keys = new ArrayList<>();
    private final TreeMap<Bytes, StorageKey> storages = new TreeMap<>();
    private final Genesis genesis;
    private final Retention retention;

    Chain() {
        this(new Retention.Archive());
    }

    Chain(Retention retention) {
        this.retention = retention;
        SeededRandom random = new SeededRandom(new byte[32], "ledger-test");
        List<Validator> validators = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            Sm2PrivateKey key = Sm2PrivateKey.generate(random);
            keys.add(key);
            validators.add(new Validator(new PartyId("validator-" + i), key.publicKey()));
        }
        genesis = new Genesis(
                1,
                "test",
                CryptoSuite.SM,
                Epoch.bft(0, validators),
                1_795_000_000_000L,
                List.of(),
                Ledger.rootOf(CryptoSuite.SM, genesisState(StateOverlay.overNothing())),
                Bytes.utf8("root"));
    }

    Genesis genesis() {
        return genesis;
    }

    static StateOverlay genesisState(StateOverlay overlay) {
        overlay.begin();
        for (int i = 0; i < 40; i++) {
            overlay.put(CONTRACT, "account/" + i, Bytes.utf8("first " + i));
        }
        overlay.accept();
        return overlay;
    }

    static final char[] PASSWORD = "ledger".toCharArray();

    /// The storage key beside a ledger's folder.
    static StorageKey storage(Path folder) {
        return StorageKey.openOrCreate(folder.resolve("storage.key"), PASSWORD, ProcessRandom.open("test"));
    }

    /// Opens the ledger in `folder/ledger` with the storage key beside it.
    Ledger open(Path folder, Genesis of) {
        return Ledger.open(folder.resolve("ledger"), of, retention, known(folder), ProcessRandom.open("test"));
    }

    /// The storage key, whose password is worked through once for all folders with the same file.
    private StorageKey known(Path folder) {
        Path file = folder.resolve("storage.key");
        try {
            Bytes before = Files.exists(file) ? Bytes.wrap(Files.readAllBytes(file)) : Bytes.empty();
            StorageKey known = storages.get(before);
            if (known == null) {
                known = storage(folder);
                storages.put(Bytes.wrap(Files.readAllBytes(file)), known);
            }
            return known;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The ledger's store, as a test that damages it wants it.
    static Store store(Path folder) {
        try (StorageKey storage = storage(folder)) {
            RandomSource random = ProcessRandom.open("test");
            return new Store(
                    folder.resolve("ledger"),
                    CryptoSuite.SM,
                    storage.dataKey(folder.resolve("ledger.key"), Ledger.KEY_PURPOSE, random),
                    random);
        }
    }

    /// Opens the ledger and commits the genesis when there is none.
    Ledger open(Path folder) {
        Ledger ledger = open(folder, genesis);
        if (ledger.height() < 0) {
            ledger.commitGenesis(genesisState(ledger.overlay()));
        }
        return ledger;
    }

    static LedgerTransaction transaction(long height, int index) {
        TransactionLeaf leaf =
                new TransactionLeaf(Bytes.utf8("payload " + height + "/" + index), Bytes.wrap(new byte[64]), 0);
        return new LedgerTransaction(leaf, leaf.transactionId(CryptoSuite.SM), "taxation/owner", nonce(height, index));
    }

    static Bytes nonce(long height, int index) {
        return Sm3.hash(Bytes.utf8(height + "/" + index).toArray()).slice(0, 16);
    }

    /// Executes and commits the next block: three transactions with writes that its height determines.
    BlockHeader commitNext(Ledger ledger) {
        PreparedBlock block = prepareNext(ledger);
        BlockHeader header = header(ledger, block);
        ledger.commit(header, block, mark(header));
        return header;
    }

    /// The same block as a validator takes it up from others: with its proof, and not synced.
    BlockHeader commitNextProven(Ledger ledger) {
        PreparedBlock block = prepareNext(ledger);
        BlockHeader header = header(ledger, block);
        ledger.commitProven(proof(header), block, mark(header));
        return header;
    }

    private static OrderedMark mark(BlockHeader header) {
        return new OrderedMark(2 * header.height(), header.hash(CryptoSuite.SM));
    }

    private static PreparedBlock prepareNext(Ledger ledger) {
        long height = ledger.height() + 1;
        Random random = new Random(height);
        StateOverlay overlay = ledger.overlay();
        List<LedgerTransaction> transactions = new ArrayList<>();
        List<Bytes> receipts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            overlay.begin();
            for (int w = 0; w < 4; w++) {
                String key = "account/" + random.nextInt(60);
                if (random.nextInt(4) == 0) {
                    overlay.delete(CONTRACT, key);
                } else {
                    overlay.put(CONTRACT, key, Bytes.utf8(height + " " + w));
                }
            }
            overlay.accept();
            transactions.add(transaction(height, i));
            receipts.add(Bytes.utf8("receipt " + height + "/" + i));
        }
        return ledger.prepare(overlay, transactions, receipts);
    }

    BlockHeader header(Ledger ledger, PreparedBlock block) {
        BlockHeader below = ledger.header(block.height() - 1).orElseThrow();
        return new BlockHeader(
                genesis.chainId(),
                ledger.epochs().last().number(),
                block.height(),
                below.hash(CryptoSuite.SM),
                2 * block.height(),
                new PartyId("validator-1"),
                below.timestampMillis() + 1000,
                block.transactionCount(),
                block.transactionsRoot(),
                block.stateRoot(),
                block.receiptsRoot());
    }

    FinalityProof proof(BlockHeader header) {
        return new FinalityProof(header, signed(Attestation.message(CryptoSuite.SM, header)));
    }

    private List<FinalityProof.Signed> signed(byte[] message) {
        List<FinalityProof.Signed> signatures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            signatures.add(new FinalityProof.Signed(
                    new PartyId("validator-" + (i + 1)), keys.get(i).sign(message)));
        }
        return signatures;
    }

    /// The epoch is given up where the ledger stands, and its fallback begins.
    EpochLink giveUp(Ledger ledger) {
        Epoch present = ledger.epochs().last();
        FinalityProof last = ledger.finality(ledger.height()).orElseThrow();
        Bytes header = last.header().hash(CryptoSuite.SM);
        EpochLink link = new EpochLink(
                last,
                new EpochLink.Ground.GivenUp(signed(EpochLink.end(genesis.chainId(), present.number(), header))),
                present.fallback().orElseThrow());
        ledger.beginEpoch(link);
        return link;
    }
}
