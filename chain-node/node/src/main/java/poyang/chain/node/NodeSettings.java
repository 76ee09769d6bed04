package poyang.chain.node;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import poyang.chain.ledger.Retention;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.sdk.NodeAddress;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.GenesisFile;

/// Where a node lives and whom it talks to.
///
/// @param name a validator of the genesis, and the common name of the TLS certificate
/// @param directory of the ledger; made when missing
/// @param peerListen for the other validators
/// @param announced where others are told to reach it, when that is not where it listens
/// @param seeds nodes that it finds by itself, enough of them that one is there; the chain tells it
///     the rest
/// @param apiListen for clients
/// @param retention how many states it keeps
/// @param observes may it run without being a validator? It may become one by an epoch
/// @param patienceMillis see {@link #PATIENCE_MILLIS}
/// @param alarmMillis see {@link #ALARM_MILLIS}
/// @param snapshotBeyond when it is further behind than so many blocks it takes a state over from
///     the others instead of executing them; {@link #NEVER} for one that executes everything
/// @param replay how it takes in blocks that others are ahead by
public record NodeSettings(
        PartyId name,
        GenesisFile genesis,
        Path directory,
        InetSocketAddress peerListen,
        Optional<InetSocketAddress> announced,
        List<NodeAddress> seeds,
        InetSocketAddress apiListen,
        Retention retention,
        boolean observes,
        long patienceMillis,
        long alarmMillis,
        long snapshotBeyond,
        CatchUp replay) {
    /// How long nothing may be decided, while something waits, before this node would rather leave the epoch.
    public static final long PATIENCE_MILLIS = 60_000;

    /// How long there may be no link with a validator before that is an alarm.
    public static final long ALARM_MILLIS = 10_000;

    /// How a node takes in blocks that others executed before.
    public enum CatchUp {
        /// By write sets where peers have them, else by executing.
        WRITES,
        /// Each is executed, and what others say that it gave is not even asked for.
        EXECUTE
    }

    /// No snapshot is ever taken.
    public static final long NEVER = Long.MAX_VALUE;

    /// Blocks behind, from which on a snapshot is quicker.
    private static final long MANY = 10_000;

    public NodeSettings {
        seeds = List.copyOf(seeds);
        announced.ifPresent(place -> {
            if (place.isUnresolved() || place.getAddress().isAnyLocalAddress() || place.getPort() == 0) {
                throw new PoyangException(
                        SdkErrors.BAD_SETTINGS,
                        "peer.announce is \"" + place + "\"",
                        "the address and port of one machine, as others reach it, are needed");
            }
        });
    }

    /// From a configuration: `writes` or `execute`.
    ///
    /// @throws PoyangException `BAD_SETTINGS`
    public static CatchUp replay(String text) {
        return switch (text) {
            case "writes" -> CatchUp.WRITES;
            case "execute" -> CatchUp.EXECUTE;
            default ->
                throw new PoyangException(
                        SdkErrors.BAD_SETTINGS, "sync.replay is \"" + text + "\"", "writes or execute is needed");
        };
    }

    /// From a configuration: a number of blocks, `never`, or `auto`: an archive never, a window from 10,000 blocks on.
    ///
    /// @throws PoyangException `BAD_SETTINGS`
    public static long snapshotBeyond(String text, Retention retention) {
        if (text.equals("auto")) {
            return switch (retention) {
                case Retention.Archive() -> NEVER;
                case Retention.Window(long _) -> MANY;
            };
        }
        if (text.equals("never")) {
            return NEVER;
        }
        if (text.matches("[1-9][0-9]{0,15}")) {
            return Long.parseLong(text);
        }
        throw new PoyangException(
                SdkErrors.BAD_SETTINGS,
                "sync.snapshot is \"" + text + "\"",
                "auto, never, or a number of blocks from 1 on, is needed");
    }
}
