package poyang.wire.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// One node's links with its peers.
///
/// Two nodes share one link: the one whose name comes first dials, and half a second later the
/// other one as well, if there is none: one of them may have moved, and only the other can be
/// found. Of two links the one that the first of them dialled stays. A link counts as connected
/// when both certificates lead to the trust root, the peer's name is the expected one and a first
/// frame was heard.
///
/// Who the peers are, and where, may change at any time ({@link #know}). Who is at an address its
/// certificate says and nothing else. A peer without a known address may call, and is called
/// through others.
///
/// Sending never blocks. Frames wait for their peer in a bounded queue; when it is full the oldest
/// is dropped and counted, since what nodes say goes stale and is asked for again. Frames between
/// two nodes arrive in order; when a link breaks, frames may be lost, or sent again with the same
/// id, in which case the second copy is dropped and counted.
///
/// A peer that three attempts in a row did not reach is called through the other peers as well
/// ({@link Relay}); the link is the same then, end to end. A direct link takes the place of such a
/// one as soon as one can be had.
///
/// Who sends more than {@link PeerLimits} is not read for as long as its surplus takes; the surplus
/// waits on its own side, and no other link waits with it.
public final class Transport implements AutoCloseable {
    private static final int STRANGERS = 64;
    static final long HANDSHAKE_MILLIS = 5_000;
    /// The names of what does TLS with the peer of a link, and with who puts it through.
    static final String LINK_TLS = "link-tls";

    static final String RELAY_TLS = "relay-tls";
    private static final long FIRST_PAUSE_MILLIS = 100;
    /// For so long the one whose name comes second waits for the other's call.
    private static final long COURTESY_MILLIS = 500;
    private static final int FAILURES_BEFORE_RELAY = 3;
    /// While a link leads through another node: so many of the longest pauses between attempts at a direct one.
    private static final int RELAYED_PAUSES = 6;

    /// What the caller hears. Calls come from the transport's own threads and must not block.
    public interface Listener {
        /// @throws PoyangException when it cannot be read: that counts against the peer, whose words are then
        ///     read more slowly for a while
        void received(PartyId from, int channel, Bytes payload);

        void connected(PartyId peer);

        void lost(PartyId peer, String reason);

        /// A connection that never became a link, or bytes that cut one.
        void refused(String remote, String reason);

        /// A broken invariant of this process met on a transport thread: it must stop.
        void failed(Bug bug);
    }

    private final TransportConfig config;
    private final TlsIdentity identity;
    private final Listener listener;
    private final EventLoopGroup threads = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final ConcurrentSkipListMap<PartyId, PeerLink> links = new ConcurrentSkipListMap<>();
    private final AtomicInteger strangers = new AtomicInteger();
    private final Relay relay = new Relay(this);
    private final byte[] idPrefix;
    private final AtomicLong nextId = new AtomicLong();
    private @Nullable Channel server;
    private volatile boolean closed;
    private volatile Set<PartyId> barred = Set.of();

    private Transport(TransportConfig config, TlsIdentity identity, RandomSource random, Listener listener) {
        this.config = config;
        this.identity = identity;
        this.listener = listener;
        idPrefix = random.bytes(8);
        config.peers().forEach((peer, address) -> {
            links.put(peer, new PeerLink(peer, config, listener, List.of(address)));
        });
    }

    /// Listens and begins to dial.
    ///
    /// @throws PoyangException `LISTEN_FAILED` when the address is taken, `BAD_TRANSPORT_CONFIG` when the
    ///     certificate is somebody else's
    public static Transport start(
            TransportConfig config, TlsIdentity identity, RandomSource random, Listener listener) {
        if (!identity.name().equals(config.self().name())) {
            throw new PoyangException(
                    TransportErrors.BAD_TRANSPORT_CONFIG,
                    "the certificate belongs to \"" + identity.name() + "\", the node is \"" + config.self() + "\"",
                    "the node's own certificate is needed");
        }
        Transport transport = new Transport(config, identity, random, listener);
        transport.listen();
        transport.links.values().forEach(transport::dialFirst);
        return transport;
    }

    /// Where this node listens, with the port that the system chose.
    public InetSocketAddress address() {
        Channel open = server;
        if (open == null) {
            throw new Bug("the transport listens from its start");
        }
        return (InetSocketAddress) open.localAddress();
    }

    /// Queues one message for a peer, connected or not.
    ///
    /// @param channel 0 to 65,534
    /// @throws PoyangException `UNKNOWN_PEER`, `BAD_CHANNEL`, `FRAME_TOO_LARGE` above 16 MiB
    public void send(PartyId to, int channel, Bytes payload) {
        if (!offer(to, channel, payload)) {
            throw new PoyangException(
                    TransportErrors.UNKNOWN_PEER,
                    "\"" + to + "\" is not a peer of this node",
                    "one of " + links.keySet() + " is needed");
        }
    }

