package poyang.tools;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;

/// A network with the delay and the bandwidth of a longer line: a frame leaves when those before it have left at
/// the line's rate, and arrives a delay later. Each party slows what it sends.
final class SlowNetwork implements PartyNetwork {
    private static final int FRAMES_UNDER_WAY = 1024;

    private final PartyNetwork network;
    private final long delayNanos;
    private final double nanosPerByte;
    private final BlockingQueue<Departure> line = new ArrayBlockingQueue<>(FRAMES_UNDER_WAY);
    private long freeAt = System.nanoTime();

    @SuppressWarnings("ArrayRecordComponent") // handed over once, inside this class
    private record Departure(PartyId to, byte[] frame, long arrivesAt) {}

    /// @param megabits a second; 0 for as many as the network carries
    SlowNetwork(PartyNetwork network, double delayMillis, double megabits) {
        this.network = network;
        delayNanos = (long) (delayMillis * 1e6);
        nanosPerByte = megabits > 0 ? 8e3 / megabits : 0;
        Thread.ofPlatform().daemon().name("line").start(this::deliver);
    }

    private void deliver() {
        try {
            while (true) {
                Departure next = line.take();
                long wait = next.arrivesAt() - System.nanoTime();
                if (wait > 0) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
                network.send(next.to(), next.frame());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public PartyId self() {
        return network.self();
    }

    @Override
    public List<PartyId> peers() {
        return network.peers();
    }

    @Override
    public void send(PartyId to, byte[] frame) {
        freeAt = Math.max(freeAt, System.nanoTime()) + (long) (frame.length * nanosPerByte);
        try {
            line.put(new Departure(to, frame, freeAt + delayNanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public byte[] receive(PartyId from) {
        return network.receive(from);
    }
}
