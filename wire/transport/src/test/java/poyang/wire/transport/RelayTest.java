package poyang.wire.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;

/// Nodes without a direct way speak through a third, which learns nothing, and directly again once they can.
@Timeout(600)
final class RelayTest extends TransportScene {
    private static final int LARGE = 3 << 20;

    private static PeerStatistics peer(Transport transport, PartyId name) {
        return transport.peers().stream()
                .filter(peer -> peer.peer().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whoHasNoDirectWayIsPutThroughAndTheThirdHearsNothing() throws Exception {
        Heard heardA = new Heard();
        Heard heardB = new Heard();
        Heard heardC = new Heard();
        int portB = quietPort();
        Transport c = start(C, quietPort(), Map.of(A, 1, B, portB), heardC);
        int portC = c.address().getPort();
        Transport b = start(B, portB, Map.of(A, 1, C, portC), heardB);
        int noWay = quietPort();
        Transport a = start(A, 0, Map.of(B, noWay, C, portC), heardA);
        a.send(B, 7, Bytes.utf8("hello"));
        assertEquals("a/7/hello", next(heardB.messages));
        assertEquals(Optional.of(C), peer(a, B).via());
        assertEquals(Optional.empty(), peer(b, A).via());
        b.send(A, 1, Bytes.wrap(random.bytes(LARGE)));
        for (int i = 0; i < 20; i++) {
            b.send(A, 1, Bytes.utf8("in order " + i));
        }
        assertEquals("b/1/" + LARGE, next(heardA.messages));
        for (int i = 0; i < 20; i++) {
            assertEquals("b/1/in order " + i, next(heardA.messages));
        }
        await(() -> peer(a, C).connected() && peer(c, A).connected());
        assertTrue(heardC.messages.isEmpty());
        assertEquals(0, peer(c, A).receivedFrames());

        try (ServerSocket way = new ServerSocket(noWay, 5, InetAddress.getLoopbackAddress())) {
            Thread _ = Thread.ofVirtual().start(() -> forward(way, portB));
            await(() -> peer(a, B).connected() && peer(a, B).via().isEmpty());
            a.send(B, 7, Bytes.utf8("directly"));
            assertEquals("a/7/directly", next(heardB.messages));
            assertEquals(2, peer(a, B).links());
        }
    }

    private static void forward(ServerSocket way, int port) {
        try {
            while (true) {
                Socket from = way.accept();
                Socket to = new Socket(InetAddress.getLoopbackAddress(), port);
                Thread.ofVirtual().start(() -> pump(from, to));
                Thread.ofVirtual().start(() -> pump(to, from));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static void pump(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // One side has closed.
        }
    }

    @Test
    void aThirdThatIsLostIsReplacedByAnother() throws Exception {
        Heard heardB = new Heard();
        PartyId d = new PartyId("d");
        int portB = quietPort();
        Transport c = start(C, quietPort(), Map.of(A, 1, B, portB), new Heard());
        Transport other = start(d, quietPort(), Map.of(A, 1, B, portB), new Heard());
        int portC = c.address().getPort();
        int portD = other.address().getPort();
        start(B, portB, Map.of(A, 1, C, portC, d, portD), heardB);
        Transport a = start(A, 0, Map.of(B, quietPort(), C, portC, d, portD), new Heard());
        await(() -> peer(a, B).connected());
        PartyId first = peer(a, B).via().orElseThrow();
        (first.equals(C) ? c : other).close();
        a.send(B, 1, Bytes.utf8("through the other"));
        assertEquals("a/1/through the other", next(heardB.messages));
        assertEquals(Optional.of(first.equals(C) ? d : C), peer(a, B).via());
    }

    @Test
    void nobodyIsPutThroughToAStranger() throws Exception {
        Heard heardB = new Heard();
        int portB = quietPort();
        Transport c = start(C, quietPort(), Map.of(A, 1), new Heard());
        start(B, portB, Map.of(A, 1), heardB);
        Transport a = start(A, 0, Map.of(B, quietPort(), C, c.address().getPort()), new Heard());
        a.send(B, 1, Bytes.utf8("hello"));
        await(() -> peer(a, C).connected());
        Thread.sleep(2_000);
        assertTrue(heardB.messages.isEmpty());
        assertTrue(!peer(a, B).connected());
    }
}
