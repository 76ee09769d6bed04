package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// That knocking finds what it is to find: doors that nobody planned, and doors that answer.
final class DoorsTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    @Test
    void aForgottenDoorIsFound() throws IOException {
        int port;
        try (ServerSocket tcp = new ServerSocket();
                ServerSocket open = new ServerSocket();
                DatagramSocket udp = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            tcp.bind(new InetSocketAddress(LOOPBACK, 0));
            open.bind(new InetSocketAddress(InetAddress.ofLiteral("0.0.0.0"), 0));
            Set<String> found = Doors.of(List.of(ProcessHandle.current()));
            port = tcp.getLocalPort();
            assertTrue(found.contains("tcp 127.0.0.1:" + port), found.toString());
            assertTrue(found.contains("udp 127.0.0.1:" + udp.getLocalPort()), found.toString());
            assertEquals(
                    1,
                    found.stream()
                            .filter(door -> door.endsWith(":" + open.getLocalPort()) && !door.contains("127.0.0.1"))
                            .count(),
                    found.toString());
        }
        assertFalse(Doors.of(List.of(ProcessHandle.current())).contains("tcp 127.0.0.1:" + port));
    }

    @Test
    void aDoorThatAnswersInTheClearIsFound() throws Exception {
        knockAt(new byte[0], false);
        knockAt(new byte[] {0x15, 3, 3, 0, 2, 2, 40}, false);
        knockAt("HTTP/1.1 404 \r\n\r\n".getBytes(StandardCharsets.US_ASCII), true);
        knockAt(new byte[] {0x15, 3, 3, 0, 2, 2, 40, 1}, true);
        knockAt(new byte[] {0x16, 3, 3, 0, 1, 2}, true);
    }

    private static void knockAt(byte[] answer, boolean found) throws Exception {
        try (ServerSocket door = new ServerSocket(0, 50, LOOPBACK)) {
            Thread _ = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        try (Socket one = door.accept()) {
                            int _ = one.getInputStream().read();
                            one.getOutputStream().write(answer);
                            one.shutdownOutput();
                            byte[] _ = one.getInputStream().readAllBytes();
                        }
                    }
                } catch (IOException e) {
                    // the door was closed
                }
            });
            if (found) {
                assertThrows(AssertionError.class, () -> Doors.assertSilentInTheClear(door.getLocalPort()));
            } else {
                Doors.assertSilentInTheClear(door.getLocalPort());
            }
        }
    }
}
