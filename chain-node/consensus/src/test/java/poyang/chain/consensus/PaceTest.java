package poyang.chain.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.BftMessage.Proposal;
import poyang.chain.consensus.BftMessage.Vote;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;

/// When blocks follow each other: the next full one after a time, an empty one at once on top of what is not
/// committed yet.
final class PaceTest {
    private static final Bytes START = Sm3.hash(new byte[] {1});

    private final Epoch epoch;
    private final List<BftReplica> replicas = new ArrayList<>();
    private final List<Proposal> proposed = new ArrayList<>();
    private long transactions = 1;

    PaceTest() {
        SeededRandom random = new SeededRandom(new byte[32], "pace-test");
        List<Validator> validators = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            validators.add(new Validator(
                    new PartyId("validator-" + i),
                    Sm2PrivateKey.generate(random).publicKey()));
        }
        epoch = Epoch.bft(0, validators);
        for (Validator validator : validators) {
            replicas.add(new BftReplica(
                    BftConfig.of(START, epoch, validator.id()),
                    new QuickSignatures(epoch, validator.id()),
                    new Everything(),
                    List.of(),
                    START,
                    0));
        }
    }

    private final class Everything implements Payloads {
        @Override
        public Verdict judge(List<Bytes> payload) {
            return Verdict.HERE;
        }

        @Override
        public List<Bytes> fitting(List<Bytes> fresh) {
            return fresh;
        }

        @Override
        public long count(List<Bytes> payload) {
            return payload.size() * transactions;
        }
    }

    /// Lets something happen to everybody at one time, and all that follows from it, timers apart.
    private void happens(BftEvent event, long now) {
        List<Outbound<BftMessage>> under = new ArrayList<>();
        List<PartyId> from = new ArrayList<>();
        for (int i = 0; i < replicas.size(); i++) {
            take(i, replicas.get(i).step(event), under, from);
        }
        for (int next = 0; next < under.size(); next++) {
            Outbound<BftMessage> each = under.get(next);
            int to = epoch.indexOf(each.to());
            if (each.message() instanceof Proposal proposal && !proposed.contains(proposal)) {
                proposed.add(proposal);
            }
            assertTrue(each.message() instanceof Proposal || each.message() instanceof Vote, "nobody is late");
            take(to, replicas.get(to).step(new BftEvent.Received(from.get(next), each.message(), now)), under, from);
        }
    }

    private void take(
            int who,
            Ready<BftEntry, BftMessage, BftEffect> ready,
            List<Outbound<BftMessage>> under,
            List<PartyId> from) {
        for (Outbound<BftMessage> each : ready.sendAfterPersist()) {
            under.add(each);
            from.add(epoch.validators().get(who).id());
        }
    }

    private List<Boolean> empty() {
        return proposed.stream().map(proposal -> proposal.block().isEmpty()).toList();
    }

    @Test
    void whatIsCertifiedIsCommittedByAnEmptyBlockWhileTheNextFullOneWaits() {
        long block = epoch.blockTimeMillis();
        happens(new BftEvent.Started(1_000), 1_000);
        assertTrue(proposed.isEmpty(), "nothing is there to order");

        List<Bytes> items = new ArrayList<>(List.of(Bytes.utf8("a")));
        happens(new BftEvent.PayloadAvailable(List.copyOf(items), 2_000), 2_000);
        assertFalse(empty().getFirst());
        assertTrue(empty().get(1), "the first one is committed at once");

        items.add(Bytes.utf8("b"));
        proposed.clear();
        long early = 2_000 + block / 5 - 1;
        happens(new BftEvent.PayloadAvailable(List.copyOf(items), early), early);
        assertEquals(List.of(), proposed);
        transactions = Pace.BUSY_TRANSACTIONS;
        happens(new BftEvent.TimerFired(BftReplica.IDLE_TIMER, early + 1), early + 1);
        assertFalse(empty().getFirst());

        items.add(Bytes.utf8("c"));
        proposed.clear();
        long later = early + block / 5 + 1;
        happens(new BftEvent.PayloadAvailable(List.copyOf(items), later), later);
        assertTrue(empty().stream().allMatch(each -> each), "after a full block it takes longer");
        long due = early + 1 + 2 * block / 5;
        proposed.clear();
        happens(new BftEvent.TimerFired(BftReplica.IDLE_TIMER, due - 1), due - 1);
        assertTrue(empty().stream().allMatch(each -> each), "until the last millisecond");
        proposed.clear();
        happens(new BftEvent.TimerFired(BftReplica.IDLE_TIMER, due), due);
        assertFalse(empty().getFirst());

        items.add(Bytes.utf8("d"));
        proposed.clear();
        transactions = Pace.ENOUGH_TRANSACTIONS - 1;
        happens(new BftEvent.PayloadAvailable(List.copyOf(items), due + 1), due + 1);
        assertTrue(empty().stream().allMatch(each -> each), "one more must wait with it");
        proposed.clear();
        transactions = Pace.ENOUGH_TRANSACTIONS;
        happens(new BftEvent.PayloadAvailable(List.copyOf(items), due + 2), due + 2);
        assertFalse(empty().getFirst(), "where enough wait nothing is gained by waiting");
    }
}
