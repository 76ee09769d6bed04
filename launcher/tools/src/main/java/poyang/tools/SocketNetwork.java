package poyang.tools;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// Frames between two parties over one connected channel: a 32-bit length, then the frame. A thread of
/// its own reads ahead by up to {@link #FRAMES_AHEAD} frames, so each direction holds at least one
/// frame while both parties send.
final class SocketNetwork implements PartyNetwork, AutoCloseable {
    private static final int FRAMES_AHEAD = 8;
    private static final int LARGEST_FRAME_BYTES = 4 << 20;

    private final PartyId self;
    private final PartyId peer;
    private final SocketChannel channel;
    private final DataOutputStream out;
    /// Frames, and at the end an empty one for the end of the session.
    private final BlockingQueue<Optional<byte[]>> arrivals = new ArrayBlockingQueue<>(FRAMES_AHEAD);

    SocketNetwork(PartyId self, PartyId peer, SocketChannel channel) {
        this.self = self;
        this.peer = peer;
        this.channel = channel;
        out = new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16));
        Thread.ofPlatform().daemon().name("frames-from-" + peer).start(this::readAhead);
    }

    private void readAhead() {
        try {
            DataInputStream in =
                    new DataInputStream(new BufferedInputStream(Channels.newInputStream(channel), 1 << 16));
            while (true) {
                int length = in.readInt();
                if (length < 0 || length > LARGEST_FRAME_BYTES) {
                    throw new IOException("a frame of " + length + " bytes");
                }
                byte[] frame = new byte[length];
                in.readFully(frame);
                arrivals.put(Optional.of(frame));
            }
        } catch (IOException e) {
            endOfSession();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void endOfSession() {
        try {
            arrivals.put(Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public PartyId self() {
        return self;
    }

    @Override
    public List<PartyId> peers() {
        return List.of(peer);
    }

    @Override
    public void send(PartyId to, byte[] frame) {
        try {
            out.writeInt(frame.length);
            out.write(frame);
            out.flush();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    @Override
    public byte[] receive(PartyId from) {
        try {
            Optional<byte[]> frame = arrivals.take();
            if (frame.isEmpty()) {
                endOfSession();
                throw lost(null);
            }
            return frame.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw lost(e);
        }
    }

    private PoyangException lost(@Nullable Exception cause) {
        return new PoyangException(
                KernelErrors.PEER_LOST,
                "the other party (" + peer + ") ended before the run was complete",
                "see that party's own message, mend it and run again",
                cause);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
