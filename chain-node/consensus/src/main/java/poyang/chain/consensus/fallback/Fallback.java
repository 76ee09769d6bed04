package poyang.chain.consensus.fallback;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import poyang.chain.consensus.BftConfig;
import poyang.chain.consensus.BftEffect;
import poyang.chain.consensus.BftEntry;
import poyang.chain.consensus.BftEvent;
import poyang.chain.consensus.BftMessage;
import poyang.chain.consensus.BftReplica;
import poyang.chain.consensus.OrderedBlock;
import poyang.chain.consensus.Payloads;
import poyang.chain.consensus.Signatures;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.Signature;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.Machine;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;
import poyang.kernel.Ready.Outbound;
import poyang.kernel.Ready.Rejected;
import poyang.kernel.Ready.TimerChange;

/// Leaves an epoch whose engine decides nothing any more, for the epoch that was agreed beforehand
/// ({@link Epoch#fallback}).
///
/// Who has had something to order and saw nothing decided for the patience says so; that binds to nothing, so
/// who was merely cut off goes on in the epoch. Once more than two thirds say so at one time, a validator
/// **closes** the epoch for good: its engine takes no step any more, and it signs the highest that it knew. More
/// than two thirds of such words are a {@link Closure}. Different validators may gather different ones, so
/// one of them is agreed on first, by the two-chain protocol among the same validators, under a domain of its own.
/// The block that the agreed closure carries as the highest is the last of the epoch: it and all below it are
/// executed, attested by the epoch's quorum like any block, and each says, signed, that the epoch ended there.
/// More than two thirds of these words prove it to others ({@link EpochLink}).
///
/// **Safety.** What the engine decided, or ever decides, was voted for or copied by a quorum of it, and that
/// quorum meets the closure's two thirds in an honest validator that did so before it closed. Its word, and so
/// the closure's highest, is at least as high; and by the engine's own argument what is certified higher
/// extends it. A closure that is agreed on is one for all. {@link poyang.chain.consensus} tells why two are never
/// agreed on.
///
/// **Liveness.** With more than two thirds that are honest and reach each other, all of them see each other's
/// words, close, and agree, whatever the engine does.
public final class Fallback implements Machine<FallbackEvent, Ready<FallbackEntry, FallbackMessage, FallbackEffect>> {
    /// The pause between two ticks.
    public static final long TICK_MILLIS = 1_000;

    static final String TICK_TIMER = "tick";
    private static final String AGREEMENT_TIMERS = "agree/";
    private static final int FRESH_TICKS = 4;
    private static final int MOST_HELD = 4_096;

    private final Bytes chainId;
    private final Epoch epoch;
    private final PartyId self;
    private final Signatures signatures;
    private final Remains remains;
    private final long patienceTicks;
    private final List<BftEntry> promises = new ArrayList<>();
    private final TreeMap<PartyId, Long> stalled = new TreeMap<>();
    private final TreeMap<PartyId, FallbackMessage.Closed> closed = new TreeMap<>();
    private final TreeMap<PartyId, FallbackMessage.Over> over = new TreeMap<>();
    private final Map<Bytes, Remains.Item> fetched = new LinkedHashMap<>();
    private Optional<Claim> shut = Optional.empty();
    private @Nullable BftReplica agreement;
    private boolean offered;
    private Optional<Claim> last = Optional.empty();
    private Optional<Bytes> wanted = Optional.empty();
    private boolean rested;
    private Optional<Bytes> end = Optional.empty();
    private boolean told;
    private long settledRound;
    private Bytes settledId;
    private long ticks;
    private long quietTicks;
    private int turn;

    private List<FallbackEntry> persist = new ArrayList<>();
    private List<Outbound<FallbackMessage>> send = new ArrayList<>();
    private List<FallbackEffect> apply = new ArrayList<>();
    private List<TimerChange> timers = new ArrayList<>();
    private List<Rejected> rejected = new ArrayList<>();

