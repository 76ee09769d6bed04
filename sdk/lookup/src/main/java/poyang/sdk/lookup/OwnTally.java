package poyang.sdk.lookup;

import java.nio.ByteBuffer;
import java.util.Optional;
import poyang.crypto.curve.Sm2Commitment;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.wire.schema.MatchTally;
import poyang.wire.schema.TallyState;
import poyang.wire.schema.TellTotal;

/// An asker's count of the records that its look-ups matched. The chain keeps it, sealed to the asker; what is
/// told is the total over at least 100 keywords, when the look-up that reaches them is closed.
///
/// - secrecy: a look-up's own number leaves as a hiding commitment only. That and when a total is told depends
///   on numbers of keywords, never on what was found. A key whose answer was not the committed table's
///   counts as one record: what a holder spoils shows no more in a total than in what follows an answer
final class OwnTally {
    static final int KEYWORDS_MIN = 100;

    private final String view;
    private final TallyState before;
    private final long total;
    private final Optional<Sm2Secret> blindings;

    private OwnTally(String view, TallyState before, long total, Optional<Sm2Secret> blindings) {
        this.view = view;
        this.before = before;
        this.total = total;
        this.blindings = blindings;
    }

    /// Where the own box and the chain's state are kept.
    interface Box {
        Bytes seal(Bytes context, Bytes plaintext, RandomSource source);

        Optional<Bytes> open(Bytes context, Bytes sealed);
    }

    private static Bytes context(String view) {
        return Bytes.utf8("poyang.match-tally.v1:" + view);
    }

    /// The tally as it stands on chain. One whose box was sealed to a lost key is given up: another begins.
    static OwnTally of(String view, TallyState state, Box box) {
        Optional<Bytes> opened =
                state.getLookups() == 0 ? Optional.empty() : box.open(context(view), ChainForms.bytes(state.getOwn()));
        if (opened.isEmpty()) {
            return new OwnTally(view, TallyState.getDefaultInstance(), 0, Optional.empty());
        }
        ByteBuffer plain = ByteBuffer.wrap(opened.get().toArray());
        long total = plain.getLong();
        byte[] scalar = new byte[Sm2Commitment.BLINDING_BYTES];
        plain.get(scalar);
        return new OwnTally(view, state, total, Sm2Secret.of(scalar));
    }

    /// A look-up's part, and the total where it is due then.
    record Part(MatchTally tally, Optional<TellTotal> due) {}

    /// Counts a look-up.
    Part plus(int keywords, int matched, Box box, RandomSource random) {
        try (Sm2Secret fresh = Sm2Secret.random(random.fork("blinding"))) {
            byte[] commitment = Sm2Commitment.commit(matched, fresh);
            byte[] all = blindings
                    .map(sum -> Sm2Commitment.plus(sum, fresh))
                    .orElse(fresh)
                    .revealScalar();
            byte[] plain = ByteBuffer.allocate(Long.BYTES + Sm2Commitment.BLINDING_BYTES)
                    .putLong(total + matched)
                    .put(all)
                    .array();
            MatchTally tally = MatchTally.newBuilder()
                    .setLookupsBefore(before.getLookups())
                    .setCommitment(ChainForms.byteString(Bytes.wrap(commitment)))
                    .setOwn(ChainForms.byteString(box.seal(context(view), Bytes.wrap(plain), random.fork("own"))))
                    .build();
            Bug.unless(total >= 0, "a tally counts up");
            boolean due = before.getKeywords() + keywords >= KEYWORDS_MIN;
            TellTotal tell = TellTotal.newBuilder()
                    .setView(view)
                    .setLookups(before.getLookups() + 1)
                    .setMatched(total + matched)
                    .setBlinding(ChainForms.byteString(Bytes.wrap(all)))
                    .build();
            return new Part(tally, due ? Optional.of(tell) : Optional.empty());
        }
    }
}
