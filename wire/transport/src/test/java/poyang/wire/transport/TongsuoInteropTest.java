package poyang.wire.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509TrustManager;
import net.tongsuo.TongsuoProvider;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;

/// RFC 8998 against an endpoint that nobody here wrote: Tongsuo's, an OpenSSL with SM suites, over real
/// sockets, as client and as server, with certificates on both sides.
@Timeout(60)
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "Tongsuo comes for this platform only")
final class TongsuoInteropTest {
    private static final String[] SUITES = {"TLS_SM4_GCM_SM3"};
    private static final PartyId A = new PartyId("a");
    private static final PartyId B = new PartyId("b");

    private final Validity year =
            new Validity(Instant.now().minus(Duration.ofDays(1)), Instant.now().plus(Duration.ofDays(365)));
    private final RandomSource random = new SeededRandom(new byte[32], "tongsuo-test");
    private final Authority root = Certificates.root("Jiangxi", Sm2PrivateKey.generate(random), year, random);
    private final Authority issuer = root.issuer("taxation", Sm2PrivateKey.generate(random), year, random);

    private TlsIdentity own(String name) {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        X509Certificate leaf = issuer.leaf(name, key.publicKey(), year, random);
        return new TlsIdentity(
                List.of(leaf, issuer.certificate()), key, root.certificate(), InstantSource.system(), random);
    }

