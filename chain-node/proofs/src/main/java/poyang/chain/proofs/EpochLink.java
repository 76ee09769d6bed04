package poyang.chain.proofs;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import poyang.crypto.Signature;
import poyang.crypto.VerificationKey;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// Leads from one epoch to the next: the validators of the one attested its last block, and either the state after
/// that block names the next epoch, or they gave their own up for its {@link Epoch#fallback}.
///
/// An epoch may be given up before it had any block: then what came last before it is the hand-off, which the words
/// stand for.
///
/// @param handOff proof of the last block, by the validators of its epoch; without signatures for a genesis
/// @param ground why the epoch ended there
/// @param next the epoch that begins with the height above
public record EpochLink(FinalityProof handOff, Ground ground, Epoch next) {
    /// Why an epoch ended.
    public sealed interface Ground {
        /// The state after the last block holds the next epoch.
        record Agreed(StateProof proof) implements Ground {}

        /// More than two thirds of the epoch's validators closed it, and say that it ended there.
        ///
        /// @param words over {@link EpochLink#end}, in ascending order of validator, without repetition
        record GivenUp(List<FinalityProof.Signed> words) implements Ground {
            public GivenUp {
                words = List.copyOf(words);
            }
        }
    }

    /// Whose state names epochs.
    public static final String CONTRACT = "poyang.v1.Epochs";

    private static final String DOMAIN = "poyang.epoch-link.v1";
    private static final String GIVEN_UP = "poyang.epoch-link.given-up.v1";
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

    /// By what the state after the last block says.
    public EpochLink(FinalityProof handOff, StateProof proof, Epoch next) {
        this(handOff, new Ground.Agreed(proof), next);
    }

    /// What a validator signs that gave an epoch up.
    ///
    /// @param header hash of the header of the epoch's last block
    public static byte[] end(Bytes chainId, long epoch, Bytes header) {
        return new CanonicalWriter("poyang.epoch-end.v1")
                .bytes(chainId)
                .u64(epoch)
                .bytes(header)
                .toArray();
    }

    /// Does it lead on from `before`?
    ///
    /// @param from the height of that epoch's first block, if it has any
    public boolean follows(Bytes chainId, Epoch before, long from) {
        boolean empty = ground instanceof Ground.GivenUp && handOff.header().height() == from - 1;
        return next.number() == before.number() + 1
                && next.suite() == before.suite()
                && next.hasItsQuorum()
                && (empty || handOff.header().height() >= from && handOff.verify(chainId, before))
                && switch (ground) {
                    case Ground.Agreed(StateProof proof) ->
                        proof.verify(
                                before.suite(),
                                handOff.header().stateRoot(),
                                CONTRACT,
                                key(next.number()),
                                Optional.of(next.encoded()));
                    case Ground.GivenUp(List<FinalityProof.Signed> words) ->
                        before.fallback().equals(Optional.of(next)) && gaveUp(chainId, before, words);
                };
    }

    /// Did more than two thirds of the validators sign that the epoch ended with the last block?
    private boolean gaveUp(Bytes chainId, Epoch before, List<FinalityProof.Signed> words) {
        Bytes message =
                Bytes.wrap(end(chainId, before.number(), handOff.header().hash(before.suite())));
        List<VerificationKey.Check> checks = new ArrayList<>();
        int previous = -1;
        for (FinalityProof.Signed word : words) {
            int index = before.indexOf(word.validator());
            if (index <= previous) {
                return false;
            }
            previous = index;
            checks.add(
                    new VerificationKey.Check(before.validators().get(index).publicKey(), message, word.signature()));
        }
        return 3 * words.size() > 2 * before.validators().size()
                && VerificationKey.verifyBatch(checks).stream().allMatch(valid -> valid);
    }

    public Bytes encoded() {
        return switch (ground) {
            case Ground.Agreed(StateProof proof) ->
                new CanonicalWriter(DOMAIN)
                        .bytes(handOff.encoded())
                        .bytes(proof.encoded())
                        .bytes(next.encoded())
                        .toBytes();
            case Ground.GivenUp(List<FinalityProof.Signed> words) ->
                new CanonicalWriter(GIVEN_UP)
                        .bytes(handOff.encoded())
                        .list(
                                words,
                                (w, s) -> w.text(s.validator().name())
                                        .bytes(s.signature().encoded()))
                        .bytes(next.encoded())
                        .toBytes();
        };
    }

    /// @throws PoyangException `BAD_ENCODING`, and nothing else, for bytes that are no link
    public static EpochLink decode(byte[] encoded) {
        boolean givenUp = CanonicalReader.domain(encoded).equals(GIVEN_UP);
        CanonicalReader in = new CanonicalReader(givenUp ? GIVEN_UP : DOMAIN, encoded);
        FinalityProof handOff = FinalityProof.decode(in.array(MOST_BYTES));
        Ground ground = givenUp
                ? new Ground.GivenUp(in.list(
                        1024,
                        r -> new FinalityProof.Signed(
                                Names.party(r),
                                Signature.decode(
                                        r.exactly(Signature.ENCODED_BYTES).toArray()))))
                : new Ground.Agreed(StateProof.decode(in.array(MOST_BYTES)));
        EpochLink link = new EpochLink(handOff, ground, Epoch.decode(in.array(MOST_BYTES)));
        in.end();
        return link;
    }
}