    /// What is to be left, and by whom.
    ///
    /// @param epoch one that has a fallback
    /// @param signatures of the epoch's validators
    public record Scene(Bytes chainId, Epoch epoch, PartyId self, Signatures signatures) {}

    /// @param remains what the epoch's engine keeps
    /// @param patienceMillis how long nothing may be decided while something waits
    /// @param kept what was persisted
    /// @param settledRound of what the ledger took in last
    /// @param settledId its id; the epoch's start when none
    public Fallback(
            Scene scene,
            Remains remains,
            long patienceMillis,
            List<FallbackEntry> kept,
            long settledRound,
            Bytes settledId) {
        chainId = scene.chainId();
        epoch = scene.epoch();
        self = scene.self();
        signatures = scene.signatures();
        this.remains = remains;
        patienceTicks = Math.max(1, patienceMillis / TICK_MILLIS);
        this.settledRound = settledRound;
        this.settledId = settledId;
        for (FallbackEntry entry : kept) {
            switch (entry) {
                case FallbackEntry.Shut(Claim claim) -> shut = Optional.of(claim);
                case FallbackEntry.Promise(BftEntry promise) -> promises.add(promise);
            }
        }
    }

    /// Has this validator closed the epoch? Then the engine must not run.
    public boolean isShut() {
        return shut.isPresent();
    }

    @Override
    public Ready<FallbackEntry, FallbackMessage, FallbackEffect> step(FallbackEvent event) {
        switch (event) {
            case FallbackEvent.Started(long now) -> {
                timers.add(new TimerChange(TICK_TIMER, TICK_MILLIS));
                shut.ifPresent(claim -> close(claim, now));
            }
            case FallbackEvent.Decided(long round, Bytes id) -> {
                quietTicks = 0;
                settledRound = round;
                settledId = id;
            }
            case FallbackEvent.TimerFired(String timer, boolean waiting, long now) -> {
                if (timer.equals(TICK_TIMER)) {
                    tick(waiting, now);
                } else if (agreement != null) {
                    agree(new BftEvent.TimerFired(timer.substring(AGREEMENT_TIMERS.length()), now));
                }
            }
            case FallbackEvent.Received(PartyId from, FallbackMessage message, long now) -> {
                if (epoch.indexOf(from) < 0 || from.equals(self)) {
                    reject(from, "a word about an epoch's end from a stranger or from oneself");
                } else {
                    hear(from, message, now);
                }
            }
            case FallbackEvent.Executed(Bytes header) -> {
                end = Optional.of(header);
                sayOver(header);
                conclude();
            }
        }
        Ready<FallbackEntry, FallbackMessage, FallbackEffect> ready =
                new Ready<>(persist, send, apply, timers, rejected);
        persist = new ArrayList<>();
        send = new ArrayList<>();
        apply = new ArrayList<>();
        timers = new ArrayList<>();
        rejected = new ArrayList<>();
        return ready;
    }

    private void tick(boolean waiting, long now) {
        ticks++;
        timers.add(new TimerChange(TICK_TIMER, TICK_MILLIS));
        if (shut.isPresent()) {
            tell(Optional.ofNullable(closed.get(self)).orElseThrow());
            ask();
            end.ifPresent(this::sayOver);
            return;
        }
        quietTicks = waiting ? quietTicks + 1 : 0;
        if (quietTicks >= patienceTicks) {
            stalled.put(self, ticks);
            tell(new FallbackMessage.Stalled());
            closeWithTheOthers(now);
        }
    }

