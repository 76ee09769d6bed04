package poyang.chain.node.host;

import java.util.List;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.sdk.host.ChainListing;
import poyang.sdk.host.ChainState;

/// What a host knows about one of its chains, and all that decides how an interrupted operation goes on.
///
/// @param stay of this chain here, drawn when it was joined: tells its kept audit log from that of another stay
/// @param height when it last stopped, as are the two next
record ChainRecord(
        ChainState state,
        String chain,
        String title,
        Bytes chainId,
        Bytes stay,
        long height,
        Bytes stateRoot,
        long epoch,
        List<String> members,
        long sinceMillis) {
    private static final String DOMAIN = "poyang.hosted-chain.v1";
    static final int STAY_BYTES = 8;

    ChainRecord {
        members = List.copyOf(members);
    }

    ChainRecord now(ChainState next, long nowMillis) {
        return new ChainRecord(next, chain, title, chainId, stay, height, stateRoot, epoch, members, nowMillis);
    }

    ChainRecord at(long where, Bytes root, long inEpoch, List<String> validators) {
        return new ChainRecord(state, chain, title, chainId, stay, where, root, inEpoch, validators, sinceMillis);
    }

    ChainListing listing(long diskBytes, String trouble) {
        return new ChainListing(
                chain, title, chainId, state, height, stateRoot, epoch, members, diskBytes, sinceMillis, trouble);
    }

    byte[] encoded() {
        return new CanonicalWriter(DOMAIN)
                .text(state.name())
                .text(chain)
                .text(title)
                .bytes(chainId)
                .bytes(stay)
                .u64(height)
                .bytes(stateRoot)
                .u64(epoch)
                .list(members, CanonicalWriter::text)
                .u64(sinceMillis)
                .toArray();
    }

    /// @throws poyang.kernel.PoyangException `BAD_ENCODING`
    static ChainRecord decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        ChainRecord record = new ChainRecord(
                ChainState.named(in.text(32)),
                in.text(64),
                in.text(256),
                in.exactly(32),
                in.exactly(STAY_BYTES),
                in.u64(),
                in.bytes(32),
                in.u64(),
                in.list(10_000, r -> r.text(64)),
                in.u64());
        in.end();
        return record;
    }
}
