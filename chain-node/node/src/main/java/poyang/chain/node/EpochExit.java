package poyang.chain.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.consensus.BftConfig;
import poyang.chain.consensus.BftRemains;
import poyang.chain.consensus.Dissemination;
import poyang.chain.consensus.fallback.Fallback;
import poyang.chain.consensus.fallback.FallbackEffect;
import poyang.chain.consensus.fallback.FallbackEntry;
import poyang.chain.consensus.fallback.FallbackEvent;
import poyang.chain.consensus.fallback.FallbackMessage;
import poyang.chain.consensus.fallback.Remains;
import poyang.chain.consensus.raft.RaftRemains;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.OrderedMark;
import poyang.chain.ledger.SafetyStore;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.EpochLink;
import poyang.chain.proofs.FinalityProof;
import poyang.crypto.CryptoSuite;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;

/// The way out of one epoch whose engine decides nothing any more: drives {@link Fallback} where this node votes,
/// and takes up the link that proves it everywhere. Belongs to the consensus thread, but for {@link #answer}.
final class EpochExit {
    private static final Logger LOG = LoggerFactory.getLogger(EpochExit.class);
    private static final String BLOCKS = "block/";
    private static final String SAFETY = "safety";
    private static final String ENTRIES = "raft/entry/";
    static final String TIMERS = "exit:";
    /// An engine that bears lies is given so much longer: leaders who are gone cost it rounds, and no more.
    private static final int MORE_PATIENCE = 10;

    /// No block is that far up.
    private static final long NOT_YET = Long.MAX_VALUE;

    private final Ledger ledger;
    private final Epoch epoch;
    private final Dissemination spread;
    private final int channel;
    private final Optional<Fallback> machine;
    private final Around around;
    private long lastRound = NOT_YET;
    private boolean executed;
    private List<FinalityProof.Signed> words = List.of();
    private Optional<EpochLink> brought = Optional.empty();

    /// What the machine needs of the loop.
    ///
    /// @param deadlines its timers' names begin with {@link #TIMERS}
    /// @param shut the engine takes no step any more
    /// @param decided takes what is left of the order, next after next
    record Around(
            ConsensusLoop.Outlet outlet, Deadlines deadlines, Meter meter, Runnable shut, Consumer<Ordered> decided) {}

    /// @param stage whose engine has taken no step yet
    EpochExit(Ledger ledger, Stage.Signer signer, Stage stage, long patienceMillis, Around around) {
        this.ledger = ledger;
        this.around = around;
        epoch = stage.epoch();
        spread = stage.spread();
        channel = stage.channel(ConsensusLoop.EXIT_CHANNEL);
        machine = signer.votesIn(epoch) && epoch.fallback().isPresent()
                ? Optional.of(machine(signer, stage, patienceMillis))
                : Optional.empty();
    }

    private Fallback machine(Stage.Signer signer, Stage stage, long patienceMillis) {
        SafetyStore safety = ledger.safety();
        List<FallbackEntry> kept = new ArrayList<>();
        safety.all(FallbackEntry.PREFIX).forEach((key, value) -> kept.add(FallbackEntry.decode(key, value)));
        Bytes chainId = ledger.chainId();
        Remains remains = epoch.engine().equals(Epoch.BFT)
                ? new BftRemains(
                        BftConfig.of(chainId, epoch, signer.id(), stage.start()),
                        signer.signatures(epoch),
                        () -> of(safety, BLOCKS))
                : new RaftRemains(epoch.suite(), () -> safety.all(ENTRIES), () -> {
                    OrderedMark mark = Stage.mark(ledger);
                    return new RaftRemains.Applied(mark.round(), mark.blockId());
                });
        OrderedMark mark = Stage.mark(ledger);
        return new Fallback(
                new Fallback.Scene(chainId, epoch, signer.id(), signer.signatures(epoch)),
                remains,
                epoch.crashFaultsOnly() ? patienceMillis : MORE_PATIENCE * patienceMillis,
                kept,
                mark.round(),
                mark.blockId());
    }

    private static Map<String, Bytes> of(SafetyStore safety, String prefix) {
        Map<String, Bytes> found = new TreeMap<>(safety.all(prefix));
        safety.get(SAFETY).ifPresent(value -> found.put(SAFETY, value));
        return found;
    }

    /// Was the epoch closed here before this start?
    boolean isShut() {
        return machine.filter(Fallback::isShut).isPresent();
    }

