package poyang.chain.consensus;

import java.util.List;
import poyang.chain.proofs.Epoch;
import poyang.crypto.Signature;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// A quorum that gave up on a round, each saying the round of the highest certificate that it knew.
///
/// @param round the round given up
/// @param timeouts in ascending order of validator, without repetition
public record TimeoutCertificate(long round, List<GivenUp> timeouts) {
    private static final String DOMAIN = "poyang.timeout-certificate.v1";

    /// One validator's word.
    public record GivenUp(PartyId validator, long highestRound, Signature signature) {}

    public TimeoutCertificate {
        timeouts = List.copyOf(timeouts);
    }

    /// The bytes that a validator signs when it gives up a round.
    static byte[] message(Bytes chainId, Epoch epoch, long round, long highestRound) {
        return new CanonicalWriter("poyang.timeout.v1")
                .bytes(chainId)
                .u64(epoch.number())
                .u64(round)
                .u64(highestRound)
                .toArray();
    }

    /// The highest certified round that any of the quorum knew.
    long highestRound() {
        return timeouts.stream().mapToLong(GivenUp::highestRound).max().orElse(0);
    }

    boolean verify(Bytes chainId, Epoch epoch, Signatures signatures) {
        return QuorumCertificate.ascends(
                        epoch, timeouts.stream().map(GivenUp::validator).toList())
                && signatures.verify(timeouts.stream()
                        .map(t -> new Signatures.Signed(
                                t.validator(),
                                Bytes.wrap(message(chainId, epoch, round, t.highestRound())),
                                t.signature()))
                        .toList());
    }

    byte[] encoded() {
        return new CanonicalWriter(DOMAIN)
                .u64(round)
                .list(
                        timeouts,
                        (w, t) -> w.text(t.validator().name())
                                .u64(t.highestRound())
                                .bytes(t.signature().encoded()))
                .toArray();
    }

    static TimeoutCertificate decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        TimeoutCertificate certificate = new TimeoutCertificate(
                in.u64(),
                in.list(
                        1024,
                        r -> new GivenUp(
                                new PartyId(r.text(64)),
                                r.u64(),
                                Signature.decode(
                                        r.exactly(Signature.ENCODED_BYTES).toArray()))));
        in.end();
        return certificate;
    }
}
