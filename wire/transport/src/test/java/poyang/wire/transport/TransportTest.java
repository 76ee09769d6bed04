package poyang.wire.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.Revocations;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Real nodes on loopback: what they exchange, how they lose and find each other, whom they refuse.
@Timeout(600)
final class TransportTest extends TransportScene {
    /// Frames a second that one peer may send.
    private static final int FLOOD_LIMIT = 400;

    @Test
    void threeNodesExchangeLoseOneAndFindItAgain() throws Exception {
        Heard heardA = new Heard();
        Heard heardB = new Heard();
        Heard heardC = new Heard();
        Transport c = start(C, 0, Map.of(A, 1, B, 1), heardC);
        int portC = c.address().getPort();
        Transport b = start(B, quietPort(), Map.of(A, 1, C, portC), heardB);
        Transport a = start(A, 0, Map.of(B, b.address().getPort(), C, portC), heardA);
        a.broadcast(7, Bytes.utf8("to all"));
        assertEquals("a/7/to all", next(heardB.messages));
        assertEquals("a/7/to all", next(heardC.messages));
        await(() -> connected(a, 2) && connected(b, 2) && connected(c, 2));
        c.send(A, 65_534, Bytes.wrap(new byte[16 << 20]));
        assertEquals("c/65534/" + (16 << 20), next(heardA.messages));
        for (int i = 0; i < 50; i++) {
            b.send(A, 1, Bytes.utf8("in order " + i));
        }
        for (int i = 0; i < 50; i++) {
            assertEquals("b/1/in order " + i, next(heardA.messages));
        }
        await(() -> a.peers().getFirst().roundTripMicros() > 0);

        c.close();
        await(() -> connected(a, 1) && connected(b, 1));
        assertTrue(String.valueOf(next(heardA.lost)).startsWith("c: "));
        a.send(C, 2, Bytes.utf8("while away"));
        Heard again = new Heard();
        Transport restarted = start(C, portC, Map.of(A, 1, B, 1), again);
        assertEquals("a/2/while away", next(again.messages));
        await(() -> connected(restarted, 2));
        assertEquals(2, a.peers().get(1).links());
        assertTrue(heardA.bugs.isEmpty() && heardB.bugs.isEmpty() && heardC.bugs.isEmpty());
    }

    /// Peers come, move and go while a node runs; where another process is, the right one is not
    /// found, and at its own place it is.
    @Test
    void peersComeMoveAndGoWhileItRuns() throws Exception {
        Heard heardA = new Heard();
        Heard heardB = new Heard();
        Heard foreign = new Heard();
        Transport c = start(C, 0, Map.of(), foreign);
        Transport a = start(A, 0, Map.of(), heardA);
        Transport b = start(B, 0, Map.of(), heardB);
        refused(TransportErrors.UNKNOWN_PEER, () -> a.send(B, 1, Bytes.empty()));
        assertFalse(a.offer(B, 1, Bytes.empty()) || a.reaches(B));
        // Only the second one knows where the first one is, who knows its name.
        a.know(known(B));
        b.know(known(A, a.address()));
        await(() -> a.reaches(B) && connected(a, 1) && connected(b, 1));
        assertTrue(a.offer(B, 1, Bytes.utf8("by a link that the other made")));
        assertEquals("a/1/by a link that the other made", next(heardB.messages));
        b.close();
        await(() -> connected(a, 0));
        // Somebody else is where it is said to be.
        c.know(known(A));
        a.know(known(B, c.address()));
        heard(heardA.refused, "names \"c\"");
        assertTrue(connected(a, 0) && connected(c, 0) && foreign.messages.isEmpty());
        Heard again = new Heard();
        Transport moved = start(B, 0, Map.of(), again);
        moved.know(known(A));
        assertTrue(a.offer(B, 2, Bytes.utf8("where it is now")));
        a.know(known(B, c.address(), moved.address()));
        assertEquals("a/2/where it is now", next(again.messages));
        a.know(new TreeMap<>());
        await(() -> connected(moved, 0));
        assertTrue(a.peers().isEmpty() && !a.offer(B, 1, Bytes.empty()));
        assertTrue(heardA.bugs.isEmpty() && heardB.bugs.isEmpty() && again.bugs.isEmpty());
    }

