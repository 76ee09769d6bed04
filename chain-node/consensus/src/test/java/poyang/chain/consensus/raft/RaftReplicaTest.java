package poyang.chain.consensus.raft;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.raft.RaftMessage.Append;
import poyang.chain.consensus.raft.RaftMessage.PreVoteAnswer;
import poyang.chain.consensus.raft.RaftMessage.PreVoteAsk;
import poyang.chain.consensus.raft.RaftMessage.Taken;
import poyang.chain.consensus.raft.RaftMessage.VoteAnswer;
import poyang.chain.consensus.raft.RaftMessage.VoteAsk;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;

/// One replica of five, told by hand what the others say: the corners that chance seldom reaches.
final class RaftReplicaTest {
    private static final Bytes CHAIN = Sm3.hash(new byte[] {45});
    private static final Epoch EPOCH = epoch();

    private static Epoch epoch() {
        SeededRandom random = new SeededRandom(new byte[32], "replica validators");
        List<Validator> validators = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            validators.add(new Validator(id(i), Sm2PrivateKey.generate(random).publicKey()));
        }
        return Epoch.raft(0, validators);
    }

    private static PartyId id(int number) {
        return new PartyId("validator-" + number);
    }

    private static RaftReplica replica(List<RaftRecord> records) {
        return new RaftReplica(RaftConfig.of(CHAIN, EPOCH, id(1), 1), new AllHere(), records, Position.GENESIS, CHAIN);
    }

    private static Ready<RaftRecord, RaftMessage, RaftEffect> hear(RaftReplica replica, int from, RaftMessage message) {
        return replica.step(new RaftEvent.Received(id(from), message, 10));
    }

    private static Ready<RaftRecord, RaftMessage, RaftEffect> wait(RaftReplica replica, String timer) {
        return replica.step(new RaftEvent.TimerFired(timer, 10));
    }

    private static long ordered(Ready<RaftRecord, RaftMessage, RaftEffect> ready) {
        return ready.apply().stream()
                .filter(e -> e instanceof RaftEffect.Ordered)
                .count();
    }

    /// Entry 1 of term 1 and entry 2 of term 2, and the promise of term 3.
    private static List<RaftRecord> twoOldEntries() {
        LogEntry first = new LogEntry(new Position(1, 1), CHAIN, id(2), 1, List.of());
        LogEntry second =
                new LogEntry(new Position(2, 2), first.id(CryptoSuite.SM), id(1), 2, List.of(Bytes.utf8("old")));
        return List.of(
                new RaftRecord.Kept(first), new RaftRecord.Kept(second), new RaftRecord.Promise(3, Optional.empty()));
    }

    private static RaftReplica leaderOfTermFour() {
        RaftReplica replica = replica(twoOldEntries());
        replica.step(new RaftEvent.Started(1));
        assertEquals(
                new PreVoteAsk(4, new Position(2, 2)),
                wait(replica, RaftReplica.ELECTION_TIMER)
                        .sendAfterPersist()
                        .getFirst()
                        .message());
        hear(replica, 2, new PreVoteAnswer(4, true));
        Ready<RaftRecord, RaftMessage, RaftEffect> standing = hear(replica, 3, new PreVoteAnswer(4, true));
        assertEquals(
                new RaftRecord.Promise(4, Optional.of(id(1))),
                standing.persist().getFirst());
        assertEquals(
                new VoteAsk(4, new Position(2, 2)),
                standing.sendAfterPersist().getFirst().message());
        hear(replica, 2, new VoteAnswer(4, true));
        Ready<RaftRecord, RaftMessage, RaftEffect> leading = hear(replica, 3, new VoteAnswer(4, true));
        assertEquals(List.of(new RaftEffect.Led(4, id(1))), leading.apply());
        return replica;
    }

    /// Figure 8 of the paper: a majority's copies of an entry of an earlier term make nothing final.
    @Test
    void copiesOfAnEarlierTermsEntryMakeNothingFinal() {
        RaftReplica replica = leaderOfTermFour();
        for (int peer = 2; peer <= 5; peer++) {
            assertEquals(0, ordered(hear(replica, peer, new Taken(4, 2))), "all five hold entry 2, of term 2");
        }
        assertEquals(0, ordered(hear(replica, 2, new Taken(4, 3))));
        assertEquals(3, ordered(hear(replica, 3, new Taken(4, 3))), "entry 3, of term 4, makes all before it final");
    }

    @Test
    void aLeaderThatHearsNoMajorityStepsDown() {
        RaftReplica replica = leaderOfTermFour();
        hear(replica, 2, new Taken(4, 3));
        for (int i = 0; i < 10; i++) {
            wait(replica, RaftReplica.BEAT_TIMER);
        }
        assertEquals(Optional.empty(), replica.leader());
        assertEquals(4, replica.term(), "and opens no term");
        assertTrue(wait(replica, RaftReplica.BEAT_TIMER).sendAfterPersist().isEmpty());
    }

    @Test
    void whoHearsALeaderVotesForNobodyElse() {
        RaftReplica replica = replica(List.of());
        replica.step(new RaftEvent.Started(1));
        hear(replica, 2, new Append(1, Position.GENESIS, List.of(), 0));
        Ready<RaftRecord, RaftMessage, RaftEffect> asked = hear(replica, 3, new PreVoteAsk(2, new Position(1, 9)));
        assertEquals(
                new PreVoteAnswer(1, false), asked.sendAfterPersist().getFirst().message());
        Ready<RaftRecord, RaftMessage, RaftEffect> voted = hear(replica, 3, new VoteAsk(2, new Position(1, 9)));
        assertTrue(voted.sendAfterPersist().isEmpty() && voted.persist().isEmpty());
        wait(replica, RaftReplica.ELECTION_TIMER);
        voted = hear(replica, 3, new VoteAsk(2, new Position(1, 9)));
        assertTrue(voted.persist().contains(new RaftRecord.Promise(2, Optional.of(id(3)))), "durable before it leaves");
        assertEquals(
                new VoteAnswer(2, true), voted.sendAfterPersist().getFirst().message());
        assertEquals(
                new VoteAnswer(2, false),
                hear(replica, 4, new VoteAsk(2, new Position(1, 9)))
                        .sendAfterPersist()
                        .getFirst()
                        .message());
    }

    @Test
    void anotherVoteInTheSameTermIsRefusedAfterARestartToo() {
        RaftReplica replica = replica(List.of(new RaftRecord.Promise(7, Optional.of(id(3)))));
        replica.step(new RaftEvent.Started(1));
        assertEquals(
                new VoteAnswer(7, false),
                hear(replica, 4, new VoteAsk(7, new Position(6, 9)))
                        .sendAfterPersist()
                        .getFirst()
                        .message());
        assertEquals(
                new VoteAnswer(7, true),
                hear(replica, 3, new VoteAsk(7, new Position(6, 9)))
                        .sendAfterPersist()
                        .getFirst()
                        .message());
    }
}
