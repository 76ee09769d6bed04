package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.ContractRejection;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SealedBox;
import poyang.crypto.SeededRandom;
import poyang.crypto.curve.Sm2Commitment;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;
import poyang.wire.schema.CloseLookup;
import poyang.wire.schema.ColumnPolicy;
import poyang.wire.schema.MatchTally;
import poyang.wire.schema.MatchTotal;
import poyang.wire.schema.MatchTotals;
import poyang.wire.schema.ReviseView;
import poyang.wire.schema.SetPolicyRequest;
import poyang.wire.schema.TellTotal;
import poyang.wire.schema.UsePolicy;
import poyang.wire.schema.ViewKey;
import poyang.wire.schema.ViewReads;

/// Matched records come out as a total over at least 100 keywords of one account, proven by what each look-up
/// committed to; and what a view that is read by ranges needs of the policy.
final class MatchTalliesTest {
    private static final String ASKER = "a/analyst";

    private static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    /// A closing whose tally begins another.
    static CloseLookup.Builder closing(String id) {
        try (Sm2Secret blinding = Sm2Secret.random(random(id))) {
            return CloseLookup.newBuilder().setLookup(id).setTally(tally(0, 1, blinding));
        }
    }

    private static MatchTally tally(int before, int matched, Sm2Secret blinding) {
        int box = SealedBox.length(CryptoSuite.SM, MatchTallies.OWN_BYTES);
        return MatchTally.newBuilder()
                .setLookupsBefore(before)
                .setCommitment(ByteString.copyFrom(Sm2Commitment.commit(matched, blinding)))
                .setOwn(ByteString.copyFrom(new byte[box]))
                .build();
    }

    /// An asker with its own count beside the chain's.
    private static final class Asker {
        final Chain chain = ViewsTest.standing();
        final String label;
        int lookups;
        long matched;
        Sm2Secret blinding = Sm2Secret.random(random("none yet"));
        private int number;

        Asker(String label) {
            this.label = label;
            chain.call(
                    "b/owner",
                    "Views",
                    "Revise",
                    ReviseView.newBuilder()
                            .setId(ViewsTest.VIEW)
                            .addAskers("a")
                            .setQuota(ViewsTest.quota(24, 1000, 1000, 8))
                            .setPriceClass("standard")
                            .setPurposeRequired(true)
                            .build());
        }

        String served(int keywords) {
            String id = ViewsTest.asked(chain, ASKER, keywords);
            chain.call(
                    "b/executor", "Views", "Serve", ViewsTest.receipt(chain, id).build());
            return id;
        }

        void lookUp(int keywords, int found) {
            String id = served(keywords);
            Sm2Secret fresh = Sm2Secret.random(random(label + number++));
            chain.call(ASKER, "Views", "Close", closed(id, tally(lookups, found, fresh)));
            blinding = lookups == 0 ? fresh : Sm2Commitment.plus(blinding, fresh);
            lookups++;
            matched += found;
        }

        static CloseLookup closed(String id, MatchTally tally) {
            return CloseLookup.newBuilder()
                    .setLookup(id)
                    .addReports(ViewsTest.report("supervision/supervisor", 0))
                    .setTally(tally)
                    .build();
        }

        TellTotal.Builder total() {
            return TellTotal.newBuilder()
                    .setView(ViewsTest.VIEW)
                    .setLookups(lookups)
                    .setMatched(matched)
                    .setBlinding(ByteString.copyFrom(blinding.revealScalar()));
        }

