package poyang.psi;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;

/// Two parties in one process over queues of one frame each, the least that the protocol asks for.
final class TwoParties {
    static final PartyId LEFT = new PartyId("left");
    static final PartyId RIGHT = new PartyId("right");

    private final BlockingQueue<byte[]> toLeft = new ArrayBlockingQueue<>(1);
    private final BlockingQueue<byte[]> toRight = new ArrayBlockingQueue<>(1);
    private volatile boolean lost;
    private volatile UnaryOperator<byte[]> tamper = frame -> frame;
    private volatile UnaryOperator<byte[]> tamperBack = frame -> frame;

    /// Changes each frame on its way from left to right.
    TwoParties tampering(UnaryOperator<byte[]> change) {
        tamper = change;
        return this;
    }

    /// Changes each frame on its way from right to left.
    TwoParties tamperingBack(UnaryOperator<byte[]> change) {
        tamperBack = change;
        return this;
    }

    PartyNetwork left() {
        return new End(LEFT, RIGHT, toRight, toLeft);
    }

    PartyNetwork right() {
        return new End(RIGHT, LEFT, toLeft, toRight);
    }

    /// Both parties learn that the session has ended.
    void end() {
        lost = true;
    }

    private final class End implements PartyNetwork {
        private final PartyId self;
        private final PartyId peer;
        private final BlockingQueue<byte[]> out;
        private final BlockingQueue<byte[]> in;

        End(PartyId self, PartyId peer, BlockingQueue<byte[]> out, BlockingQueue<byte[]> in) {
            this.self = self;
            this.peer = peer;
            this.out = out;
            this.in = in;
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
            byte[] sent = (self.equals(LEFT) ? tamper : tamperBack).apply(frame);
            try {
                while (!out.offer(sent, 5, TimeUnit.MILLISECONDS)) {
                    stopWhenLost();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public byte[] receive(PartyId from) {
            try {
                while (true) {
                    byte[] frame = in.poll(5, TimeUnit.MILLISECONDS);
                    if (frame != null) {
                        return frame;
                    }
                    stopWhenLost();
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private void stopWhenLost() {
            if (lost) {
                throw new PoyangException(KernelErrors.PEER_LOST, "the session has ended", "run it again");
            }
        }
    }
}
