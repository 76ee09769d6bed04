package poyang.chain.consensus.raft;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.raft.RaftMessage.Append;
import poyang.chain.consensus.raft.RaftMessage.PreVoteAnswer;
import poyang.chain.consensus.raft.RaftMessage.PreVoteAsk;
import poyang.chain.consensus.raft.RaftMessage.Refused;
import poyang.chain.consensus.raft.RaftMessage.Taken;
import poyang.chain.consensus.raft.RaftMessage.VoteAnswer;
import poyang.chain.consensus.raft.RaftMessage.VoteAsk;
import poyang.chain.consensus.raft.RaftRecord.Kept;
import poyang.chain.consensus.raft.RaftRecord.Promise;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;
import poyang.simulation.Mangled;
import poyang.simulation.Property;

/// Encodings, and what a replica makes of messages that no honest peer sends.
final class RaftCodecTest {
    private static final PartyId ONE = new PartyId("validator-1");
    private static final PartyId TWO = new PartyId("validator-2");
    private static final Bytes CHAIN = Sm3.hash(new byte[] {44});
    private static final Epoch EPOCH = epoch();

    private static Epoch epoch() {
        SeededRandom random = new SeededRandom(new byte[32], "codec validators");
        return Epoch.raft(
                3,
                List.of(
                        new Validator(ONE, Sm2PrivateKey.generate(random).publicKey()),
                        new Validator(TWO, Sm2PrivateKey.generate(random).publicKey()),
                        new Validator(
                                new PartyId("validator-3"),
                                Sm2PrivateKey.generate(random).publicKey())));
    }

    private static LogEntry entry(long term, long index, Bytes parent, String... payload) {
        return new LogEntry(
                new Position(term, index),
                parent,
                TWO,
                1_000 + index,
                Arrays.stream(payload).map(Bytes::utf8).toList());
    }

    private static List<RaftMessage> messages() {
        LogEntry first = entry(2, 1, CHAIN);
        return List.of(
                new PreVoteAsk(3, new Position(2, 7)),
                new PreVoteAnswer(3, true),
                new VoteAsk(3, new Position(2, 7)),
                new VoteAnswer(3, false),
                new Append(3, Position.GENESIS, List.of(first, entry(3, 2, first.id(CryptoSuite.SM), "a", "b")), 1),
                new Taken(3, 9),
                new Refused(3, 9, 4));
    }

    @Test
    void messagesAndRecordsComeBackEqual() {
        for (RaftMessage message : messages()) {
            RaftMessage back = RaftMessage.decode(message.encoded());
            assertEquals(message, back);
            assertArrayEquals(message.encoded(), back.encoded());
        }
        for (RaftRecord kept : List.of(
                new Kept(entry(1, 1, CHAIN, "x")),
                new Promise(4, Optional.of(ONE)),
                new Promise(5, Optional.empty()))) {
            assertEquals(kept, RaftRecord.decode(kept.key(), kept.encoded()));
        }
    }

    @Test
    void everyShortenedOrLengthenedMessageIsRefused() {
        for (RaftMessage message : messages()) {
            byte[] encoded = message.encoded();
            for (int length = 0; length < encoded.length; length++) {
                refused(Arrays.copyOf(encoded, length));
            }
            refused(Arrays.copyOf(encoded, encoded.length + 1));
        }
    }

    private static void refused(byte[] encoded) {
        PoyangException e = assertThrows(PoyangException.class, () -> RaftMessage.decode(encoded));
        assertEquals(KernelErrors.BAD_ENCODING, e.code());
    }

    /// A changed byte gives an error or another message, never another exception and never the same message;
    /// whatever decodes, a replica takes without an exception and without unsaying what is final.
    @Test
    void changedBytesAreRefusedOrMeanSomethingElse() {
        for (RaftMessage message : messages()) {
            byte[] encoded = message.encoded();
            for (int at = 0; at < encoded.length; at++) {
                for (int bit = 0; bit < 8; bit++) {
                    byte[] changed = encoded.clone();
                    changed[at] ^= (byte) (1 << bit);
                    try {
                        RaftMessage other = RaftMessage.decode(changed);
                        assertArrayEquals(changed, other.encoded());
                        RaftReplica replica = withOneFinalEntry();
                        replica.step(new RaftEvent.Received(TWO, other, 5));
                        assertTrue(replica.term() >= 2);
                    } catch (PoyangException e) {
                        assertEquals(KernelErrors.BAD_ENCODING, e.code());
                    }
                }
            }
        }
    }

