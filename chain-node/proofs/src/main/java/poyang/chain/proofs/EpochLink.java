package poyang.chain.proofs;

import java.util.Locale;
import java.util.Optional;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// Leads from one epoch to the next: the validators of the one attested a block after which the state
/// names the other. That block is the last of its epoch.
///
/// @param handOff proof of the last block, by the validators of its epoch
/// @param proof that the state after it holds the next epoch
/// @param next the epoch that begins with the height above
public record EpochLink(FinalityProof handOff, StateProof proof, Epoch next) {
    /// Whose state names epochs.
    public static final String CONTRACT = "poyang.v1.Epochs";

    private static final String DOMAIN = "poyang.epoch-link.v1";
    private static final int MOST_BYTES = 1 << 18;

    /// Under which the state holds an epoch that is due, in its canonical form.
    public static String key(long number) {
        return String.format(Locale.ROOT, "epoch/%016x", number);
    }

    /// What a validator of a proposed epoch signs with the key that the proposal names.
    ///
    /// @param epochHash digest of the proposed epoch's canonical form
    /// @param height up to where the validator has final blocks
    public static Bytes readiness(Bytes chainId, Bytes epochHash, String validator, long height) {
        return new CanonicalWriter("poyang.epoch-readiness.v1")
                .bytes(chainId)
                .bytes(epochHash)
                .text(validator)
                .u64(height)
                .toBytes();
    }

    /// Does it lead on from `before`?
    public boolean follows(Bytes chainId, Epoch before) {
        return next.number() == before.number() + 1
                && next.suite() == before.suite()
                && next.hasItsQuorum()
                && handOff.verify(chainId, before)
                && proof.verify(
                        before.suite(),
                        handOff.header().stateRoot(),
                        CONTRACT,
                        key(next.number()),
                        Optional.of(next.encoded()));
    }

    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .bytes(handOff.encoded())
                .bytes(proof.encoded())
                .bytes(next.encoded())
                .toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING`, and nothing else, for bytes that are no link
    public static EpochLink decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        EpochLink link = new EpochLink(
                FinalityProof.decode(in.array(MOST_BYTES)),
                StateProof.decode(in.array(MOST_BYTES)),
                Epoch.decode(in.array(MOST_BYTES)));
        in.end();
        return link;
    }
}
