package poyang.chain.node;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import poyang.chain.consensus.BftMessage;
import poyang.chain.consensus.raft.RaftMessage;
import poyang.chain.proofs.Equivocation;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;

/// A consensus engine as a node drives it: what happens goes in, and what comes out is made durable, sent
/// and applied, in this order. All engines order certificates of batches.
sealed interface Engine permits BftEngine, RaftEngine, ObserverEngine {
    Steps started(long nowMillis);

    Steps received(PartyId from, Heard message, long nowMillis);

    Steps timerFired(String timer, long nowMillis);

    /// What there is to order now.
    Steps available(List<Bytes> payload, long nowMillis);

    /// A batch came in, for which something may wait.
    Steps arrived(long nowMillis);

    /// The ledger took in everything up to here by other means.
    Steps caughtUp(Bytes id, long round, long nowMillis);

    /// For people: the round of `bft`, the term of the others.
    long round();

    /// A peer's message.
    ///
    /// @throws PoyangException `BAD_ENCODING` for one that is none of this engine
    Heard decode(byte[] message);

    /// The places of kept entries and batches below this one are needed no longer, nor are keys of entries in
    /// {@link #keysFrom} below {@link #keysBelow}.
    ///
    /// @param orderedRound of what the ledger took in last
    long placesBelow(long orderedRound);

    /// Where the batches of an ordered item are kept; rises with the order.
    long place(long round);

    String keysFrom();

    /// Is an entry under this key kept for peers only?
    default boolean keptForOthers(String key) {
        return key.startsWith(keysFrom().substring(0, keysFrom().lastIndexOf('/') + 1));
    }

    String keysBelow(long orderedRound);

    /// A message of one of the engines.
    sealed interface Heard {
        record OfBft(BftMessage message) implements Heard {}

        record OfRaft(RaftMessage message) implements Heard {}
    }

    /// What must be durable before anything is sent.
    ///
    /// @param forOthers is it kept for peers, and forgotten once it is far behind?
    /// @param round of the entry; its batches are kept with it
    /// @param payload what must outlive a crash of everybody together with the entry
    record Kept(String key, Bytes encoded, boolean forOthers, long round, List<Bytes> payload) {}

    /// What a step asks of the driver.
    record Steps(
            List<Kept> persist,
            List<Ready.Outbound<Bytes>> send,
            List<Effect> apply,
            List<Ready.TimerChange> timers,
            List<Ready.Rejected> rejected) {}

    /// A step that asks for nothing.
    Steps NOTHING = new Steps(List.of(), List.of(), List.of(), List.of(), List.of());

    /// What an engine found out.
    sealed interface Effect {
        /// Exactly once and in order; empty ones too.
        record Decided(Ordered ordered) implements Effect {}

        /// Something waits for these batches; the peer may have them.
        record Missing(List<Bytes> payload, PartyId holder) implements Effect {}

        /// Who leads from now on.
        record Led(long term, PartyId leader) implements Effect {}

        /// One validator stood for two things in one round.
        record Equivocated(Equivocation proof) implements Effect {}
    }

    /// Encodes messages, one to several peers once.
    static <M> List<Ready.Outbound<Bytes>> encoded(List<Ready.Outbound<M>> messages, Function<M, byte[]> encode) {
        List<Ready.Outbound<Bytes>> found = new ArrayList<>();
        @Nullable M last = null;
        Bytes encoded = Bytes.empty();
        for (Ready.Outbound<M> out : messages) {
            if (!out.message().equals(last)) {
                last = out.message();
                encoded = Bytes.wrap(encode.apply(out.message()));
            }
            found.add(new Ready.Outbound<>(out.to(), encoded));
        }
        return found;
    }
}
