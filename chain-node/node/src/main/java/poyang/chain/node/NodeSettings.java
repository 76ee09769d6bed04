package poyang.chain.node;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import poyang.chain.ledger.Retention;
import poyang.kernel.PartyId;
import poyang.sdk.NodeAddress;
import poyang.wire.schema.GenesisFile;

/// Where a node lives and whom it talks to.
///
/// @param name a validator of the genesis, and the common name of the TLS certificate
/// @param directory of the ledger; made when missing
/// @param peerListen for the other validators
/// @param peers the other validators' `peerListen`
/// @param apiListen for clients
/// @param retention how many states it keeps
/// @param observes may it run without being a validator? It may become one by an epoch
/// @param patienceMillis see {@link #PATIENCE_MILLIS}
public record NodeSettings(
        PartyId name,
        GenesisFile genesis,
        Path directory,
        InetSocketAddress peerListen,
        List<NodeAddress> peers,
        InetSocketAddress apiListen,
        Retention retention,
        boolean observes,
        long patienceMillis) {
    /// How long nothing may be decided, while something waits, before this node would rather leave the epoch.
    public static final long PATIENCE_MILLIS = 60_000;

    public NodeSettings {
        peers = List.copyOf(peers);
    }

    /// Of a validator that the genesis names.
    public NodeSettings(
            PartyId name,
            GenesisFile genesis,
            Path directory,
            InetSocketAddress peerListen,
            List<NodeAddress> peers,
            InetSocketAddress apiListen,
            Retention retention) {
        this(name, genesis, directory, peerListen, peers, apiListen, retention, false, PATIENCE_MILLIS);
    }
}