        MatchTotals totals(String reader) {
            try {
                return MatchTotals.parseFrom(chain.read(
                        reader,
                        "Views",
                        "ListTotals",
                        ViewKey.newBuilder().setId(ViewsTest.VIEW).build()));
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void aTotalIsToldOverAHundredKeywordsAndOpensWhatWasCommitted() {
        Asker asker = new Asker("asker");
        for (int i = 0; i < 12; i++) {
            asker.lookUp(8, i % 3);
        }
        ViewsTest.refused(
                asker.chain,
                NotarizationErrors.WRONG_STATE,
                ASKER,
                "Tell",
                asker.total().build());
        asker.lookUp(4, 4);
        for (TellTotal wrong : new TellTotal[] {
            asker.total().setMatched(asker.matched + 1).build(),
            asker.total().setMatched(asker.matched - 1).build(),
            asker.total().setMatched(-1).build(),
            asker.total().setBlinding(ByteString.copyFrom(new byte[32])).build(),
            asker.total().setBlinding(ByteString.copyFrom(new byte[31])).build()
        }) {
            ViewsTest.refused(asker.chain, NotarizationErrors.BAD_ARGUMENTS, ASKER, "Tell", wrong);
        }
        TellTotal fewer = asker.total().setLookups(12).build();
        ViewsTest.refused(asker.chain, NotarizationErrors.WRONG_STATE, ASKER, "Tell", fewer);
        ViewsTest.refused(
                asker.chain,
                NotarizationErrors.WRONG_STATE,
                "c/analyst",
                "Tell",
                asker.total().build());
        TellTotal right = asker.total().build();
        asker.chain.call(ASKER, "Views", "Tell", right);
        ViewsTest.refused(asker.chain, NotarizationErrors.WRONG_STATE, ASKER, "Tell", right);
        MatchTotal told = asker.totals("b/owner").getTotals(0);
        assertEquals(16, told.getMatched());
        assertEquals(100, told.getKeywords());
        assertEquals(13, told.getLookups());
        assertEquals(1, told.getFirstLookup());
        assertEquals(13, told.getLastLookup());
        assertEquals(1, asker.totals(ASKER).getTotalsCount());
        assertEquals(1, asker.totals("supervision/supervisor").getTotalsCount());
        assertEquals(0, asker.totals("c/owner").getTotalsCount());
        asker.lookups = 0;
        asker.lookUp(1, 1);
        ViewsTest.refused(
                asker.chain,
                NotarizationErrors.WRONG_STATE,
                ASKER,
                "Tell",
                asker.total().build());
    }

    @Test
    void noLookUpIsLeftOutOfATallyUnseen() {
        Asker asker = new Asker("careful");
        asker.lookUp(8, 3);
        String id = asker.served(8);
        try (Sm2Secret blinding = Sm2Secret.random(random("late"))) {
            for (int before : new int[] {2, 7}) {
                CloseLookup stale = Asker.closed(id, tally(before, 1, blinding));
                ViewsTest.refused(asker.chain, NotarizationErrors.WRONG_STATE, ASKER, "Close", stale);
            }
            MatchTally good = tally(1, 1, blinding);
            for (MatchTally bad : new MatchTally[] {
                MatchTally.getDefaultInstance(),
                good.toBuilder()
                        .setCommitment(ByteString.copyFrom(new byte[33]))
                        .build(),
                good.toBuilder().setOwn(ByteString.EMPTY).build()
            }) {
                ViewsTest.refused(asker.chain, NotarizationErrors.BAD_ARGUMENTS, ASKER, "Close", Asker.closed(id, bad));
            }
            // one that begins anew is taken, and the owner sees in the total's numbers what it does not cover
            asker.chain.call(ASKER, "Views", "Close", Asker.closed(id, tally(0, 1, blinding)));
        }
        asker.lookups = 1;
        asker.matched = 1;
        asker.blinding = Sm2Secret.random(random("late"));
        for (int i = 0; i < 12; i++) {
            asker.lookUp(8, 0);
        }
        asker.chain.call(ASKER, "Views", "Tell", asker.total().build());
        assertEquals(2, asker.totals("b/owner").getTotals(0).getFirstLookup());
    }

    @Test
    void anyOrderOfCountsSumsUp() {
        Property.seeds(8).check(seed -> {
            RandomSource source = random("sums " + seed);
            byte[] sum = {};
            long total = 0;
            Sm2Secret blinding = Sm2Secret.random(source.fork("0"));
            int terms = 2 + (int) (seed & 7);
            for (int i = 0; i < terms; i++) {
                int count = source.fork("count" + i).bytes(1)[0] & 0x3f;
                Sm2Secret fresh = i == 0 ? blinding : Sm2Secret.random(source.fork("" + i));
                byte[] commitment = Sm2Commitment.commit(count, fresh);
                sum = i == 0 ? commitment : Sm2Commitment.plus(sum, commitment).orElseThrow();
                blinding = i == 0 ? blinding : Sm2Commitment.plus(blinding, fresh);
                total += count;
            }
            byte[] opened = blinding.revealScalar();
            assertTrue(Sm2Commitment.opens(sum, terms, total, opened));
            assertFalse(Sm2Commitment.opens(sum, terms, total + 1, opened));
            assertFalse(Sm2Commitment.opens(sum, terms + 1, total, opened));
            for (int i = 0; i < sum.length; i++) {
                byte[] changed = sum.clone();
                changed[i] ^= 1;
                assertFalse(Sm2Commitment.opens(changed, terms, total, opened));
            }
        });
    }

    @Test
    void aRangeShowsKeysSoThePolicyMustLetThemBeShown() {
        Chain chain = Chain.peopled();
        chain.call("b/owner", "Datasets", "Register", ViewsTest.dataset().build());
        var range = ViewsTest.view().setReads(ViewReads.VIEW_READS_BY_RANGE).setRecordsPerKey(1);
        ViewsTest.refused(chain, NotarizationErrors.POLICY_FORBIDS, "b/owner", "Publish", range.build());
        ColumnPolicy id = ViewsTest.dataset().getColumns(0).toBuilder()
                .setLookupValue(true)
                .build();
        chain.call(
                "b/owner",
                "Datasets",
                "SetPolicy",
                SetPolicyRequest.newBuilder()
                        .setId("b/people")
                        .addColumns(id)
                        .addAllColumns(ViewsTest.dataset().getColumnsList().subList(1, 4))
                        .setPolicy(UsePolicy.getDefaultInstance())
                        .build());
        ViewsTest.refused(
                chain,
                NotarizationErrors.BAD_ARGUMENTS,
                "b/owner",
                "Publish",
                range.clone().setRecordsPerKey(2).build());
        chain.call("b/owner", "Views", "Publish", range.build());
        assertThrows(ContractRejection.class, () -> chain.call("b/owner", "Views", "Publish", range.build()));
    }
}
