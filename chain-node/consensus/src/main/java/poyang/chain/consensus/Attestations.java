package poyang.chain.consensus;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import poyang.chain.proofs.Attestation;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.Signature;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;
import poyang.kernel.Ready.Rejected;
import poyang.kernel.Ready.TimerChange;

/// Collects what validators say about the execution of each height, the same under every engine: a
/// quorum of equal words is the block's finality proof.
///
/// A validator whose own header differs from a quorum's has executed differently from everybody else
/// and must stop: that is {@link Effect.Diverged}. Words about heights that are not yet executed here
/// are kept, within {@link #HEIGHTS_AHEAD}. A peer that asks about a height that is final here is told the
/// own word again. Answers ask nothing: otherwise two that both have the proof would answer each other for
/// ever.
public final class Attestations
        implements Machine<Attestations.Event, Ready<Attestations.Word, Attestations.Word, Attestations.Effect>> {
    static final String RESEND_TIMER = "attestations";
    private static final long RESEND_MILLIS = 1_000;
    private static final long HEIGHTS_AHEAD = 1_000;
    private static final long HEIGHTS_KEPT = 1_000;

    private final Bytes chainId;
    private final Epoch epoch;
    private final PartyId self;
    private final Signatures signatures;
    private final TreeMap<Long, TreeMap<PartyId, Word>> words = new TreeMap<>();
    private final TreeMap<Long, BlockHeader> own = new TreeMap<>();
    private final TreeMap<Long, BlockHeader> spoken = new TreeMap<>();
    private long finalised;

    /// A signed word about a height.
    ///
    /// @param asks the sender still lacks the others' words
    public record Word(BlockHeader header, Signature signature, boolean asks) {
        private static final String DOMAIN = "poyang.attestation-word.v1";

        public Bytes encoded() {
            return new CanonicalWriter(DOMAIN)
                    .bytes(header.encoded())
                    .bytes(signature.encoded())
                    .flag(asks)
                    .toBytes();
        }

        /// @throws poyang.kernel.PoyangException `BAD_ENCODING` for anything but the canonical form
        public static Word decode(byte[] encoded) {
            CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
            Word word = new Word(
                    BlockHeader.decode(in.array(1024)),
                    Signature.decode(in.exactly(Signature.ENCODED_BYTES).toArray()),
                    in.flag());
            in.end();
            return word;
        }
    }

    /// What happens.
    public sealed interface Event {
        /// The ledger executed the next height.
        record Executed(BlockHeader header) implements Event {}

        /// The ledger executed this height and has a proof of it already; counts when it is the next one.
        record Proven(FinalityProof proof) implements Event {}

        /// A word of the authenticated peer.
        record Heard(PartyId validator, Word word) implements Event {}

        /// The resend timer went off.
        record TimerFired() implements Event {}
    }

    /// What came of it.
    public sealed interface Effect {
        /// In ascending order of height, each once.
        record Finalised(FinalityProof proof) implements Effect {}

        /// A quorum executed this height otherwise: stop.
        record Diverged(BlockHeader mine, Bytes theirs) implements Effect {}
    }

    /// @param finalised the last height that has a proof already
    /// @param recent headers of final heights, for peers that lag; the last {@link #HEIGHTS_KEPT} suffice
    public Attestations(
            Bytes chainId, Epoch epoch, PartyId self, Signatures signatures, long finalised, List<BlockHeader> recent) {
        this.chainId = chainId;
        this.epoch = epoch;
        this.self = self;
        this.signatures = signatures;
        this.finalised = finalised;
        recent.forEach(header -> spoken.put(header.height(), header));
    }

    @Override
    public Ready<Word, Word, Effect> step(Event event) {
        List<Outbound<Word>> send = new ArrayList<>();
        List<Effect> apply = new ArrayList<>();
        List<TimerChange> timers = new ArrayList<>();
        List<Rejected> rejected = new ArrayList<>();
        switch (event) {
            case Event.Executed(BlockHeader header) -> {
                Word word = say(header, false);
                own.put(header.height(), header);
                put(self, word);
                spoken.put(header.height(), header);
                tell(send, word);
                timers.add(new TimerChange(RESEND_TIMER, RESEND_MILLIS));
            }
            case Event.Proven(FinalityProof proof) -> {
                if (proof.header().height() == finalised + 1) {
                    spoken.put(proof.header().height(), proof.header());
                    conclude(proof, apply);
                }
            }
            case Event.Heard(PartyId validator, Word word) -> {
                BlockHeader mine = spoken.get(word.header().height());
                if (word.header().height() <= finalised) {
                    if (word.asks() && mine != null && epoch.indexOf(validator) >= 0) {
                        send.add(new Outbound<>(validator, say(mine, false)));
                    }
                } else {
                    hear(validator, word).ifPresent(why -> rejected.add(new Rejected(validator.name(), why)));
                }
            }
            case Event.TimerFired() -> {
                spoken.tailMap(finalised, false).values().forEach(header -> tell(send, say(header, true)));
                if (!own.isEmpty() && own.lastKey() > finalised) {
                    timers.add(new TimerChange(RESEND_TIMER, RESEND_MILLIS));
                }
            }
        }
        conclude(apply);
        return new Ready<>(List.of(), send, apply, timers, rejected);
    }

    private Word say(BlockHeader header, boolean asks) {
        return new Word(header, signatures.sign(Attestation.message(epoch.suite(), header)), asks);
    }

    private Optional<String> hear(PartyId validator, Word word) {
        BlockHeader header = word.header();
        if (header.height() > finalised + HEIGHTS_AHEAD) {
            return Optional.of("a word about a height far ahead");
        }
        Signatures.Signed signed = new Signatures.Signed(
                validator, Bytes.wrap(Attestation.message(epoch.suite(), header)), word.signature());
        if (epoch.indexOf(validator) < 0
                || validator.equals(self)
                || !header.chainId().equals(chainId)
                || header.epoch() != epoch.number()
                || !signatures.verify(List.of(signed))) {
            return Optional.of("a forged word");
        }
        put(validator, word);
        return Optional.empty();
    }

    /// The first word of a validator about a height is the one that counts.
    private void put(PartyId validator, Word word) {
        words.computeIfAbsent(word.header().height(), _ -> new TreeMap<>()).putIfAbsent(validator, word);
    }

    private void conclude(List<Effect> apply) {
        for (BlockHeader mine = own.get(finalised + 1); mine != null; mine = own.get(finalised + 1)) {
            TreeMap<PartyId, Word> heard = words.getOrDefault(mine.height(), new TreeMap<>());
            if (heard.size() < epoch.quorum()) {
                return;
            }
            Map<BlockHeader, List<FinalityProof.Signed>> byHeader = new LinkedHashMap<>();
            heard.forEach((validator, word) -> byHeader.computeIfAbsent(word.header(), _ -> new ArrayList<>())
                    .add(new FinalityProof.Signed(validator, word.signature())));
            // A quorum is more than half under every engine, so there is one at most.
            Optional<Map.Entry<BlockHeader, List<FinalityProof.Signed>>> agreed = byHeader.entrySet().stream()
                    .filter(e -> e.getValue().size() >= epoch.quorum())
                    .findFirst();
            if (agreed.isEmpty()) {
                return;
            }
            if (!agreed.get().getKey().equals(mine)) {
                apply.add(new Effect.Diverged(mine, agreed.get().getKey().hash(epoch.suite())));
                return;
            }
            conclude(new FinalityProof(mine, agreed.get().getValue()), apply);
        }
    }

    private void conclude(FinalityProof proof, List<Effect> apply) {
        apply.add(new Effect.Finalised(proof));
        finalised++;
        spoken.headMap(finalised - HEIGHTS_KEPT, true).clear();
        words.headMap(finalised, true).clear();
        own.headMap(finalised, true).clear();
    }

    private void tell(List<Outbound<Word>> send, Word word) {
        epoch.validators().stream()
                .filter(v -> !v.id().equals(self))
                .forEach(v -> send.add(new Outbound<>(v.id(), word)));
    }
}
