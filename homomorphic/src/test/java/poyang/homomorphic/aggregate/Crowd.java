package poyang.homomorphic.aggregate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// Parties in one process, each on a thread of its own, joined by queues; frames may be changed on their way. The
/// first party that fails ends the session for all.
final class Crowd {
    private final List<PartyId> parties;
    private final Wire wire;
    private final Map<String, Link> links = new TreeMap<>();

    /// Sees every frame on its way and gives what arrives.
    interface Wire {
        byte[] carry(PartyId from, PartyId to, int frame, byte[] content);
    }

    interface Side {
        Optional<long[]> run(PartyNetwork network);
    }

    /// What became of a side.
    record End(Optional<long[]> sums, Optional<PoyangException> failure) {}

    private static final class Link {
        private final LinkedBlockingQueue<Optional<Bytes>> queue = new LinkedBlockingQueue<>();
        private final AtomicInteger frames = new AtomicInteger();
        private final AtomicLong bytes = new AtomicLong();
    }

    Crowd(List<PartyId> parties, Wire wire) {
        this.parties = List.copyOf(parties);
        this.wire = wire;
        for (PartyId from : parties) {
            for (PartyId to : parties) {
                links.put(from + ">" + to, new Link());
            }
        }
    }

    private Link link(PartyId from, PartyId to) {
        return Optional.ofNullable(links.get(from + ">" + to)).orElseThrow();
    }

    long frames(PartyId from, PartyId to) {
        return link(from, to).frames.get();
    }

    long bytes(PartyId from, PartyId to) {
        return link(from, to).bytes.get();
    }

    Map<PartyId, End> run(Map<PartyId, Side> sides) {
        Map<PartyId, CompletableFuture<End>> running = new TreeMap<>();
        sides.forEach((party, side) -> {
            CompletableFuture<End> end = new CompletableFuture<>();
            running.put(party, end);
            Thread.ofVirtual().start(() -> {
                try {
                    end.complete(new End(side.run(network(party)), Optional.empty()));
                } catch (PoyangException e) {
                    parties.forEach(to -> link(party, to).queue.add(Optional.empty()));
                    end.complete(new End(Optional.empty(), Optional.of(e)));
                } catch (RuntimeException | AssertionError e) {
                    parties.forEach(to -> link(party, to).queue.add(Optional.empty()));
                    end.completeExceptionally(e);
                }
            });
        });
        Map<PartyId, End> ends = new TreeMap<>();
        running.forEach((party, end) -> ends.put(party, end.join()));
        return ends;
    }

    private PartyNetwork network(PartyId self) {
        return new PartyNetwork() {
            @Override
            public PartyId self() {
                return self;
            }

            @Override
            public List<PartyId> peers() {
                List<PartyId> peers = new ArrayList<>(parties);
                peers.remove(self);
                return peers.stream().sorted().toList();
            }

            @Override
            public void send(PartyId to, byte[] frame) {
                Link link = link(self, to);
                int number = link.frames.getAndIncrement();
                link.bytes.addAndGet(frame.length);
                link.queue.add(Optional.of(Bytes.wrap(wire.carry(self, to, number, frame))));
            }

            @Override
            public byte[] receive(PartyId from) {
                try {
                    return link(from, self)
                            .queue
                            .take()
                            .orElseThrow(() -> new PoyangException(KernelErrors.PEER_LOST, from + " is gone", "go on"))
                            .toArray();
                } catch (InterruptedException e) {
                    throw new PoyangException(KernelErrors.PEER_LOST, "interrupted", "run the test again", e);
                }
            }
        };
    }
}