    /// A Tongsuo endpoint with a certificate of `authority`, whose key another library made.
    private SSLContext tongsuo(Authority authority, String name) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", new BouncyCastleProvider());
        generator.initialize(new ECGenParameterSpec("sm2p256v1"));
        KeyPair pair = generator.generateKeyPair();
        byte[] point = SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded())
                .getPublicKeyData()
                .getOctets();
        X509Certificate leaf = authority.leaf(name, Sm2PublicKey.decode(point), year, random);
        SSLContext context = SSLContext.getInstance("TLSv1.3", new TongsuoProvider());
        context.init(
                new KeyManager[] {new OneKey(pair.getPrivate(), leaf, authority.certificate())},
                new TrustManager[] {new Holder(root.certificate())},
                null);
        return context;
    }

    private static final class Heard implements Transport.Listener {
        final LinkedBlockingQueue<String> messages = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<String> refused = new LinkedBlockingQueue<>();

        @Override
        public void received(PartyId from, int channel, Bytes payload) {
            messages.add(from + "/" + channel + "/" + payload.length());
        }

        @Override
        public void connected(PartyId peer) {}

        @Override
        public void lost(PartyId peer, String reason) {}

        @Override
        public void refused(String remote, String reason) {
            refused.add(reason);
        }

        @Override
        public void failed(Bug bug) {
            refused.add(bug.toString());
        }
    }

    private Transport listening(Heard heard) {
        TreeMap<PartyId, InetSocketAddress> peers = new TreeMap<>();
        peers.put(A, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return Transport.start(TransportConfig.of(B, any, peers), own("b"), random, heard);
    }

    private static SSLSocket dial(SSLContext context, int port) throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setEnabledProtocols(new String[] {"TLSv1.3"});
        socket.setEnabledCipherSuites(SUITES);
        socket.setSoTimeout(20_000);
        socket.startHandshake();
        return socket;
    }

    @Test
    void tongsuoCallsANodeOfOurs() throws Exception {
        Heard heard = new Heard();
        ByteBuf frames = Unpooled.buffer();
        byte[] ping = {1, 0, 0, 0, 0, 0, 0, 0, 9};
        new Frame(Bytes.wrap(random.bytes(16)), Frame.CONTROL, Bytes.wrap(ping)).writeTo(frames);
        new Frame(Bytes.wrap(random.bytes(16)), 7, Bytes.wrap(new byte[200_000])).writeTo(frames);
        byte[] out = new byte[frames.readableBytes()];
        frames.readBytes(out).release();
        try (Transport b = listening(heard);
                SSLSocket socket = dial(tongsuo(issuer, "a"), b.address().getPort())) {
            assertEquals("TLSv1.3", socket.getSession().getProtocol());
            assertEquals("TLS_SM4_GCM_SM3", socket.getSession().getCipherSuite());
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            assertEquals("b", Certificates.name(Certificates.decode(shown.getEncoded())));
            socket.getOutputStream().write(out);
            assertEquals("a/7/200000", heard.messages.poll(20, TimeUnit.SECONDS));
            DataInputStream in = new DataInputStream(socket.getInputStream());
            assertEquals(Frame.HEADER_BYTES + ping.length, in.readInt(), "a ping or a pong");
        }
    }

    @Test
    void tongsuoOfAnotherRootIsRefusedAndTold() throws Exception {
        Heard heard = new Heard();
        Authority elsewhere = Certificates.root("Elsewhere", Sm2PrivateKey.generate(random), year, random);
        try (Transport b = listening(heard)) {
            IOException refused = assertThrows(IOException.class, () -> {
                try (SSLSocket socket =
                        dial(tongsuo(elsewhere, "a"), b.address().getPort())) {
                    int _ = socket.getInputStream().read();
                    throw new IOException("nobody refused");
                }
            });
            String said = heard.refused.poll(20, TimeUnit.SECONDS);
            assertTrue(
                    said != null && said.contains("was issued by an unknown authority, \"Elsewhere\""),
                    String.valueOf(said));
            assertTrue(
                    String.valueOf(refused.getMessage())
                            .toLowerCase(Locale.ROOT)
                            .contains("alert unknown ca"),
                    refused.toString());
        }
    }

    /// Tongsuo's engine rather than its socket: the socket overlooks what came together with Finished.
    @Test
    void oursCallsTongsuo() throws Exception {
        byte[] message = random.bytes(200_000);
        EventLoopGroup threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            CompletableFuture<String> caller = new CompletableFuture<>();
            SSLContext foreign = tongsuo(issuer, "b");
            Channel server = new ServerBootstrap()
                    .group(threads)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(joined(() -> demanding(foreign), new Echo(caller)))
                    .bind(InetAddress.getLoopbackAddress(), 0)
                    .sync()
                    .channel();
            CompletableFuture<byte[]> answer = new CompletableFuture<>();
            TlsIdentity own = own("a");
            Channel client = new Bootstrap()
                    .group(threads)
                    .channel(NioSocketChannel.class)
                    .handler(joined(() -> own.sslContext().createSSLEngine("b", 1), new Gather(message.length, answer)))
                    .connect(server.localAddress())
                    .sync()
                    .channel();
            assertTrue(client.writeAndFlush(Unpooled.wrappedBuffer(message)).await(20_000));
            assertArrayEquals(message, answer.get(20, TimeUnit.SECONDS));
            assertEquals("a TLS_SM4_GCM_SM3", caller.get(20, TimeUnit.SECONDS));
        } finally {
            assertTrue(threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(10_000));
        }
    }

    private static SSLEngine demanding(SSLContext foreign) {
        SSLEngine engine = foreign.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(new String[] {"TLSv1.3"});
        engine.setEnabledCipherSuites(SUITES);
        engine.setNeedClientAuth(true);
        return engine;
    }

    private static ChannelInitializer<Channel> joined(Supplier<SSLEngine> engine, ChannelHandler use) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel made) {
                made.pipeline().addLast(new SslHandler(engine.get()), use);
            }
        };
    }

    /// Sends back what comes, and says who sent it.
    private static final class Echo extends SimpleChannelInboundHandler<ByteBuf> {
        private final CompletableFuture<String> caller;

        Echo(CompletableFuture<String> caller) {
            this.caller = caller;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf part) throws Exception {
            SSLSession session =
                    context.pipeline().get(SslHandler.class).engine().getSession();
            byte[] shown = session.getPeerCertificates()[0].getEncoded();
            caller.complete(Certificates.name(Certificates.decode(shown)) + " " + session.getCipherSuite());
            var _ = context.writeAndFlush(part.retain());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            caller.completeExceptionally(cause);
        }
    }

    /// Waits for so many bytes.
    private static final class Gather extends SimpleChannelInboundHandler<ByteBuf> {
        private final ByteArrayOutputStream got = new ByteArrayOutputStream();
        private final int count;
        private final CompletableFuture<byte[]> answer;

        Gather(int count, CompletableFuture<byte[]> answer) {
            this.count = count;
            this.answer = answer;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf part) {
            byte[] bytes = new byte[part.readableBytes()];
            part.readBytes(bytes);
            got.writeBytes(bytes);
            if (got.size() == count) {
                answer.complete(got.toByteArray());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            answer.completeExceptionally(cause);
        }
    }

    /// Shows one certificate, whatever is asked for.
    private static final class OneKey extends X509ExtendedKeyManager {
        private final PrivateKey key;
        private final X509Certificate[] chain;

        OneKey(PrivateKey key, X509Certificate... chain) {
            this.key = key;
            this.chain = chain;
        }

        @Override
        public String[] getClientAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "own";
        }

        @Override
        public String[] getServerAliases(String type, Principal @Nullable [] issuers) {
            return new String[] {"own"};
        }

        @Override
        public String chooseServerAlias(String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return "own";
        }

        @Override
        public String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return "own";
        }

        @Override
        public String chooseEngineServerAlias(String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return "own";
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }

    /// Trusts what leads to the root, by this project's own check: Tongsuo's provider has no SM2 of its own
    /// in Java.
    private record Holder(X509Certificate root) implements X509TrustManager {
        private void check(X509Certificate[] shown) {
            Certificates.validate(Arrays.stream(shown).map(Holder::again).toList(), root, Instant.now());
        }

        private static X509Certificate again(X509Certificate shown) {
            try {
                return Certificates.decode(shown.getEncoded());
            } catch (GeneralSecurityException e) {
                throw new Bug("a certificate encodes", e);
            }
        }

        @Override
        public void checkClientTrusted(X509Certificate[] shown, String type) {
            check(shown);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] shown, String type) {
            check(shown);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[] {root};
        }
    }
}
