package poyang.chain.node;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import poyang.chain.consensus.BftEntry;
import poyang.chain.consensus.OrderedBlock;
import poyang.chain.consensus.QuorumCertificate;
import poyang.chain.consensus.Standing;
import poyang.chain.consensus.sync.BlockSync;
import poyang.chain.consensus.sync.OrderingPoint;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.ledger.PreparedBlock;
import poyang.chain.ledger.Retention;
import poyang.chain.proofs.Attestation;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.TransactionLeaf;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SigningKey;
import poyang.crypto.VerificationKey;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Gives a `bft` chain a past without running its validators: whoever holds all their keys executes blocks as
/// they would and signs each as a quorum of them. For measurements of what takes up long histories. The
/// ledger that it leaves is one that any of the validators can start from.
public final class Chronicle implements AutoCloseable {
    private final Ledger ledger;
    private final Genesis genesis;
    private final InstantSource clock;
    private final SortedMap<PartyId, SigningKey> keys;
    private final Map<Bytes, Pool.Waiting> signed = new LinkedHashMap<>();
    private final Execution execution;

    /// Opens the ledger of a validator's `directory`, or makes it.
    ///
    /// @param keys of all validators of the genesis, whose engine is `bft`
    public Chronicle(
            Path directory,
            Genesis genesis,
            SortedMap<PartyId, SigningKey> keys,
            StorageKey storage,
            RandomSource random,
            InstantSource clock) {
        Bug.unless(
                genesis.epoch().engine().equals(Epoch.BFT)
                        && genesis.epoch().validators().stream()
                                .allMatch(validator -> keys.containsKey(validator.id())),
                "the keys of all validators of a bft chain are needed");
        this.genesis = genesis;
        this.clock = clock;
        this.keys = new TreeMap<>(keys);
        Contracts contracts = Contracts.installed(genesis.epoch());
        ledger = Node.openLedger(directory, genesis, new Retention.Archive(), contracts, storage, random);
        execution = new Execution(contracts, ledger, item -> Optional.ofNullable(signed.remove(item)));
    }

    /// A transaction and the key that signed it.
    public record Signed(TransactionLeaf leaf, VerificationKey key) {}

    public long height() {
        return ledger.height();
    }

    public Bytes stateRoot() {
        return ledger.header(ledger.height()).orElseThrow().stateRoot();
    }

    /// Executes a block of these transactions, all of which must deserve a place, and proves it.
    ///
    /// @throws PoyangException `BAD_TRANSACTION` for what is none of this chain
    public void append(List<Signed> transactions) {
        List<Bytes> items = new ArrayList<>();
        for (Signed each : transactions) {
            Bytes item = each.leaf().encoded();
            SignedCall call = SignedCall.of(each.leaf(), genesis.suite(), ledger.chainId());
            signed.put(item, new Pool.Waiting(call, each.key(), item));
            items.add(item);
        }
        BlockHeader below = ledger.header(ledger.height()).orElseThrow();
        long timestampMillis = Math.max(below.timestampMillis(), clock.millis());
        PreparedBlock prepared = execution
                .run(items, timestampMillis)
                .map(Execution.Block::prepared)
                .filter(made -> made.transactionCount() == items.size())
                .orElseThrow(() -> new Bug("a transaction of the block deserves no place there"));
        long round = below.round() + 1;
        BlockHeader header = new BlockHeader(
                ledger.chainId(),
                genesis.epoch().number(),
                prepared.height(),
                below.hash(genesis.suite()),
                round,
                author(round),
                timestampMillis,
                prepared.transactionCount(),
                prepared.transactionsRoot(),
                prepared.stateRoot(),
                prepared.receiptsRoot());
        byte[] message = Attestation.message(genesis.suite(), header);
        ledger.commitProven(
                new FinalityProof(header, quorum(prepared.height(), message)),
                prepared,
                new OrderedMark(round, header.hash(genesis.suite())));
    }

    private PartyId author(long round) {
        List<PartyId> all = List.copyOf(keys.keySet());
        return all.get((int) (round % all.size()));
    }

    /// The signatures of as many validators as are needed, others each time.
    private List<FinalityProof.Signed> quorum(long turn, byte[] message) {
        List<PartyId> all = List.copyOf(keys.keySet());
        int without = all.size() - genesis.epoch().quorum();
        List<FinalityProof.Signed> signatures = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (Math.floorMod(i - turn, all.size()) >= without) {
                SigningKey key = Objects.requireNonNull(keys.get(all.get(i)));
                signatures.add(new FinalityProof.Signed(all.get(i), key.sign(message)));
            }
        }
        return signatures;
    }

    private QuorumCertificate certificate(long round, Bytes id) {
        byte[] message = Equivocation.Kind.VOTE.message(
                genesis.chainId(), genesis.epoch().number(), round, id);
        return new QuorumCertificate(round, id, quorum(round, message));
    }

    /// Ends the order with an empty block before a checkpoint, from which consensus goes on and joiners begin.
    @Override
    public void close() {
        try (ledger) {
            CryptoSuite suite = genesis.suite();
            BlockHeader last = ledger.header(ledger.height()).orElseThrow();
            if (last.height() > 0) {
                long checkpoint = (last.round() + 1) / BlockSync.CHECKPOINT_ROUNDS + 1;
                long round = checkpoint * BlockSync.CHECKPOINT_ROUNDS - 1;
                OrderedBlock block = new OrderedBlock(
                        round,
                        certificate(round - 1, last.hash(suite)),
                        author(round),
                        last.timestampMillis(),
                        Standing.CLEAN,
                        List.of());
                Bytes id = block.id(suite);
                BftEntry kept = new BftEntry.Kept(block);
                BftEntry promises = new BftEntry.Safety(round, certificate(round, id));
                OrderingPoint point = new OrderingPoint(0, checkpoint, round, id, last.height());
                ledger.safety()
                        .putAll(Map.of(
                                kept.key(suite),
                                kept.encoded(),
                                promises.key(suite),
                                promises.encoded(),
                                ConsensusLoop.KEPT_POINT,
                                point.encoded()));
                ledger.advance(new OrderedMark(round, id));
            }
        }
    }
}
