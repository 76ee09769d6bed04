package poyang.chain.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import poyang.chain.consensus.Attestations;
import poyang.chain.consensus.Batch;
import poyang.chain.consensus.Dissemination;
import poyang.chain.consensus.Signatures;
import poyang.chain.consensus.sync.BlockSync;
import poyang.chain.consensus.sync.OrderingPoint;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.SigningKey;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// The four step machines of one epoch.
///
/// @param start {@link Ledger#start}
record Stage(
        Epoch epoch, Bytes start, Dissemination spread, Engine engine, Attestations attestations, BlockSync blockSync) {
    /// Channels of one epoch; those of the first are the lowest.
    private static final int CHANNELS = 8;
    /// Epochs that are told apart by their channels; nobody is half as many behind.
    private static final int TOLD_APART = 4_096;

    private static final long RECENT_HEADERS = 1_000;

    /// The validator's name and its keys: the one that it has, and one that may follow.
    record Signer(PartyId id, List<SigningKey> keys) {
        Signer {
            keys = List.copyOf(keys);
        }

        /// The key that an epoch names for this validator; empty when it is none there.
        Optional<SigningKey> keyIn(Epoch epoch) {
            return epoch.find(id)
                    .map(Validator::publicKey)
                    .flatMap(named -> keys.stream()
                            .filter(key -> key.publicKey().equals(named))
                            .findFirst());
        }

        boolean votesIn(Epoch epoch) {
            return keyIn(epoch).isPresent();
        }

        /// Signs nothing that counts where this node is no validator.
        Signatures signatures(Epoch epoch) {
            return Signatures.of(epoch, keyIn(epoch).orElseGet(keys::getFirst));
        }
    }

    /// The machines of the epoch that the ledger is in.
    ///
    /// @param others with whom this node has links besides the epoch's validators
    /// @param sequence of the next own batch
    /// @param entries what the epoch's engine asked to keep
    /// @param batches of blocks that are not executed yet
    /// @param replay how blocks of others are taken in
    static Stage open(
            Ledger ledger,
            Signer signer,
            Collection<PartyId> others,
            long sequence,
            Map<String, Bytes> entries,
            List<Batch> batches,
            Replay replay) {
        Epoch epoch = ledger.epochs().last();
        Bytes start = ledger.start();
        Bytes chainId = ledger.chainId();
        PartyId self = signer.id();
        Signatures signatures = signer.signatures(epoch);
        Dissemination spread = new Dissemination(chainId, epoch, self, signatures, sequence, batches);
        OrderingPoint begin =
                new OrderingPoint(epoch.number(), 0, 0, start, ledger.epochs().lastFrom() - 1);
        return new Stage(
                epoch,
                start,
                spread,
                Engines.open(chainId, start, epoch, signer, spread, entries, mark(ledger)),
                new Attestations(chainId, epoch, self, signatures, ledger.finalisedHeight(), recentHeaders(ledger)),
                new BlockSync(
                        chainId,
                        epoch,
                        self,
                        signatures,
                        new BlockSync.Neighbours(begin, others, signer.votesIn(epoch), replay.byWrites())));
    }

    /// What the ledger took in last of this epoch's order, its start at first.
    static OrderedMark mark(Ledger ledger) {
        return ledger.orderedMark().orElseGet(() -> new OrderedMark(0, ledger.start()));
    }

    private static List<BlockHeader> recentHeaders(Ledger ledger) {
        List<BlockHeader> recent = new ArrayList<>();
        long last = ledger.finalisedHeight();
        for (long height = Math.max(1, last - RECENT_HEADERS + 1); height <= last; height++) {
            recent.add(ledger.header(height).orElseThrow());
        }
        return recent;
    }

    /// The round of this epoch's order that a header names; 0 for one of an epoch before.
    long round(BlockHeader header) {
        return header.epoch() == epoch.number() ? header.round() : 0;
    }

    /// The same once the epoch is closed here: its engine takes no step any more.
    Stage closed() {
        return new Stage(epoch, start, spread, new ObserverEngine(true), attestations, blockSync);
    }

    /// Is the epoch closed here?
    boolean shut() {
        return engine instanceof ObserverEngine observer && observer.shut();
    }

    /// The channel on which this epoch's messages of a kind travel.
    int channel(int kind) {
        return kind + CHANNELS * (int) (epoch.number() % TOLD_APART);
    }

    /// What kind of message travels on a channel.
    static int kind(int channel) {
        return channel % CHANNELS;
    }

    /// By how many epochs the sender is ahead; negative when it is behind.
    long ahead(int channel) {
        long ahead = Math.floorMod(channel / CHANNELS - epoch.number(), (long) TOLD_APART);
        return ahead < TOLD_APART / 2 ? ahead : ahead - TOLD_APART;
    }
}