    /// The same, but does nothing and gives false where it is no peer.
    ///
    /// @throws PoyangException `BAD_CHANNEL`, `FRAME_TOO_LARGE` above 16 MiB
    public boolean offer(PartyId to, int channel, Bytes payload) {
        PeerLink link = links.get(to);
        if (link != null) {
            link.offer(frame(channel, payload));
        }
        return link != null;
    }

    /// Queues one message, under one id, for every peer.
    public void broadcast(int channel, Bytes payload) {
        Frame frame = frame(channel, payload);
        links.values().forEach(link -> link.offer(frame));
    }

    /// From now on these are the peers, and this is where they are reached: what was known before
    /// is forgotten. Whoever is a peer no more loses its link; one that is linked keeps it, also
    /// where its address changed; one that is not, or only through another node, is called at a new
    /// address at once.
    ///
    /// @param peers with their addresses, the likeliest first; none for one that has to call, or to
    ///     be called through others
    public synchronized void know(SortedMap<PartyId, List<InetSocketAddress>> peers) {
        for (PartyId gone : List.copyOf(links.keySet())) {
            if (!peers.containsKey(gone)) {
                PeerLink link = links.remove(gone);
                if (link != null) {
                    link.end();
                }
            }
        }
        peers.forEach((peer, addresses) -> {
            Bug.unless(!peer.equals(config.self()), "a node is no peer of its own");
            PeerLink link = links.get(peer);
            if (link == null) {
                PeerLink fresh = new PeerLink(peer, config, listener, addresses);
                links.put(peer, fresh);
                dialFirst(fresh);
            } else if (link.moved(addresses) && (!link.connected() || link.relayed())) {
                dial(peer, Optional.empty(), 0);
            }
        });
    }

    /// Is there a way to this peer: a link, or an address to call?
    public boolean reaches(PartyId peer) {
        PeerLink link = links.get(peer);
        return link != null && (link.connected() || link.address().isPresent());
    }

    /// From now on, and until it is called again, these peers have no link with this node, nor a way through it:
    /// links that they have are cut within a heartbeat.
    public void bar(Set<PartyId> peers) {
        barred = Set.copyOf(peers);
    }

    boolean barred(PartyId peer) {
        return barred.contains(peer);
    }

    /// All peers, in ascending order of name.
    public List<PeerStatistics> peers() {
        return links.values().stream().map(PeerLink::statistics).toList();
    }

    /// Ends every link and stops listening; frames that still wait are dropped.
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Channel listening = server;
        if (listening != null) {
            // A closed listener keeps its port until its thread has looked at its selector once more.
            listening.close().awaitUninterruptibly();
            listening.eventLoop().submit(() -> {}).awaitUninterruptibly();
        }
        threads.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private Frame frame(int channel, Bytes payload) {
        if (channel < 0 || channel >= Frame.CONTROL) {
            throw new PoyangException(
                    TransportErrors.BAD_CHANNEL, "channel " + channel, "0 to " + (Frame.CONTROL - 1) + " is needed");
        }
        if (payload.length() > Frame.MAXIMUM_PAYLOAD_BYTES) {
            throw new PoyangException(
                    TransportErrors.FRAME_TOO_LARGE,
                    "a message of " + payload.length() + " bytes",
                    "at most " + Frame.MAXIMUM_PAYLOAD_BYTES + " bytes fit into one");
        }
        return new Frame(freshId(), channel, payload);
    }

    Bytes freshId() {
        return Bytes.wrap(ByteBuffer.allocate(Frame.ID_BYTES)
                .put(idPrefix)
                .putLong(nextId.getAndIncrement())
                .array());
    }

    boolean dials(PartyId peer) {
        return config.self().compareTo(peer) < 0;
    }

    TransportConfig config() {
        return config;
    }

    /// Why the peer of an open connection would be refused now.
    Optional<PoyangException> standing(SSLSession session) {
        return identity.standing(session);
    }

    Listener listener() {
        return listener;
    }

    @Nullable
    PeerLink link(PartyId peer) {
        return links.get(peer);
    }

    void strangerGone() {
        strangers.decrementAndGet();
    }

