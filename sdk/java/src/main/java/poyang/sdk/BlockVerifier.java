package poyang.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.EpochChain;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.ReceiptProof;
import poyang.chain.proofs.StateProof;
import poyang.crypto.MerklePlaces;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.BlockReceipts;
import poyang.wire.schema.Event;
import poyang.wire.schema.FinalisedBlock;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.ProvenState;
import poyang.wire.schema.TransactionReceipt;

/// Holds what one node says against the genesis, so that no single node has to be trusted. Epochs that came
/// after the genesis' it takes from links, each of which it checks.
final class BlockVerifier {
    private final Genesis genesis;
    private final Bytes chainId;
    private final Links source;
    private final List<EpochLink> links = new ArrayList<>();
    private volatile EpochChain epochs;

    /// Where links come from when a block of an unknown epoch is to be checked.
    interface Links {
        /// One answer after the other, each with what leads on from the known epoch.
        List<Supplier<List<EpochLink>>> after(long known);
    }

    BlockVerifier(Genesis genesis, Links source) {
        this.genesis = genesis;
        this.source = source;
        chainId = genesis.chainId();
        epochs = EpochChain.of(genesis);
    }

    /// With these links and no others.
    ///
    /// @throws PoyangException `NOT_PROVEN` when they lead nowhere
    static BlockVerifier of(Genesis genesis, List<EpochLink> links) {
        BlockVerifier verifier = new BlockVerifier(genesis, _ -> List.of());
        if (!verifier.learn(links)) {
            throw refuted("the links from the genesis' epoch to later ones do not hold");
        }
        return verifier;
    }

    /// The same once every node was asked for later ones.
    EpochChain latestEpochs() {
        learnUpTo(Long.MAX_VALUE);
        return epochs;
    }

    /// The epochs that are known.
    EpochChain epochs() {
        return epochs;
    }

    /// What leads to the epoch with this number, which is known.
    synchronized List<EpochLink> linksTo(long epoch) {
        return links.stream().filter(link -> link.next().number() <= epoch).toList();
    }

    private synchronized boolean learn(List<EpochLink> more) {
        for (EpochLink link : more) {
            Optional<EpochChain> longer = epochs.and(link);
            if (longer.isEmpty()) {
                return false;
            }
            epochs = longer.get();
            links.add(link);
        }
        return true;
    }

    /// Asks for links until the epoch is known, or everybody was asked.
    private synchronized void learnUpTo(long epoch) {
        for (Supplier<List<EpochLink>> answer : source.after(epochs.last().number())) {
            if (epochs.last().number() >= epoch) {
                return;
            }
            try {
                boolean _ = learn(answer.get());
            } catch (PoyangException e) {
                // The next one may know.
            }
        }
    }

    Bytes chainId() {
        return chainId;
    }

    Genesis genesis() {
        return genesis;
    }

    /// @param height the height that was asked for
    VerifiedBlock block(FinalisedBlock block, long height) {
        BlockHeader header = header(block.getFinalityProof());
        if (header.height() != height) {
            throw refuted("the node sent block " + header.height() + " instead of " + height);
        }
        if (block.getReceiptsCount() == 0) {
            return new VerifiedBlock(height, header.timestampMillis(), block.getEventsList(), List.of(), List.of());
        }
        List<Bytes> leaves = block.getTransactionsList().stream()
                .map(t -> ChainForms.leaf(t).encoded())
                .toList();
        List<Bytes> receipts =
                block.getReceiptsList().stream().map(ChainForms::bytes).toList();
        if (leaves.size() != header.transactionCount()
                || receipts.size() != leaves.size()
                || !MerkleTree.root(genesis.suite(), leaves).equals(header.transactionsRoot())
                || !MerkleTree.root(genesis.suite(), receipts).equals(header.receiptsRoot())) {
            throw refuted("the transactions or receipts of block " + height + " are not those that were attested");
        }
        List<TransactionReceipt> parsed = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        for (ByteString encoded : block.getReceiptsList()) {
            TransactionReceipt receipt = receipt(encoded);
            parsed.add(receipt);
            events.addAll(receipt.getEventsList());
        }
        return new VerifiedBlock(height, header.timestampMillis(), events, block.getTransactionsList(), parsed);
    }