    private void hear(PartyId from, FallbackMessage message, long now) {
        switch (message) {
            case FallbackMessage.Stalled() -> {
                stalled.put(from, ticks);
                closeWithTheOthers(now);
            }
            case FallbackMessage.Closed word -> {
                if (closed.containsKey(from)) {
                    return;
                }
                if (!authentic(from, word.claim().message(chainId, epoch.number()), word.signature())
                        || !remains.holds(word.claim())) {
                    reject(from, "a forged word that the epoch is closed");
                    return;
                }
                closed.put(from, word);
                closeWithTheOthers(now);
                offer(now);
            }
            case FallbackMessage.Deciding(BftMessage said) -> {
                if (agreement != null) {
                    agree(new BftEvent.Received(from, said, now));
                }
            }
            case FallbackMessage.Ask(Bytes id) -> {
                if (shut.isPresent()) {
                    find(id).ifPresent(
                                    item -> send.add(new Outbound<>(from, new FallbackMessage.Found(item.encoded()))));
                }
            }
            case FallbackMessage.Found(Bytes encoded) -> take(from, encoded);
            case FallbackMessage.Over word -> {
                if (authentic(from, EpochLink.end(chainId, epoch.number(), word.header()), word.signature())) {
                    over.put(from, word);
                    conclude();
                } else {
                    reject(from, "a forged word that the epoch is over");
                }
            }
            case FallbackMessage.Link _ -> reject(from, "a link is none of this machine's concern");
        }
    }

    private boolean authentic(PartyId from, byte[] message, Signature signature) {
        return signatures.verify(List.of(new Signatures.Signed(from, Bytes.wrap(message), signature)));
    }

    // ---- closing --------------------------------------------------------------------------------

    private void closeWithTheOthers(long now) {
        long agreed = epoch.validators().stream()
                .filter(v -> closed.containsKey(v.id())
                        || stalled.getOrDefault(v.id(), Long.MIN_VALUE) > ticks - FRESH_TICKS)
                .count();
        if (shut.isEmpty() && agreed >= Closure.needed(epoch)) {
            Claim claim = remains.highest();
            persist.add(new FallbackEntry.Shut(claim));
            close(claim, now);
        }
    }

    private void close(Claim claim, long now) {
        shut = Optional.of(claim);
        apply.add(new FallbackEffect.Shut());
        FallbackMessage.Closed word =
                new FallbackMessage.Closed(claim, signatures.sign(claim.message(chainId, epoch.number())));
        closed.put(self, word);
        tell(word);
        Bytes domain = epoch.suite()
                .hash(new CanonicalWriter("poyang.fallback.agreement.v1")
                        .bytes(chainId)
                        .u64(epoch.number())
                        .toArray());
        Epoch among = Epoch.bft(epoch.number(), epoch.blockTimeMillis(), epoch.validators());
        agreement = new BftReplica(
                BftConfig.of(domain, among, self, domain), signatures, new Closures(), promises, domain, 0);
        agree(new BftEvent.Started(now));
        offer(now);
    }

    // ---- agreeing on one closure ----------------------------------------------------------------

    /// One valid closure, or nothing.
    private final class Closures implements Payloads {
        @Override
        public Verdict judge(List<Bytes> payload) {
            try {
                boolean holds = payload.stream()
                        .allMatch(item -> Closure.decode(item.toArray()).holds(chainId, epoch, signatures, remains));
                return holds && payload.size() <= 1 ? Verdict.HERE : Verdict.WRONG;
            } catch (PoyangException e) {
                return Verdict.WRONG;
            }
        }

        @Override
        public List<Bytes> fitting(List<Bytes> fresh) {
            return fresh.stream().limit(1).toList();
        }
    }

    private void offer(long now) {
        if (offered || last.isPresent() || agreement == null || closed.size() < Closure.needed(epoch)) {
            return;
        }
        offered = true;
        List<Closure.Word> words = new ArrayList<>();
        Claim highest = shut.orElseThrow();
        for (Map.Entry<PartyId, FallbackMessage.Closed> each : closed.entrySet()) {
            Claim claim = each.getValue().claim();
            words.add(new Closure.Word(
                    each.getKey(), claim.round(), claim.id(), each.getValue().signature()));
            highest = claim.round() > highest.round() ? claim : highest;
        }
        agree(new BftEvent.PayloadAvailable(List.of(new Closure(words, highest).encoded()), now));
    }

