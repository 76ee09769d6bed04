package poyang.network.yardstick;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// One connection's requests, as many under way as allowed or as many a second as asked for, and how long each
/// took: from the time at which it was due until its answer.
final class DoorStream implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    /// Send times by a request's number; more than are ever under way.
    private static final int RING = 1 << 17;

    private static final int PARK_NANOS = 200_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final Semaphore room;
    private final long[] due = new long[RING];
    private final byte[] payload;
    private final SplittableRandom random;
    private final AtomicLong answered = new AtomicLong();
    private volatile long sent;
    private volatile boolean going;
    private volatile boolean closed;
    private volatile Tally tally = new Tally();

    /// What one connection counted while it was measured.
    static final class Tally {
        private static final int FIRST_ROOM = 1 << 16;
        private int[] micros = new int[FIRST_ROOM];
        private int count;
        private long failed;

        private synchronized void add(long nanos, boolean applied) {
            if (!applied) {
                failed++;
                return;
            }
            if (count == micros.length) {
                micros = Arrays.copyOf(micros, 2 * count);
            }
            micros[count++] = (int) Math.min(Integer.MAX_VALUE, nanos / 1_000);
        }

        synchronized int[] micros() {
            return Arrays.copyOf(micros, count);
        }

        synchronized long failed() {
            return failed;
        }
    }

    /// @param mostUnderWay below 100,000
    DoorStream(InetSocketAddress door, int payloadBytes, int mostUnderWay, long seed) throws IOException {
        socket = new Socket(door.getAddress(), door.getPort());
        socket.setTcpNoDelay(true);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES));
        room = new Semaphore(mostUnderWay);
        payload = new byte[payloadBytes];
        random = new SplittableRandom(seed);
        Thread _ = Thread.ofPlatform().daemon().name("answers").start(this::listen);
    }

    private void listen() {
        try {
            while (true) {
                int id = in.readInt();
                boolean applied = in.readBoolean();
                tally.add(System.nanoTime() - due[id & RING - 1], applied);
                answered.incrementAndGet();
                room.release();
            }
        } catch (IOException e) {
            if (!closed) {
                System.err.println("a door was shut: " + e);
            }
        }
    }

    /// Sends from a thread of its own until {@link #stop}.
    ///
    /// @param perSecond how many; 0 for as many as room is for
    Thread start(double perSecond) {
        going = true;
        return Thread.ofPlatform().name("requests").start(() -> {
            try {
                send(perSecond);
            } catch (IOException e) {
                System.err.println("a door takes no more: " + e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void send(double perSecond) throws IOException, InterruptedException {
        double next = System.nanoTime();
        while (going) {
            long now = System.nanoTime();
            if (perSecond > 0 && next > now) {
                out.flush();
                LockSupport.parkNanos(Math.min((long) (next - now), PARK_NANOS));
                continue;
            }
            if (!room.tryAcquire()) {
                out.flush();
                if (!room.tryAcquire(10, TimeUnit.MILLISECONDS)) {
                    continue;
                }
            }
            write(perSecond > 0 ? (long) next : System.nanoTime());
            next += perSecond > 0 ? 1e9 / perSecond : 0;
        }
        out.flush();
    }

    private void write(long dueNanos) throws IOException {
        long number = sent;
        due[(int) number & RING - 1] = dueNanos;
        for (int i = 0; i + Long.BYTES <= payload.length; i += Long.BYTES) {
            long word = random.nextLong();
            for (int j = 0; j < Long.BYTES; j++) {
                payload[i + j] = (byte) (word >>> 8 * j);
            }
        }
        out.writeByte(RequestDoor.REQUEST);
        out.writeInt((int) number);
        out.writeShort(payload.length);
        out.write(payload);
        sent = number + 1;
    }

    void stop() {
        going = false;
    }

    /// Counts anew from now on.
    void begin() {
        tally = new Tally();
    }

    /// What was counted since; what comes from now on goes elsewhere.
    Tally end() {
        Tally found = tally;
        tally = new Tally();
        return found;
    }

    long underWay() {
        return sent - answered.get();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        socket.close();
    }
}
