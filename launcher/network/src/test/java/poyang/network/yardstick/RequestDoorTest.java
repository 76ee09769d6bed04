package poyang.network.yardstick;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What a door and the load before it count, with a log that is no more than a thread.
final class RequestDoorTest {
    /// Applies in order; refuses each hundredth request.
    private static final class OneThread implements ReplicatedLog {
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Applied applied = new Applied();
        private final AtomicInteger ordered = new AtomicInteger();

        @Override
        public boolean leads() {
            return true;
        }

        @Override
        public void order(byte[] request, Answer answer) {
            thread.execute(() -> {
                boolean takes = ordered.incrementAndGet() % 100 != 0;
                if (takes) {
                    applied.add(ByteBuffer.wrap(request));
                }
                answer.done(takes);
            });
        }

        @Override
        public Applied applied() {
            return applied;
        }

        @Override
        public void close() {
            thread.close();
        }
    }

    @Test
    void everyRequestIsAnsweredOnceAndReplicasAreCompared() throws Exception {
        try (OneThread one = new OneThread();
                OneThread other = new OneThread();
                RequestDoor door = RequestDoor.open(0, one);
                RequestDoor second = RequestDoor.open(0, other)) {
            try (LogUnderLoad alone = new LogUnderLoad("alone", List.of(address(door)), List.of())) {
                alone.connect(2, 100, 64, 1);
                LogUnderLoad.Window peak = alone.load(0.2, 0);
                assertTrue(peak.tps() > 0 && peak.p99Millis() >= peak.p50Millis(), peak.toString());
                assertTrue(peak.failed() > 0, "refusals are counted");
                LogUnderLoad.Window steady = alone.load(0.5, 200);
                assertTrue(steady.tps() > 0, steady.toString());
                long agreed = alone.agreed();
                assertEquals(one.ordered.get() - one.ordered.get() / 100, agreed, "answers were awaited");
            }
            ByteBuffer last = ByteBuffer.wrap(new byte[] {1, 2});
            other.applied().add(last);
            assertTrue(!one.applied().seen().equals(other.applied().seen()));
            assertEquals(2, last.remaining(), "who still sends it finds it whole");
            try (Socket stranger = new Socket(InetAddress.getLoopbackAddress(), second.port())) {
                stranger.getOutputStream().write(77);
                assertEquals(-1, stranger.getInputStream().read(), "what is no request ends the connection");
            }
        }
        LogUnderLoad gone = new LogUnderLoad(
                "gone", List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)), List.of());
        assertThrows(IOException.class, gone::agreed);
    }

    private static InetSocketAddress address(RequestDoor door) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port());
    }
}
