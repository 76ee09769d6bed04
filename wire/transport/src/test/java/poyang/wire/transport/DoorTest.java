package poyang.wire.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Hellos as they come over the wire, and services that give back what they hear.
@Timeout(120)
final class DoorTest {
    private static final InetSocketAddress ANYWHERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /// Gives each caller its own bytes back, with a name before them.
    private record Echo(ServerSocket server, String name) implements AutoCloseable {
        static Echo open(String name) throws IOException {
            Echo echo = new Echo(new ServerSocket(0, 16, InetAddress.getLoopbackAddress()), name);
            Thread _ = Thread.ofVirtual().start(echo::serve);
            return echo;
        }

        private void serve() {
            try {
                while (true) {
                    Socket caller = server.accept();
                    Thread _ = Thread.ofVirtual().start(() -> answer(caller));
                }
            } catch (IOException e) {
                // The test is over.
            }
        }

        private void answer(Socket caller) {
            try (caller) {
                caller.getOutputStream().write(name.getBytes(StandardCharsets.US_ASCII));
                caller.getInputStream().transferTo(caller.getOutputStream());
            } catch (IOException e) {
                // The caller went.
            }
        }

        InetSocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }

    /// A first message of TLS 1.3 in one record, with a server name or without.
    private static byte[] hello(String name) {
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        ByteBuffer extensions = ByteBuffer.allocate(64 + text.length);
        if (!name.isEmpty()) {
            extensions.putShort((short) 0).putShort((short) (text.length + 5));
            extensions.putShort((short) (text.length + 3)).put((byte) 0);
            extensions.putShort((short) text.length).put(text);
        }
        extensions.putShort((short) 43).putShort((short) 3).put((byte) 2).putShort((short) 0x0304);
        ByteBuffer body = ByteBuffer.allocate(256 + text.length);
        body.putShort((short) 0x0303).put(new byte[32]).put((byte) 0);
        body.putShort((short) 2).putShort((short) 0x00c6).put((byte) 1).put((byte) 0);
        body.putShort((short) extensions.position()).put(extensions.array(), 0, extensions.position());
        ByteBuffer record = ByteBuffer.allocate(9 + body.position());
        record.put((byte) 22).putShort((short) 0x0301).putShort((short) (4 + body.position()));
        record.put((byte) 1).put((byte) 0).putShort((short) body.position());
        return record.put(body.array(), 0, body.position()).array();
    }

    private static Socket call(Door door, byte[]... parts) throws IOException {
        Socket socket = new Socket();
        socket.connect(door.address());
        socket.setSoTimeout(60_000);
        for (byte[] part : parts) {
            socket.getOutputStream().write(part);
            socket.getOutputStream().flush();
        }
        return socket;
    }

    private static byte[] hear(Socket socket, int bytes) throws IOException {
        return socket.getInputStream().readNBytes(bytes);
    }

    private static boolean answers(Socket socket) throws IOException {
        try {
            return hear(socket, 4).length == 4;
        } catch (SocketException e) {
            return false;
        }
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static void hungUp(Socket socket) throws IOException {
        try (InputStream in = socket.getInputStream()) {
            assertEquals(-1, in.read(), "not a byte comes back");
        } catch (SocketException e) {
            assertTrue(String.valueOf(e.getMessage()).contains("reset"), e.toString());
        }
    }

    @Test
    void callersComeToTheServiceThatTheyNameAndStrangersToNone() throws Exception {
        byte[] more = "what comes after".getBytes(StandardCharsets.US_ASCII);
        try (Door door = Door.open(ANYWHERE);
                Echo one = Echo.open("one:");
                Echo two = Echo.open("two:")) {
            door.lead("one.chain", one.address(), 2);
            door.lead("two.chain", two.address(), 2);
            for (String name : List.of("one", "two")) {
                byte[] hello = hello(name + ".chain");
                byte[] first = Arrays.copyOf(hello, 20);
                byte[] rest = Arrays.copyOfRange(hello, 20, hello.length);
                // In one piece, and in two with more behind it.
                for (byte[][] parts : new byte[][][] {{hello, more}, {first, concat(rest, more)}}) {
                    try (Socket socket = call(door, parts)) {
                        byte[] wanted = concat((name + ":").getBytes(StandardCharsets.US_ASCII), hello, more);
                        assertArrayEquals(wanted, hear(socket, wanted.length));
                    }
                }
            }
            hungUp(call(door, hello("three.chain")));
            hungUp(call(door, hello("")));
            hungUp(call(door, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            door.shut("two.chain");
            hungUp(call(door, hello("two.chain")));
            assertEquals(2, door.joined("one.chain"));
        }
    }

    @Test
    void oneServiceWithoutAPlaceLeavesTheOthersTheirs() throws Exception {
        try (Door door = Door.open(ANYWHERE);
                Echo one = Echo.open("one:");
                Echo two = Echo.open("two:")) {
            door.lead("one.chain", one.address(), 3);
            door.lead("two.chain", two.address(), 3);
            List<Socket> inside = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Socket socket = call(door, hello("one.chain"));
                inside.add(socket);
                assertArrayEquals("one:".getBytes(StandardCharsets.US_ASCII), hear(socket, 4));
            }
            assertEquals(3, door.connections("one.chain"));
            hungUp(call(door, hello("one.chain")));
            try (Socket other = call(door, hello("two.chain"))) {
                assertArrayEquals("two:".getBytes(StandardCharsets.US_ASCII), hear(other, 4));
            }
            // Who is thrown out with its service hears the end of it; a place that is left is another's.
            inside.removeFirst().close();
            Socket next = null;
            while (next == null) {
                Socket tried = call(door, hello("one.chain"));
                if (answers(tried)) {
                    next = tried;
                } else {
                    tried.close();
                }
            }
            assertArrayEquals(hello("one.chain"), hear(next, hello("one.chain").length));
            door.shut("one.chain");
            hungUp(next);
            for (Socket socket : inside) {
                socket.close();
            }
        }
    }
}