    void start(long nowMillis) {
        step(new FallbackEvent.Started(nowMillis));
    }

    void decided(long round, Bytes id) {
        step(new FallbackEvent.Decided(round, id));
    }

    void fired(String timer, long nowMillis) {
        step(new FallbackEvent.TimerFired(timer, waiting(), nowMillis));
    }

    /// Is there something to order?
    private boolean waiting() {
        return !spread.available().isEmpty() || !spread.unordered().isEmpty();
    }

    void received(PartyId from, FallbackMessage message, long nowMillis) {
        if (message instanceof FallbackMessage.Link(Bytes link)) {
            brought(from, link);
        } else {
            step(new FallbackEvent.Received(from, message, nowMillis));
        }
    }

    private void brought(PartyId from, Bytes encoded) {
        try {
            EpochLink link = EpochLink.decode(encoded.toArray());
            if (link.ground() instanceof EpochLink.Ground.GivenUp
                    && link.follows(ledger.chainId(), epoch, ledger.epochs().lastFrom())) {
                brought = Optional.of(link);
                return;
            }
        } catch (PoyangException e) {
            LOG.debug("{}", e.wrong());
        }
        around.meter()
                .refused(new Ready.Rejected(from.name(), "a link that does not lead on from epoch " + epoch.number()));
    }

    /// The ledger is as far as this in the order, and the state names no next epoch.
    void reached(long round) {
        if (!executed && round >= lastRound) {
            executed = true;
            CryptoSuite suite = ledger.genesis().suite();
            step(new FallbackEvent.Executed(
                    ledger.header(ledger.height()).orElseThrow().hash(suite)));
        }
    }

    /// What leads on from the last block here, once it has its proof.
    Optional<EpochLink> link() {
        if (ledger.finalisedHeight() != ledger.height() || (words.isEmpty() && brought.isEmpty())) {
            return Optional.empty();
        }
        if (!words.isEmpty()) {
            BlockHeader last = ledger.header(ledger.height()).orElseThrow();
            return Optional.of(new EpochLink(
                    ledger.finality(last.height()).orElseGet(() -> new FinalityProof(last, List.of())),
                    new EpochLink.Ground.GivenUp(words),
                    epoch.fallback().orElseThrow()));
        }
        return brought.filter(link ->
                ledger.header(ledger.height()).equals(Optional.of(link.handOff().header())));
    }

    private void step(FallbackEvent event) {
        if (machine.isEmpty()) {
            return;
        }
        Ready<FallbackEntry, FallbackMessage, FallbackEffect> ready =
                machine.get().step(event);
        if (!ready.persist().isEmpty()) {
            Map<String, Bytes> entries = new TreeMap<>();
            ready.persist().forEach(entry -> entries.put(entry.key(epoch.suite()), entry.encoded()));
            ledger.safety().putAll(entries);
        }
        ready.sendAfterPersist()
                .forEach(out ->
                        around.outlet().send(out.to(), channel, out.message().encoded()));
        around.deadlines().follow(ready.timers(), TIMERS);
        ready.rejected().forEach(around.meter()::refused);
        for (FallbackEffect effect : ready.apply()) {
            switch (effect) {
                case FallbackEffect.Shut() -> {
                    LOG.warn("epoch {} is closed here, for good: nothing was decided for long", epoch.number());
                    around.shut().run();
                }
                case FallbackEffect.Rest(List<Remains.Item> items, long round) -> {
                    LOG.warn("epoch {} ends with round {}, {} rounds are left", epoch.number(), round, items.size());
                    items.forEach(item -> around.decided()
                            .accept(new Ordered(
                                    item.id(), item.round(), item.author(), item.timestampMillis(), item.payload())));
                    lastRound = round;
                    reached(Stage.mark(ledger).round());
                }
                case FallbackEffect.Over(List<FinalityProof.Signed> said) -> words = said;
            }
        }
    }

    /// What to answer somebody who is still in this epoch, when that epoch was given up. From any thread.
    static Optional<Bytes> answer(Ledger ledger, long epoch) {
        return ledger.epochLinks().stream()
                .filter(link -> link.next().number() == epoch + 1 && link.ground() instanceof EpochLink.Ground.GivenUp)
                .findFirst()
                .map(link -> new FallbackMessage.Link(link.encoded()).encoded());
    }

    /// What asks for such an answer.
    static Bytes question() {
        return new FallbackMessage.Stalled().encoded();
    }
}