    private void listen() {
        ChannelFuture bound = new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        boolean room = strangers.incrementAndGet() <= STRANGERS;
                        equip(
                                channel,
                                tls(identity.sslContext().createSSLEngine()),
                                new LinkHandler(Transport.this, null, null));
                        if (!room) {
                            channel.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                        }
                    }
                })
                .bind(config.listen())
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new PoyangException(
                    TransportErrors.LISTEN_FAILED,
                    "cannot listen on " + config.listen() + " (" + bound.cause().getMessage() + ")",
                    "a free address of this machine is needed",
                    bound.cause());
        }
        server = bound.channel();
    }

    private void dialFirst(PeerLink link) {
        dial(link.peer(), Optional.empty(), courtesyMillis(link.peer()));
    }

    private long courtesyMillis(PartyId peer) {
        return dials(peer) ? 0 : COURTESY_MILLIS;
    }

    /// Dials after a pause that doubles with each failure in a row; does nothing when there is a
    /// direct link, or when it is a peer no more.
    void dialAgain(PartyId peer) {
        PeerLink link = links.get(peer);
        if (link == null) {
            return;
        }
        if (link.relayed()) {
            dial(peer, Optional.empty(), RELAYED_PAUSES * config.reconnectMillis());
        } else if (!link.connected()) {
            int failures = link.failedAgain();
            long pause = FIRST_PAUSE_MILLIS << Math.min(failures, 20);
            dial(peer, relayFor(peer, failures), Math.min(pause + courtesyMillis(peer), config.reconnectMillis()));
        }
    }

    /// Every other attempt goes through one of the other peers, in turn, those first that are connected.
    private Optional<PartyId> relayFor(PartyId peer, int failures) {
        int turn = failures - FAILURES_BEFORE_RELAY;
        List<PartyId> others = links.values().stream()
                .filter(link -> !link.peer().equals(peer)
                        && !barred(link.peer())
                        && link.address().isPresent())
                .sorted(Comparator.comparing(link -> !link.connected()))
                .map(PeerLink::peer)
                .toList();
        return turn < 0 || turn % 2 != 0 || others.isEmpty()
                ? Optional.empty()
                : Optional.of(others.get(turn / 2 % others.size()));
    }

    private void dial(PartyId peer, Optional<PartyId> through, long delayMillis) {
        PeerLink link = links.get(peer);
        if (link == null || closed) {
            return;
        }
        int ticket = link.newTicket();
        Runnable call = () -> {
            if (link.isLastTicket(ticket)) {
                connect(peer, through);
            }
        };
        try {
            threads.schedule(call, delayMillis, TimeUnit.MILLISECONDS).addListener(done -> {
                if (!done.isSuccess() && !closed) {
                    listener.failed(new Bug("dialling " + peer + " failed", done.cause()));
                }
            });
        } catch (RejectedExecutionException e) {
            // It was closed meanwhile.
            Bug.unless(closed, "threads end when the transport does");
        }
    }

    private void connect(PartyId peer, Optional<PartyId> through) {
        PeerLink link = links.get(peer);
        if (closed || link == null || link.connected() && !link.relayed()) {
            return;
        }
        PartyId called = through.orElse(peer);
        PeerLink way = links.get(called);
        Optional<InetSocketAddress> known =
                way == null ? Optional.empty() : through.isEmpty() ? way.nextAddress() : way.address();
        if (known.isEmpty() || barred(peer)) {
            dialAgain(peer);
            return;
        }
        InetSocketAddress address = known.get();
        new Bootstrap()
                .group(threads)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) HANDSHAKE_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (through.isEmpty()) {
                            equip(channel, peer, address.getPort(), null);
                        } else {
                            channel.pipeline()
                                    .addLast(RELAY_TLS, tls(called, address.getPort()))
                                    .addLast(new FrameDecoder(), new FrameEncoder())
                                    .addLast(new RelayedDial(Transport.this, peer, called));
                        }
                    }
                })
                .connect(address)
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        dialAgain(peer);
                    }
                });
    }

    /// Makes a connection one that this side opened to a peer.
    ///
    /// @param port that was called
    /// @param via who put it through, or null
    void equip(Channel channel, PartyId peer, int port, @Nullable PartyId via) {
        equip(channel, tls(peer, port), new LinkHandler(this, peer, via));
    }

    private SslHandler tls(PartyId peer, int port) {
        // The engine's words name the peer, not its address.
        SSLContext context =
                config.door().isEmpty() ? identity.sslContext() : identity.sslContextTowards(config.door());
        return tls(context.createSSLEngine(peer.name(), port));
    }

    private static SslHandler tls(SSLEngine engine) {
        SslHandler tls = new SslHandler(engine);
        tls.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS);
        return tls;
    }

    private static void equip(Channel channel, SslHandler tls, LinkHandler handler) {
        channel.pipeline().addLast(LINK_TLS, tls).addLast(new FrameDecoder(), new FrameEncoder(), handler);
    }

    /// What was agreed on by the TLS of this name in a connection.
    static SSLSession session(ChannelHandlerContext context, String name) {
        return ((SslHandler) context.pipeline().get(name)).engine().getSession();
    }

    Relay relay() {
        return relay;
    }
}
