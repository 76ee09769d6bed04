package poyang.network.yardstick;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import poyang.chain.consensus.Payloads;
import poyang.chain.consensus.raft.Position;
import poyang.chain.consensus.raft.RaftConfig;
import poyang.chain.consensus.raft.RaftEffect;
import poyang.chain.consensus.raft.RaftEvent;
import poyang.chain.consensus.raft.RaftMessage;
import poyang.chain.consensus.raft.RaftRecord;
import poyang.chain.consensus.raft.RaftReplica;
import poyang.chain.ledger.SafetyStore;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.Ready;

/// Our Raft machine with opaque requests in its log: the step machine, the records and the store of a node, and
/// nothing of what a node does with what is ordered.
///
/// One thread steps. What came in meanwhile is stepped together, made durable in one synced write, then sent,
/// then applied. Requests that wait while entries are on their way go into the next ones together.
final class OwnLog implements ReplicatedLog {
    private static final int PACK_BYTES = 256 << 10;
    private static final int MOST_PACKS = 8;
    private static final int FORGET_AT = 512;
    private static final long IDLE_MILLIS = 50;
    private static final int LENGTH_BYTES = 2;

    private final RaftReplica replica;
    private final PartyId self;
    private final SafetyStore store;
    private final BiConsumer<PartyId, Bytes> send;
    private final Applied applied = new Applied();
    private final LinkedBlockingQueue<Input> inputs = new LinkedBlockingQueue<>();
    private final Map<String, Long> deadlines = new LinkedHashMap<>();
    private final ArrayDeque<Input.Order> waiting = new ArrayDeque<>();
    /// By pack, what its requests' senders are told; the first ones in first.
    private final Map<Bytes, List<Answer>> underWay = new LinkedHashMap<>();

    private final LinkedHashSet<String> keys = new LinkedHashSet<>();
    private volatile boolean leads;
    private volatile boolean closed;

    private sealed interface Input {
        record Order(Bytes request, Answer answer) implements Input {}

        record Heard(PartyId from, Bytes message) implements Input {}
    }

    /// All that opaque requests stand for is in the entry itself.
    private enum Here implements Payloads {
        ALL;

        @Override
        public Verdict judge(List<Bytes> payload) {
            return Verdict.HERE;
        }

        @Override
        public List<Bytes> fitting(List<Bytes> fresh) {
            return fresh;
        }
    }

    /// @param store fresh: this log begins anew
    /// @param send to another replica, as a message that its {@link #heard} takes
    OwnLog(RaftConfig config, SafetyStore store, BiConsumer<PartyId, Bytes> send) {
        this.store = store;
        this.send = send;
        self = config.self();
        replica = new RaftReplica(config, Here.ALL, List.of(), Position.of(0), config.chainId());
    }

    void start() {
        Thread _ = Thread.ofPlatform().daemon().name("raft").start(this::run);
    }

    @Override
    public boolean leads() {
        return leads;
    }

    @Override
    public void order(byte[] request, Answer answer) {
        inputs.add(new Input.Order(Bytes.wrap(request), answer));
    }

    /// A message of an authenticated peer.
    void heard(PartyId from, Bytes message) {
        inputs.add(new Input.Heard(from, message));
    }

    @Override
    public Applied applied() {
        return applied;
    }

    @Override
    public void close() {
        closed = true;
    }

