package poyang.sdk.host;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;

/// A chain of a host, as it stands there.
///
/// @param chain what the host calls it
/// @param title what its genesis calls it
/// @param chainId digest of the genesis
/// @param height of the last final block here
/// @param stateRoot after that block
/// @param epoch the last that is known here
/// @param members that epoch's validators
/// @param diskBytes what its files take
/// @param sinceMillis when it came into this state
/// @param trouble why it does not run although it should; empty when nothing is wrong
public record ChainListing(
        String chain,
        String title,
        Bytes chainId,
        ChainState state,
        long height,
        Bytes stateRoot,
        long epoch,
        List<String> members,
        long diskBytes,
        long sinceMillis,
        String trouble) {
    private static final int MEMBERS_MAX = 10_000;

    public ChainListing {
        members = List.copyOf(members);
    }

    void write(CanonicalWriter out) {
        out.text(chain)
                .text(title)
                .bytes(chainId)
                .text(state.name())
                .u64(height)
                .bytes(stateRoot)
                .u64(epoch)
                .list(members, CanonicalWriter::text)
                .u64(diskBytes)
                .u64(sinceMillis)
                .text(trouble);
    }

    static ChainListing read(CanonicalReader in) {
        return new ChainListing(
                in.text(64),
                in.text(256),
                in.exactly(32),
                ChainState.named(in.text(32)),
                in.u64(),
                in.bytes(32),
                in.u64(),
                in.list(MEMBERS_MAX, r -> r.text(64)),
                in.u64(),
                in.u64(),
                in.text(4_096));
    }
}
