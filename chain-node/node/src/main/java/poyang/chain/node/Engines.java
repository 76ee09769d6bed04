package poyang.chain.node;

import java.time.InstantSource;
import java.util.Map;
import poyang.chain.consensus.BftConfig;
import poyang.chain.consensus.Payloads;
import poyang.chain.consensus.raft.Position;
import poyang.chain.consensus.raft.RaftConfig;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.proofs.Epoch;
import poyang.kernel.Bytes;

/// The engine that an epoch names.
final class Engines {
    private Engines() {}

    /// @param kept what the engine asked to keep before
    /// @param start {@link BftConfig#start}
    /// @param mark what the ledger took in last
    static Engine open(
            Bytes chainId,
            Bytes start,
            Epoch epoch,
            Stage.Signer signer,
            Payloads payloads,
            Map<String, Bytes> kept,
            OrderedMark mark) {
        if (!signer.votesIn(epoch)) {
            return new ObserverEngine(false);
        }
        if (epoch.engine().equals(Epoch.BFT)) {
            BftConfig config = BftConfig.of(chainId, epoch, signer.id(), start);
            return new BftEngine(config, signer.signatures(epoch), payloads, kept, mark);
        }
        // Replicas must wait differently long, no more.
        long seed = signer.id().name().hashCode() ^ InstantSource.system().millis();
        return new RaftEngine(RaftConfig.of(chainId, epoch, signer.id(), seed), payloads, kept, mark);
    }

    /// {@link Engine#place}, before there is the engine.
    static long place(Epoch epoch, long round) {
        return epoch.engine().equals(Epoch.BFT) ? round : Position.of(round).index();
    }
}