    /// Both call at about the same time, again and again: one link is left, and both speak.
    @Test
    void ofTwoCallsAtOnceOneLinkIsLeft() throws Exception {
        Heard heardA = new Heard();
        Heard heardB = new Heard();
        Transport a = start(A, 0, Map.of(), heardA);
        Transport b = start(B, 0, Map.of(), heardB);
        for (int i = 0; i < 3; i++) {
            b.know(known(A, a.address()));
            Thread.sleep(470 + 20 * i);
            a.know(known(B, b.address()));
            // What travels while one link takes the other's place may be lost.
            Bytes words = Bytes.utf8("round " + i);
            while (!heardA.messages.contains("b/1/round " + i) || !heardB.messages.contains("a/1/round " + i)) {
                a.send(B, 1, words);
                b.send(A, 1, words);
                Thread.sleep(20);
            }
            await(() -> connected(a, 1) && connected(b, 1));
            a.know(new TreeMap<>());
            b.know(new TreeMap<>());
        }
        assertTrue(heardA.bugs.isEmpty() && heardB.bugs.isEmpty());
    }

    private static SortedMap<PartyId, List<InetSocketAddress>> known(PartyId peer, InetSocketAddress... addresses) {
        return new TreeMap<>(Map.of(peer, List.of(addresses)));
    }

    @Test
    void aFullQueueDropsTheOldestAndCounts() throws Exception {
        Heard heardB = new Heard();
        Transport b = start(B, quietPort(), Map.of(A, 1), heardB);
        int port = b.address().getPort();
        b.close();
        Transport a = start(A, 0, Map.of(B, port), new Heard());
        for (int i = 0; i < 100; i++) {
            a.send(B, 1, Bytes.utf8("m" + i));
        }
        assertEquals(36, a.peers().getFirst().droppedFrames());
        assertEquals(64, a.peers().getFirst().waitingFrames());
        start(B, port, Map.of(A, 1), heardB);
        for (int i = 36; i < 100; i++) {
            assertEquals("a/1/m" + i, next(heardB.messages));
        }
    }

    @Test
    void strangersAndOtherRootsAreRefused() throws Exception {
        Heard heardB = new Heard();
        Transport b = start(B, quietPort(), Map.of(A, 1), heardB);
        int port = b.address().getPort();
        Authority otherRoot = Certificates.root("Elsewhere", key(), YEAR, random);
        Heard heardForged = new Heard();
        Transport forged = start(A, 0, Map.of(B, port), heardForged, 1_000, identity(otherRoot, "a"));
        heard(heardForged.refused, "\"taxation\" was issued by an unknown authority, \"Jiangxi\".*here \"Elsewhere\"");
        heard(heardB.refused, "the caller refused a certificate of this side");
        forged.close();
        Heard heardStranger = new Heard();
        Transport stranger = start(new PartyId("aa"), 0, Map.of(B, port), heardStranger);
        heard(heardB.refused, "names \"aa\"");
        assertTrue(connected(b, 0) && connected(forged, 0) && connected(stranger, 0));
        assertEquals(0, b.peers().getFirst().receivedFrames());
    }

    /// In TLS 1.3 the side that dials is ready before it is judged; it must hear the verdict all the same.
    @Test
    void whoDialsWithAnExpiredCertificateLearnsItsDate() throws Exception {
        Heard heardB = new Heard();
        Transport b = start(B, quietPort(), Map.of(A, 1), heardB);
        Validity past = new Validity(NOW.minus(Duration.ofDays(1)), NOW.minus(Duration.ofHours(1)));
        InstantSource slow = InstantSource.fixed(NOW.minus(Duration.ofHours(2)));
        Heard heardA = new Heard();
        Transport a = start(A, 0, Map.of(B, b.address().getPort()), heardA, 1_000, identity(root, "a", past, slow));
        heard(heardB.refused, "\"a\" expired on 2026-11-23T09:00:00Z");
        heard(heardA.refused, "expired or not yet valid.*\"a\".*to 2026-11-23T09:00:00Z.*this one says 2026-11-23T08");
        assertTrue(connected(a, 0) && connected(b, 0));
    }

