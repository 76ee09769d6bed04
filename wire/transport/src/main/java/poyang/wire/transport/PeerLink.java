package poyang.wire.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// Queue, connection and counters for one peer. Every method takes this object's lock for a short time;
/// none calls the listener while holding it.
final class PeerLink {
    private static final int REMEMBERED_IDS = 8_192;

    private final PartyId peer;
    private final TransportConfig config;
    private final Transport.Listener listener;
    private final ArrayDeque<Frame> waiting = new ArrayDeque<>();
    private final ArrayDeque<Frame> inFlight = new ArrayDeque<>();
    private final Allowance allowance;
    private final LinkedHashSet<Bytes> seen = new LinkedHashSet<>();
    private @Nullable Channel current;
    private @Nullable PartyId relay;
    private int rank;
    private boolean gone;
    private List<InetSocketAddress> addresses;
    /// Which of the addresses is called next.
    private int turn;
    private int ticket;
    private long waitingBytes;
    private boolean drainScheduled;
    private int failures;
    private boolean heard;
    private long heardNanos;
    private long roundTripMicros;
    private long sentFrames;
    private long sentBytes;
    private long receivedFrames;
    private long receivedBytes;
    private long droppedFrames;
    private long duplicateFrames;
    private long pauses;
    private long malformed;
    private long links;

    PeerLink(PartyId peer, TransportConfig config, Transport.Listener listener, List<InetSocketAddress> addresses) {
        this.peer = peer;
        this.addresses = List.copyOf(addresses);
        this.config = config;
        this.listener = listener;
        allowance = new Allowance(config.limits(), System.nanoTime());
    }

    PartyId peer() {
        return peer;
    }

    /// Where to call it next; each of its addresses in turn, but the one that served last again.
    synchronized Optional<InetSocketAddress> nextAddress() {
        Optional<InetSocketAddress> next = address();
        turn++;
        return next;
    }

    synchronized Optional<InetSocketAddress> address() {
        return addresses.isEmpty() ? Optional.empty() : Optional.of(addresses.get(turn % addresses.size()));
    }

    /// Takes these addresses in; false when they are the ones that were known.
    synchronized boolean moved(List<InetSocketAddress> now) {
        boolean changed = !addresses.equals(now);
        if (changed) {
            addresses = List.copyOf(now);
            turn = 0;
            failures = 0;
        }
        return changed;
    }

    /// It is a peer no more.
    void end() {
        Channel open;
        synchronized (this) {
            gone = true;
            open = current;
        }
        if (open != null) {
            open.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }

    /// Would a link of this rank be one too many?
    synchronized boolean better(int than) {
        return gone || current != null && rank > than;
    }

    synchronized void offer(Frame frame) {
        waiting.addLast(frame);
        waitingBytes += frame.payload().length();
        while (waiting.size() > config.queueFrames() || waitingBytes > config.queueBytes()) {
            waitingBytes -= waiting.removeFirst().payload().length();
            droppedFrames++;
        }
        scheduleDrain();
    }

    /// Makes `channel` the link, unless there is a better one; an older one is closed, because the
    /// peer has started again or there is a better way.
    ///
    /// @param via the node that puts it through, or null
    /// @param worth its rank: of two links at a time, both sides keep the one with the higher
    boolean attach(Channel channel, @Nullable PartyId via, int worth) {
        boolean replaced;
        synchronized (this) {
            if (better(worth)) {
                return false;
            }
            rank = worth;
            turn = Math.max(0, turn - 1);
            Channel old = current;
            replaced = old != null;
            if (old != null) {
                takeBack();
                old.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            }
            current = channel;
            relay = via;
            links++;
            failures = 0;
            scheduleDrain();
        }
        if (replaced) {
            listener.lost(peer, "the peer made a new connection");
        }
        listener.connected(peer);
        return true;
    }

    /// Ends the link if `channel` is it.
    void detach(Channel channel, String reason) {
        synchronized (this) {
            if (!channel.equals(current)) {
                return;
            }
            takeBack();
            current = null;
        }
        listener.lost(peer, reason);
    }

    /// Writes what waits while the network takes it; on the channel's own thread.
    synchronized void drain() {
        drainScheduled = false;
        Channel channel = current;
        if (channel == null) {
            return;
        }
        while (channel.isWritable() && !waiting.isEmpty()) {
            Frame frame = waiting.removeFirst();
            waitingBytes -= frame.payload().length();
            inFlight.addLast(frame);
            channel.write(frame).addListener(done -> written(channel, frame, done.isSuccess()));
        }
        channel.flush();
    }

    private void written(Channel channel, Frame frame, boolean success) {
        synchronized (this) {
            if (!channel.equals(current)) {
                return;
            }
            if (success) {
                inFlight.remove(frame);
                sentFrames++;
                sentBytes += frame.payload().length();
                return;
            }
        }
        channel.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    /// Counts a message; false when it was here before.
    synchronized boolean accept(Frame frame) {
        if (!seen.add(frame.id())) {
            duplicateFrames++;
            return false;
        }
        if (seen.size() > REMEMBERED_IDS) {
            seen.removeFirst();
        }
        receivedFrames++;
        receivedBytes += frame.payload().length();
        return true;
    }

    synchronized void heard() {
        heard = true;
        heardNanos = System.nanoTime();
    }

    /// Pays for a frame of the peer; gives how long to read nothing more, 0 mostly.
    synchronized long pay(Frame frame) {
        long now = System.nanoTime();
        allowance.take(frame.payload().length(), now);
        return allowance.pauseNanos(now);
    }

    synchronized void paused() {
        pauses++;
    }

    /// How much longer a pause must last.
    synchronized long pauseNanos() {
        return allowance.pauseNanos(System.nanoTime());
    }

    /// The peer sent what cannot be read.
    synchronized void malformed() {
        malformed++;
        allowance.malformed(System.nanoTime());
    }

    synchronized void roundTrip(long micros) {
        roundTripMicros = micros;
    }

    synchronized boolean connected() {
        return current != null;
    }

    /// Is there a link, but only through another node?
    synchronized boolean relayed() {
        return current != null && relay != null;
    }

    /// Of attempts to dial that wait, only the one with the last number goes ahead.
    synchronized int newTicket() {
        return ++ticket;
    }

    synchronized boolean isLastTicket(int number) {
        return ticket == number;
    }

    /// How many attempts failed in a row before this one.
    synchronized int failedAgain() {
        return failures++;
    }

    synchronized PeerStatistics statistics() {
        return new PeerStatistics(
                peer,
                current != null,
                Optional.ofNullable(current == null ? null : relay),
                roundTripMicros,
                heard ? TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardNanos) : -1,
                waiting.size(),
                sentFrames,
                sentBytes,
                receivedFrames,
                receivedBytes,
                droppedFrames,
                duplicateFrames,
                pauses,
                malformed,
                allowance.points(System.nanoTime()),
                links);
    }

    /// Puts frames whose fate is unknown back to the head of the queue, in order; the receiver knows
    /// their ids.
    private void takeBack() {
        while (!inFlight.isEmpty()) {
            Frame frame = inFlight.removeLast();
            waiting.addFirst(frame);
            waitingBytes += frame.payload().length();
        }
    }

    private void scheduleDrain() {
        Channel channel = current;
        if (channel != null && !drainScheduled && !waiting.isEmpty()) {
            drainScheduled = true;
            channel.eventLoop().execute(this::drain);
        }
    }
}