    private void run() {
        try {
            follow(List.of(replica.step(new RaftEvent.Started(wall()))));
            List<Input> some = new ArrayList<>();
            while (!closed) {
                long first = deadlines.values().stream().min(Long::compare).orElse(Long.MAX_VALUE);
                Input input = inputs.poll(Math.clamp(first - steady(), 0, IDLE_MILLIS), TimeUnit.MILLISECONDS);
                if (input != null) {
                    some.add(input);
                    inputs.drainTo(some);
                }
                follow(steps(some));
                some.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Ready<RaftRecord, RaftMessage, RaftEffect>> steps(List<Input> some) {
        List<Ready<RaftRecord, RaftMessage, RaftEffect>> steps = new ArrayList<>();
        long now = steady();
        List<String> due = deadlines.entrySet().stream()
                .filter(each -> each.getValue() <= now)
                .map(Map.Entry::getKey)
                .toList();
        for (String timer : due) {
            deadlines.remove(timer);
            steps.add(replica.step(new RaftEvent.TimerFired(timer, wall())));
        }
        for (Input each : some) {
            switch (each) {
                case Input.Order order -> waiting.add(order);
                case Input.Heard(PartyId from, Bytes message) ->
                    steps.add(
                            replica.step(new RaftEvent.Received(from, RaftMessage.decode(message.toArray()), wall())));
            }
        }
        if (!leads) {
            waiting.forEach(order -> order.answer().done(false));
            waiting.clear();
        } else if (!waiting.isEmpty() && underWay.size() < MOST_PACKS) {
            while (!waiting.isEmpty() && underWay.size() < MOST_PACKS) {
                pack();
            }
            steps.add(replica.step(new RaftEvent.PayloadAvailable(List.copyOf(underWay.keySet()), wall())));
        }
        return steps;
    }

    /// One item of an entry: requests, each with its length before it.
    private void pack() {
        int bytes = 0;
        List<Input.Order> orders = new ArrayList<>();
        while (!waiting.isEmpty() && bytes < PACK_BYTES) {
            Input.Order order = waiting.remove();
            orders.add(order);
            bytes += LENGTH_BYTES + order.request().length();
        }
        byte[] packed = new byte[bytes];
        int at = 0;
        for (Input.Order order : orders) {
            int length = order.request().length();
            packed[at] = (byte) (length >>> 8);
            packed[at + 1] = (byte) length;
            order.request().copyInto(packed, at + LENGTH_BYTES);
            at += LENGTH_BYTES + length;
        }
        underWay.put(
                Bytes.wrap(packed), orders.stream().map(Input.Order::answer).toList());
    }

    /// In the order that the machine's contract asks for, over all steps.
    private void follow(List<Ready<RaftRecord, RaftMessage, RaftEffect>> steps) {
        Map<String, Bytes> records = new LinkedHashMap<>();
        steps.forEach(step -> step.persist().forEach(each -> records.put(each.key(), each.encoded())));
        if (!records.isEmpty()) {
            store.putAll(records);
            keys.addAll(records.keySet());
        }
        steps.forEach(step -> send(step.sendAfterPersist()));
        for (Ready<RaftRecord, RaftMessage, RaftEffect> step : steps) {
            step.apply().forEach(this::apply);
            step.timers().forEach(change -> {
                if (change.delayMillis() < 0) {
                    deadlines.remove(change.name());
                } else {
                    deadlines.put(change.name(), steady() + change.delayMillis());
                }
            });
            step.rejected().forEach(each -> System.err.println(each.from() + ": " + each.reason()));
        }
    }

    private void send(List<Ready.Outbound<RaftMessage>> messages) {
        RaftMessage last = new RaftMessage.Taken(-1, 0);
        Bytes encoded = Bytes.empty();
        for (Ready.Outbound<RaftMessage> each : messages) {
            if (!each.message().equals(last)) {
                last = each.message();
                encoded = Bytes.wrap(last.encoded());
            }
            send.accept(each.to(), encoded);
        }
    }

    private void apply(RaftEffect effect) {
        switch (effect) {
            case RaftEffect.Ordered ordered -> {
                ordered.entry().payload().forEach(this::apply);
                forget(ordered.entry().position().index());
            }
            case RaftEffect.Led(long term, PartyId leader) -> {
                leads = leader.equals(self);
                if (!leads) {
                    underWay.values().forEach(answers -> answers.forEach(each -> each.done(false)));
                    underWay.clear();
                }
                System.err.println(leader + " leads in term " + term);
            }
            case RaftEffect.Missing missing -> System.err.println("nothing can be missing: " + missing);
        }
    }

    private void apply(Bytes pack) {
        ByteBuffer requests = ByteBuffer.wrap(pack.toArray());
        while (requests.hasRemaining()) {
            int length = Short.toUnsignedInt(requests.getShort());
            applied.add(requests.slice(requests.position(), length));
            requests.position(requests.position() + length);
        }
        List<Answer> answers = underWay.remove(pack);
        if (answers != null) {
            answers.forEach(each -> each.done(true));
        }
    }

    /// Entries that nobody asks for any more, many at once.
    private void forget(long orderedIndex) {
        if (keys.size() >= FORGET_AT) {
            String below = RaftRecord.keyBelow(orderedIndex);
            List<String> old = keys.stream()
                    .filter(key -> key.startsWith("raft/entry/") && key.compareTo(below) < 0)
                    .toList();
            if (old.size() >= FORGET_AT / 2 - 1) {
                store.delete(old);
                keys.removeAll(new LinkedHashSet<>(old));
            }
        }
    }

    private static long wall() {
        return System.currentTimeMillis();
    }

    private static long steady() {
        return System.nanoTime() / 1_000_000;
    }
}