    private void agree(BftEvent event) {
        BftReplica replica = agreement;
        if (replica == null) {
            throw new Bug("nothing is to be agreed on before the epoch is closed");
        }
        Ready<BftEntry, BftMessage, BftEffect> ready = replica.step(event);
        ready.persist().forEach(entry -> persist.add(new FallbackEntry.Promise(entry)));
        ready.sendAfterPersist()
                .forEach(out -> send.add(new Outbound<>(out.to(), new FallbackMessage.Deciding(out.message()))));
        ready.timers().forEach(t -> timers.add(new TimerChange(AGREEMENT_TIMERS + t.name(), t.delayMillis())));
        rejected.addAll(ready.rejected());
        for (BftEffect effect : ready.apply()) {
            if (effect instanceof BftEffect.Ordered(Bytes _, OrderedBlock block)
                    && !block.isEmpty()
                    && last.isEmpty()) {
                last = Optional.of(
                        Closure.decode(block.payload().getFirst().toArray()).highest());
                wanted = last.map(Claim::id);
                walk();
                ask();
            }
        }
    }

    // ---- the rest of the order ------------------------------------------------------------------

    private Optional<Remains.Item> find(Bytes id) {
        return Optional.ofNullable(fetched.get(id)).or(() -> remains.find(id));
    }

    /// From the agreed block down to what is settled, as far as it is here.
    private void walk() {
        if (rested || last.isEmpty()) {
            return;
        }
        ArrayDeque<Remains.Item> path = new ArrayDeque<>();
        Bytes at = last.get().id();
        while (last.get().round() > settledRound && !at.equals(settledId)) {
            Optional<Remains.Item> item = find(at);
            if (item.isEmpty()) {
                wanted = Optional.of(at);
                return;
            }
            Bug.unless(item.get().round() > settledRound, "the epoch's order forks below its end");
            path.addFirst(item.get());
            at = item.get().parent();
        }
        rested = true;
        wanted = Optional.empty();
        apply.add(new FallbackEffect.Rest(List.copyOf(path), last.get().round()));
    }

    /// Asks two others for what is missing, the next ones each time.
    private void ask() {
        if (last.isEmpty() || wanted.isEmpty() || rested) {
            return;
        }
        for (int i = 0; i < 2; i++) {
            PartyId peer = epoch.validators()
                    .get(Math.floorMod(turn++, epoch.validators().size()))
                    .id();
            if (!peer.equals(self)) {
                send.add(new Outbound<>(peer, new FallbackMessage.Ask(wanted.get())));
            }
        }
    }

    private void take(PartyId from, Bytes encoded) {
        Remains.Item item;
        try {
            item = remains.decode(encoded);
        } catch (PoyangException e) {
            reject(from, "a block that is none");
            return;
        }
        if (wanted.equals(Optional.of(item.id())) && fetched.size() < MOST_HELD) {
            fetched.put(item.id(), item);
            walk();
            ask();
        }
    }

    // ---- the end --------------------------------------------------------------------------------

    private void sayOver(Bytes header) {
        FallbackMessage.Over word =
                new FallbackMessage.Over(header, signatures.sign(EpochLink.end(chainId, epoch.number(), header)));
        over.put(self, word);
        tell(word);
    }

    private void conclude() {
        if (end.isEmpty() || told) {
            return;
        }
        List<FinalityProof.Signed> same = over.entrySet().stream()
                .filter(each -> each.getValue().header().equals(end.get()))
                .map(each ->
                        new FinalityProof.Signed(each.getKey(), each.getValue().signature()))
                .toList();
        if (same.size() >= Closure.needed(epoch)) {
            told = true;
            apply.add(new FallbackEffect.Over(same));
        }
    }

    private void tell(FallbackMessage message) {
        epoch.validators().stream()
                .map(v -> v.id())
                .filter(id -> !id.equals(self))
                .forEach(id -> send.add(new Outbound<>(id, message)));
    }

    private void reject(PartyId from, String reason) {
        rejected.add(new Rejected(from.name(), reason));
    }
}
