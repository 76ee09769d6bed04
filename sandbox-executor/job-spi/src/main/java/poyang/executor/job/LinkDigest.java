package poyang.executor.job;

import java.util.List;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// What crossed between a party and one other, in a job of more than two parties.
///
/// A digest over all links of a job would need digests of links that a party does not have, and would not tell
/// which link disagrees. So each party states its own links, and whoever holds all receipts compares each link's
/// two ends.
///
/// @param transcript digest of the frames in both directions, equal at both ends
public record LinkDigest(PartyId peer, Bytes transcript) {

    /// One digest for all of a party's links: SM3 over names and digests, in ascending order of the names.
    public static Bytes all(List<LinkDigest> links) {
        return Sm3.hash(new CanonicalWriter("poyang.transcripts.v1")
                .list(links, (w, link) -> w.text(link.peer().name()).bytes(link.transcript()))
                .toArray());
    }
}