    /// The receipts of some of a block's transactions, and the block's header.
    Proven receipts(BlockReceipts block) {
        BlockHeader header = header(block.getFinalityProof());
        List<Bytes> receipts =
                block.getReceiptsList().stream().map(ChainForms::bytes).toList();
        if (!MerklePlaces.verify(
                genesis.suite(),
                header.receiptsRoot(),
                receipts,
                block.getIndexesList(),
                header.transactionCount(),
                block.getSiblingsList().stream().map(ChainForms::bytes).toList())) {
            throw refuted("receipts of block " + header.height() + " are not those that were attested");
        }
        return new Proven(
                header.height(),
                block.getReceiptsList().stream().map(BlockVerifier::receipt).toList());
    }

    /// Receipts that a quorum attested.
    record Proven(long height, List<TransactionReceipt> receipts) {}

    TransactionReceipt receipt(ProvenReceipt proven, Bytes transactionId) {
        ReceiptProof proof = ChainForms.receiptProof(proven);
        attested(proof.finality());
        switch (proof.verify(genesis, epochs)) {
            case ReceiptProof.Verdict.Refuted(String reason) -> throw refuted(reason);
            case ReceiptProof.Verdict.Proven(BlockHeader _, Bytes id) -> {
                if (!id.equals(transactionId)) {
                    throw refuted("the node proved another transaction than the one asked for");
                }
            }
        }
        return receipt(proven.getReceipt());
    }

    ProvenValue state(ProvenState proven, String contract, String key) {
        BlockHeader header = header(proven.getFinalityProof());
        ProvenValue value = new ProvenValue(
                header.height(),
                header.timestampMillis(),
                proven.getPresent() ? Optional.of(ChainForms.bytes(proven.getValue())) : Optional.empty());
        StateProof proof = StateProof.decode(proven.getProof().toByteArray());
        if (!proof.verify(genesis.suite(), header.stateRoot(), contract, key, value.value())) {
            throw refuted("the value under " + key + " is not the one that was attested at height " + header.height());
        }
        return value;
    }

    ProvenValue state(ProvenState proven, String contract, String key, Bytes stateRoot) {
        if (!header(proven.getFinalityProof()).stateRoot().equals(stateRoot)) {
            throw refuted("the value under " + key + " is from another state than was asked for");
        }
        return state(proven, contract, key);
    }

    private void attested(FinalityProof proof) {
        long epoch = proof.header().epoch();
        if (epoch > epochs.last().number()) {
            learnUpTo(epoch);
        }
        if (!epochs.attested(proof)) {
            throw refuted(
                    epoch == 0
                            ? "a block is not attested by a quorum of the genesis' validators"
                            : "nothing proves that a block is attested by a quorum of epoch " + epoch);
        }
    }

    private BlockHeader header(ByteString finalityProof) {
        FinalityProof proof = FinalityProof.decode(finalityProof.toByteArray());
        if (proof.header().height() == 0) {
            if (!proof.header().equals(genesis.genesisHeader())) {
                throw refuted("block 0 is not the genesis");
            }
            return proof.header();
        }
        attested(proof);
        return proof.header();
    }

    private static TransactionReceipt receipt(ByteString encoded) {
        try {
            return TransactionReceipt.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw new PoyangException(
                    SdkErrors.NOT_PROVEN, "an attested receipt is malformed", "validators must agree on the schema", e);
        }
    }

    private static PoyangException refuted(String reason) {
        return new PoyangException(
                SdkErrors.NOT_PROVEN,
                "a node's answer does not hold: " + reason,
                "ask another node, and have this one looked at");
    }
}