    @Test
    void mangledMessagesEntriesAndRecordsAreRefusedOrOtherOnes() {
        LogEntry entry = entry(2, 1, CHAIN, "a", "b");
        Promise promise = new Promise(4, Optional.of(ONE));
        List<byte[]> samples = Stream.concat(
                        messages().stream().map(RaftMessage::encoded),
                        Stream.of(entry.encoded(), promise.encoded().toArray()))
                .toList();
        Property.seeds(2_000).check(seed -> {
            byte[] bytes = new Mangled(seed, samples).next();
            canonicalOrRefused(bytes, in -> RaftMessage.decode(in).encoded());
            canonicalOrRefused(bytes, in -> LogEntry.decode(in).encoded());
            for (String key : List.of(promise.key(), new Kept(entry).key())) {
                canonicalOrRefused(
                        bytes,
                        in -> RaftRecord.decode(key, Bytes.copyOf(in)).encoded().toArray());
            }
        });
    }

    private static void canonicalOrRefused(byte[] bytes, UnaryOperator<byte[]> again) {
        try {
            assertArrayEquals(bytes, again.apply(bytes));
        } catch (PoyangException e) {
            assertEquals(KernelErrors.BAD_ENCODING, e.code());
        }
    }

    private static RaftReplica replica() {
        return new RaftReplica(RaftConfig.of(CHAIN, EPOCH, ONE, 1), new AllHere(), List.of(), Position.GENESIS, CHAIN);
    }

    private static RaftReplica withOneFinalEntry() {
        RaftReplica replica = replica();
        Ready<RaftRecord, RaftMessage, RaftEffect> ready = replica.step(new RaftEvent.Received(
                TWO, new Append(2, Position.GENESIS, List.of(entry(2, 1, CHAIN, "final")), 1), 5));
        assertTrue(ready.apply().stream().anyMatch(e -> e instanceof RaftEffect.Ordered));
        return replica;
    }

    private static String refusal(RaftReplica replica, PartyId from, RaftMessage message) {
        Ready<RaftRecord, RaftMessage, RaftEffect> ready = replica.step(new RaftEvent.Received(from, message, 5));
        assertTrue(ready.persist().isEmpty()
                && ready.apply().isEmpty()
                && ready.sendAfterPersist().isEmpty());
        assertEquals(1, ready.rejected().size());
        return ready.rejected().getFirst().reason();
    }

    @Test
    void whatNoHonestPeerSendsIsRefusedWithAReasonAndChangesNothing() {
        RaftMessage beat = new Append(2, Position.GENESIS, List.of(), 0);
        assertEquals("a message from a stranger or from oneself", refusal(replica(), new PartyId("stranger"), beat));
        assertEquals("a message from a stranger or from oneself", refusal(replica(), ONE, beat));
        assertEquals(
                "a second leader of one term",
                refusal(
                        withOneFinalEntry(),
                        new PartyId("validator-3"),
                        new Append(2, new Position(2, 1), List.of(), 1)));
        assertEquals(
                "entries that do not follow each other",
                refusal(replica(), TWO, new Append(2, Position.GENESIS, List.of(entry(2, 2, CHAIN)), 0)));
        assertEquals(
                "entries that do not follow each other",
                refusal(replica(), TWO, new Append(2, Position.GENESIS, List.of(entry(3, 1, CHAIN)), 0)));
    }

    @Test
    void anEntryThatIsChainedElsewhereIsNotTaken() {
        RaftReplica replica = replica();
        Ready<RaftRecord, RaftMessage, RaftEffect> ready = replica.step(new RaftEvent.Received(
                TWO, new Append(2, Position.GENESIS, List.of(entry(2, 1, Sm3.hash(new byte[] {1}))), 1), 5));
        assertEquals(
                "an entry that does not continue the log",
                ready.rejected().getFirst().reason());
        assertTrue(ready.sendAfterPersist().isEmpty());
        assertTrue(ready.apply().stream().noneMatch(e -> e instanceof RaftEffect.Ordered));
    }

    /// An entry that was replaced on disk leaves those after it behind; a restart must not pick them up.
    @Test
    void staleEntriesOnDiskAreLeftOut() {
        LogEntry first = entry(1, 1, CHAIN);
        LogEntry old = entry(1, 2, first.id(CryptoSuite.SM), "old");
        LogEntry stale = entry(1, 3, old.id(CryptoSuite.SM), "stale");
        LogEntry replaced = entry(2, 2, first.id(CryptoSuite.SM), "new");
        RaftLog log = new RaftLog(CryptoSuite.SM, List.of(first, old, stale, replaced), Position.GENESIS, CHAIN);
        assertEquals(new Position(2, 2), log.last());
        RaftLog applied = new RaftLog(
                CryptoSuite.SM, List.of(first, replaced, stale), new Position(2, 2), replaced.id(CryptoSuite.SM));
        assertEquals(new Position(2, 2), applied.last());
        assertEquals(0, applied.lowest());
    }

    @Test
    void positionsOrderAsLogsDo() {
        assertTrue(new Position(2, 1).compareTo(new Position(1, 1_000_000)) > 0);
        assertTrue(new Position(2, 2).compareTo(new Position(2, 1)) > 0);
        Position far = new Position(Position.MOST_TERM, Position.MOST_INDEX);
        assertEquals(far, Position.of(far.round()));
        assertTrue(far.round() > 0);
    }
}
