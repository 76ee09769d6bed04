package poyang.chain.node;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.consensus.sync.SnapshotMessage;
import poyang.chain.consensus.sync.SnapshotSync;
import poyang.chain.consensus.sync.SnapshotSync.Begun;
import poyang.chain.consensus.sync.SnapshotSync.Effect;
import poyang.chain.consensus.sync.SnapshotSync.Event;
import poyang.chain.consensus.sync.SnapshotSync.Item;
import poyang.chain.ledger.Intake;
import poyang.chain.ledger.Ledger;
import poyang.chain.proofs.StatePart;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.Ready;

/// Takes a snapshot over from peers, once, while consensus does not run here: {@link #run} is done when the ledger
/// stands at the snapshot. Parts are checked and written on threads of their own. What was taken lies in the
/// ledger, so that after a crash or a full disk the next start goes on.
final class SnapshotJoin {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotJoin.class);
    private static final int THREADS = 2;
    private static final int INBOX = 1_000;
    private static final long SAID_EVERY = 10_000_000_000L;

    private final Ledger ledger;
    private final Meter meter;
    private final SnapshotServer.Outlet outlet;
    private final SnapshotSync machine;
    private final LinkedBlockingQueue<Event> inbox = new LinkedBlockingQueue<>(INBOX);
    private final Deadlines deadlines = new Deadlines();
    private ThreadPoolExecutor checkers = checkers();
    private volatile @Nullable RuntimeException failure;
    private @Nullable Intake intake;
    private boolean finished;
    private long parts;
    private long said = System.nanoTime();

    SnapshotJoin(Ledger ledger, Collection<PartyId> peers, Meter meter, SnapshotServer.Outlet outlet) {
        this.ledger = ledger;
        this.meter = meter;
        this.outlet = outlet;
        machine = new SnapshotSync(peers);
    }

    private static ThreadPoolExecutor checkers() {
        return new ThreadPoolExecutor(
                THREADS,
                THREADS,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Thread.ofPlatform().name("snapshot-checker-", 0).factory());
    }

    /// Takes in a peer's message; from any thread. What overflows is lost, as on a network.
    void received(PartyId from, SnapshotMessage message) {
        boolean _ = inbox.offer(new Event.Received(from, message));
    }

    /// Returns when the ledger stands at the snapshot.
    ///
    /// @throws PoyangException when the ledger cannot be written
    void run() throws InterruptedException {
        try {
            intake = ledger.intake().orElse(null);
            Intake resumed = intake;
            LOG.info(
                    "a snapshot is {}, the ledger stands at height {}",
                    resumed == null ? "looked for" : "taken up again",
                    ledger.height());
            step(new Event.Started(Optional.ofNullable(resumed).map(SnapshotJoin::begun)));
            while (!finished) {
                Event event = inbox.poll(deadlines.millisToWait(1_000), TimeUnit.MILLISECONDS);
                if (event != null) {
                    step(event);
                }
                for (String _ : deadlines.due()) {
                    step(new Event.TimerFired());
                }
                RuntimeException failed = failure;
                if (failed != null) {
                    throw failed;
                }
            }
        } finally {
            Workers.end(checkers);
        }
    }

    private static Begun begun(Intake intake) {
        List<Item> missing = new ArrayList<>();
        intake.missingBlocks().forEach(stretch -> missing.add(Item.past(stretch.from(), stretch.count())));
        intake.missing().forEach(path -> missing.add(Item.part(path)));
        return new Begun(new SnapshotMessage.Offer(intake.links(), intake.proof()), missing);
    }

    private void step(Event event) {
        Ready<SnapshotMessage, SnapshotMessage, Effect> ready = machine.step(event);
        ready.sendAfterPersist().forEach(out -> outlet.send(out.to(), out.message()));
        deadlines.follow(ready.timers(), "");
        ready.rejected().forEach(meter::refused);
        for (Effect effect : ready.apply()) {
            switch (effect) {
                case Effect.Judge(PartyId from, SnapshotMessage.Offer offer) -> judge(from, offer);
                case Effect.Begin(SnapshotMessage.Offer offer) -> begin(offer);
                case Effect.Take(PartyId from, Item item, SnapshotMessage message) -> take(from, item, message);
                case Effect.Finish() -> finish();
            }
        }
    }

    private void judge(PartyId from, SnapshotMessage.Offer offer) {
        if (offer.height() > ledger.height()) {
            boolean holds = Intake.proven(ledger, offer.links(), offer.proof());
            step(new Event.Judged(from, offer, holds));
        }
    }

    private void begin(SnapshotMessage.Offer offer) {
        Workers.end(checkers);
        checkers = checkers();
        Intake before = intake;
        Intake now;
        if (before == null) {
            now = ledger.beginIntake(offer.links(), offer.proof());
        } else if (before.height() == offer.height()) {
            now = before;
        } else {
            now = before.instead(offer.links(), offer.proof());
        }
        intake = now;
        LOG.info("the snapshot after block {} is taken up", now.height());
        step(new Event.Beginning(begun(now)));
    }

    private void take(PartyId from, Item item, SnapshotMessage message) {
        Intake into = intake;
        if (into == null) {
            throw new Bug("nothing is taken up");
        }
        checkers.execute(() -> {
            try {
                boolean held = take(into, message);
                inbox.put(new Event.Took(from, item, held));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                failure = e;
            }
        });
        parts++;
        if (System.nanoTime() - said > SAID_EVERY) {
            said = System.nanoTime();
            LOG.info("{} parts of the snapshot after block {} came", parts, into.height());
        }
    }

    private boolean take(Intake into, SnapshotMessage message) {
        return switch (message) {
            case SnapshotMessage.Part(long _, StatePart part) -> into.take(part);
            case SnapshotMessage.Past(long first, List<SnapshotMessage.Block> blocks) -> {
                Optional<List<Intake.Past>> past = past(blocks);
                yield past.isPresent() && into.take(first, past.get());
            }
            case SnapshotMessage.AskOffer _,
                    SnapshotMessage.Offer _,
                    SnapshotMessage.AskPart _,
                    SnapshotMessage.AskPast _,
                    SnapshotMessage.Cut _,
                    SnapshotMessage.None _ -> throw new Bug("this brings nothing");
        };
    }

    private Optional<List<Intake.Past>> past(List<SnapshotMessage.Block> blocks) {
        List<Intake.Past> past = new ArrayList<>();
        for (SnapshotMessage.Block block : blocks) {
            List<Bytes> items =
                    block.transactions().stream().map(leaf -> leaf.encoded()).toList();
            List<Optional<SignedCall>> calls =
                    SignedCall.fromBatch(items, ledger.genesis().suite(), ledger.chainId());
            if (calls.stream().anyMatch(Optional::isEmpty)) {
                return Optional.empty();
            }
            past.add(new Intake.Past(
                    block.proof(),
                    calls.stream().map(call -> call.orElseThrow().entry()).toList(),
                    block.receipts()));
        }
        return Optional.of(past);
    }

    private void finish() {
        Intake whole = intake;
        if (whole == null) {
            throw new Bug("nothing is taken up");
        }
        Workers.end(checkers);
        RuntimeException failed = failure;
        if (failed != null) {
            throw failed;
        }
        LOG.info("the snapshot after block {} is here, its names are put in order", whole.height());
        whole.finish();
        LOG.info("the ledger goes on from the snapshot after block {}", ledger.height());
        finished = true;
    }
}
