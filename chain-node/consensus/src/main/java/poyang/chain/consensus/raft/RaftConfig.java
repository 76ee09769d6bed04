package poyang.chain.consensus.raft;

import java.util.List;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// What a replica is told when it is built.
///
/// @param electionMillis how long silence of the leader lasts, at least, before another wants its place;
///     up to twice as long, by the seed
/// @param beatMillis how often a leader without anything to say lets itself be heard; at most a third of
///     `electionMillis`
/// @param seed spreads the replicas' waiting times; different at each replica and each start
public record RaftConfig(Bytes chainId, Epoch epoch, PartyId self, long electionMillis, long beatMillis, long seed) {

    public RaftConfig {
        Bug.unless(beatMillis > 0 && electionMillis >= 3 * beatMillis, "beats must come before patience ends");
        Bug.unless(epoch.indexOf(self) >= 0, "not a validator of the epoch: " + self);
    }

    /// A leader is missed after 1 to 2 s; it is heard every 200 ms.
    public static RaftConfig of(Bytes chainId, Epoch epoch, PartyId self, long seed) {
        return new RaftConfig(chainId, epoch, self, 1_000, 200, seed);
    }

    CryptoSuite suite() {
        return epoch.suite();
    }

    /// How many replicas, this one included, decide: ⌊n/2⌋+1.
    int majority() {
        return epoch.validators().size() / 2 + 1;
    }

    List<PartyId> peers() {
        return epoch.validators().stream()
                .map(Validator::id)
                .filter(id -> !id.equals(self))
                .toList();
    }
}