    @Test
    void aRevokedPeerLosesItsLinkAndLearnsWhy() throws Exception {
        Heard heardB = new Heard();
        TlsIdentity own = identity(root, "b");
        Transport b = start(B, quietPort(), Map.of(A, 1), heardB, 200, own);
        Heard heardA = new Heard();
        TlsIdentity peer = identity(root, "a");
        Transport a = start(A, 0, Map.of(B, b.address().getPort()), heardA, 200, peer);
        await(() -> connected(a, 1) && connected(b, 1));
        Instant since = NOW.minusSeconds(1);
        own.consult((_, _) -> Optional.of(new Revocations.Revocation(1, since.getEpochSecond())));
        heard(heardB.refused, "\"a\" .* was revoked on 2026-11-23T09:59:59Z because its key was exposed");
        heard(heardA.refused, "\"b\" refused a certificate of this side as revoked: shown was \"a\"");
        await(() -> connected(a, 0) && connected(b, 0));
    }

    @Test
    void whoSpeaksNoTlsIsRefusedInWords() throws Exception {
        Heard heardB = new Heard();
        Transport b = start(B, quietPort(), Map.of(A, 1), heardB);
        try (Socket knock =
                new Socket(InetAddress.getLoopbackAddress(), b.address().getPort())) {
            knock.setSoTimeout(120_000);
            knock.getOutputStream().write("GET / HTTP/1.1\r\nHost: b\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            heard(heardB.refused, "what came was not TLS");
            assertTrue(
                    new String(knock.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).indexOf("HTTP") < 0);
        }
    }

    /// Waits for a refusal that says this.
    private static void heard(LinkedBlockingQueue<String> refused, String pattern) throws InterruptedException {
        Pattern wanted = Pattern.compile(pattern);
        TreeSet<String> said = new TreeSet<>();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (System.nanoTime() < until) {
            String words = refused.poll(100, TimeUnit.MILLISECONDS);
            if (words != null && wanted.matcher(words).find()) {
                return;
            }
            said.add(String.valueOf(words));
        }
        fail("nothing like " + pattern + " was said, but " + said);
    }

    @Test
    void wrongCallsAreTypedErrors() {
        Transport b = start(B, quietPort(), Map.of(A, 1), new Heard());
        refused(TransportErrors.UNKNOWN_PEER, () -> b.send(C, 1, Bytes.empty()));
        refused(TransportErrors.BAD_CHANNEL, () -> b.send(A, 65_535, Bytes.empty()));
        refused(TransportErrors.FRAME_TOO_LARGE, () -> b.send(A, 1, Bytes.wrap(new byte[(16 << 20) + 1])));
        refused(TransportErrors.LISTEN_FAILED, () -> start(C, b.address().getPort(), Map.of(), new Heard()));
        refused(
                TransportErrors.BAD_TRANSPORT_CONFIG,
                () -> start(C, 0, Map.of(), new Heard(), 1_000, identity(root, "somebody")));
        refused(TransportErrors.BAD_TRANSPORT_CONFIG, () -> start(C, 0, Map.of(C, 1), new Heard()));
    }

    private static void refused(ErrorCode code, Executable call) {
        assertEquals(code, assertThrows(PoyangException.class, call).code());
    }

    @Test
    void malformedFramesCutTheLinkAndSilenceLosesIt() throws Exception {
        Heard heard = new Heard();
        Transport b = start(B, quietPort(), Map.of(A, 1), heard, 200, identity(root, "b"));
        EventLoopGroup threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        open.add(() ->
                assertTrue(threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(120_000)));
        ByteBuf ping = Unpooled.buffer();
        new Frame(Bytes.wrap(random.bytes(16)), Frame.CONTROL, Bytes.wrap(new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 9}))
                .writeTo(ping);
        TlsIdentity own = identity(root, "a");

        Channel silent = raw(threads, own, b.address());
        write(silent, ping.copy());
        await(() -> connected(b, 1));
        assertTrue(String.valueOf(next(heard.lost)).startsWith("a: nothing heard for "));
        assertTrue(silent.closeFuture().await(120_000));

        ByteBuf oversized = Unpooled.buffer().writeInt((16 << 20) + 22);
        ByteBuf routed = ping.copy().setByte(5, 1);
        ByteBuf badControl = ping.copy().setByte(4 + Frame.HEADER_BYTES, 3);
        for (ByteBuf bad : List.of(oversized, routed, badControl)) {
            Channel hostile = raw(threads, own, b.address());
            write(hostile, ping.copy(), bad);
            assertTrue(hostile.closeFuture().await(120_000));
            assertTrue(String.valueOf(next(heard.refused)).matches("a frame .*|a control frame .*"));
        }
        ping.release();

        Channel twice = raw(threads, own, b.address());
        ByteBuf message = Unpooled.buffer();
        new Frame(Bytes.wrap(random.bytes(16)), 4, Bytes.utf8("once")).writeTo(message);
        write(twice, message.copy(), message);
        assertEquals("a/4/once", next(heard.messages));
        await(() -> b.peers().getFirst().duplicateFrames() == 1);
        assertTrue(heard.messages.isEmpty() && heard.bugs.isEmpty());
    }

