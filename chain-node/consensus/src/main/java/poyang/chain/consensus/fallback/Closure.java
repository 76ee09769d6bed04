package poyang.chain.consensus.fallback;

import java.util.List;
import poyang.chain.consensus.Signatures;
import poyang.chain.proofs.Epoch;
import poyang.crypto.CryptoSuite;
import poyang.crypto.Signature;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;

/// More than two thirds of an epoch's validators closed it, each saying the highest that it knew.
///
/// @param words in ascending order of validator, without repetition
/// @param highest the highest of what they name, with its certificate
record Closure(List<Word> words, Claim highest) {
    private static final String DOMAIN = "poyang.fallback.closure.v1";
    private static final int MOST_WORDS = 1024;

    /// One validator's word.
    record Word(PartyId validator, long round, Bytes id, Signature signature) {}

    Closure {
        words = List.copyOf(words);
    }

    /// How many are more than two thirds.
    static int needed(Epoch epoch) {
        return 2 * epoch.validators().size() / 3 + 1;
    }

    /// Did so many sign, is the highest of what they name shown, and is it certified?
    boolean holds(Bytes chainId, Epoch epoch, Signatures signatures, Remains remains) {
        int previous = -1;
        boolean shown = false;
        for (Word word : words) {
            int index = epoch.indexOf(word.validator());
            if (index <= previous || word.round() > highest.round()) {
                return false;
            }
            previous = index;
            shown |= word.round() == highest.round() && word.id().equals(highest.id());
        }
        return shown
                && words.size() >= needed(epoch)
                && remains.holds(highest)
                && signatures.verify(words.stream()
                        .map(word -> new Signatures.Signed(
                                word.validator(),
                                Bytes.wrap(Claim.message(chainId, epoch.number(), word.round(), word.id())),
                                word.signature()))
                        .toList());
    }

    Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .list(
                        words,
                        (w, word) -> w.text(word.validator().name())
                                .u64(word.round())
                                .bytes(word.id())
                                .bytes(word.signature().encoded()))
                .bytes(highest.encoded())
                .toBytes();
    }

    static Closure decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        Closure closure = new Closure(
                in.list(
                        MOST_WORDS,
                        r -> new Word(
                                FallbackMessage.party(r),
                                r.u64(),
                                r.exactly(CryptoSuite.DIGEST_BYTES),
                                Signature.decode(
                                        r.exactly(Signature.ENCODED_BYTES).toArray()))),
                Claim.decode(in.array(2 * Claim.MOST_BYTES)));
        in.end();
        return closure;
    }
}