    /// One that floods is read at its limit, keeps its link, and nobody else waits.
    @Test
    void aFloodHurtsOnlyWhoFloods() throws Exception {
        PeerLimits limits = new PeerLimits(FLOOD_LIMIT, 64L << 20);
        ByteBuf flood = Unpooled.buffer();
        for (int i = 0; i < 20_000; i++) {
            byte[] id = ByteBuffer.allocate(16).putInt(i).array();
            new Frame(Bytes.wrap(id), 1, Bytes.utf8("flood")).writeTo(flood);
        }
        Heard heard = new Heard();
        Transport c = start(C, 0, Map.of(B, 1), new Heard());
        int portC = c.address().getPort();
        Transport b = start(B, quietPort(), Map.of(A, 1, C, portC), heard, 1_000, identity(root, "b"), limits);
        await(() -> connected(b, 1));
        EventLoopGroup threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        open.add(() ->
                assertTrue(threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(120_000)));
        Channel hostile = raw(threads, identity(root, "a"), b.address());
        long begin = System.nanoTime();
        hostile.writeAndFlush(flood).addListener(done -> assertTrue(done.isDone()));
        await(() -> b.peers().getFirst().pauses() > 0);
        int calm = 0;
        long flooded = 0;
        for (int i = 0; i < 20; i++) {
            c.send(B, 1, Bytes.utf8("calm"));
            Thread.sleep(50);
        }
        while (calm < 20) {
            if (String.valueOf(next(heard.messages)).equals("c/1/calm")) {
                calm++;
            } else {
                flooded++;
            }
        }
        flooded += heard.messages.size();
        double seconds = (System.nanoTime() - begin) / 1e9;
        // The rate, its burst, and what one read may hold besides.
        double most = FLOOD_LIMIT * (seconds + 2) + 4_000;
        assertTrue(flooded <= most, flooded + " frames of the flood in " + seconds + " s");
        long before = b.peers().getFirst().receivedFrames();
        await(() -> b.peers().getFirst().receivedFrames() > before || !heard.lost.isEmpty());
        assertTrue(connected(b, 2) && heard.lost.isEmpty(), "whoever is read slowly is not lost");
        assertEquals(0, b.peers().get(1).pauses());
    }

    @Test
    void unreadableMessagesCountAgainstTheirSender() throws Exception {
        Heard heard = new Heard();
        Transport c = start(C, 0, Map.of(A, 1, B, 1), new Heard());
        Transport b = start(B, 0, Map.of(C, c.address().getPort()), heard);
        c.send(B, 1, UNREADABLE);
        c.send(B, 1, Bytes.utf8("readable"));
        assertEquals("c/1/readable", next(heard.messages));
        long points = b.peers().getFirst().points();
        assertTrue(points > 0 && points <= Allowance.MALFORMED);
        assertEquals(1, b.peers().getFirst().malformed());
        assertTrue(connected(b, 1) && heard.bugs.isEmpty());
    }

    private static void write(Channel channel, ByteBuf... parts) throws InterruptedException {
        assertTrue(channel.writeAndFlush(Unpooled.wrappedBuffer(parts)).await(120_000));
    }

    /// A connection with a good certificate whose bytes are the test's own.
    private static Channel raw(EventLoopGroup threads, TlsIdentity identity, InetSocketAddress address)
            throws InterruptedException {
        SslHandler tls =
                new SslHandler(identity.sslContext().createSSLEngine(address.getHostString(), address.getPort()));
        Channel channel = new Bootstrap()
                .group(threads)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel made) {
                        made.pipeline().addLast(tls);
                    }
                })
                .connect(address)
                .sync()
                .channel();
        assertTrue(tls.handshakeFuture().await(120_000));
        return channel;
    }
}
