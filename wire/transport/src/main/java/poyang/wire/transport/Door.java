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
import io.netty.handler.ssl.AbstractSniHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// One listening address for several services of this machine, which never see each other's bytes.
///
/// A caller names the service in the first message of its handshake (RFC 6066 server name); the door reads
/// no further, opens no TLS and holds no key: it joins the connection to the service's own on loopback. Who
/// names nothing, or what is not here, is hung up on without a word. A service has a bounded number of
/// connections, each at the pace of {@link PeerLimits}; when its places are taken, the others' are not.
///
/// Safe for use by several threads.
public final class Door implements AutoCloseable {
    private static final int STRANGERS = 128;
    private static final int HELLO_BYTES_MAX = 16 << 10;
    private static final int HELLO_MILLIS = 5_000;

    private final EventLoopGroup threads = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private final TreeMap<String, Service> services = new TreeMap<>();
    private final AtomicInteger strangers = new AtomicInteger();
    private final Channel server;

    private static final class Service {
        private final InetSocketAddress address;
        private final int most;
        private final Set<Channel> callers = new LinkedHashSet<>();
        private long joined;
        private boolean gone;

        Service(InetSocketAddress address, int most) {
            this.address = address;
            this.most = most;
        }

        synchronized boolean enter(Channel caller) {
            if (gone || callers.size() >= most) {
                return false;
            }
            joined++;
            return callers.add(caller);
        }

        synchronized long joined() {
            return joined;
        }

        synchronized void leave(Channel caller) {
            callers.remove(caller);
        }

        synchronized int connections() {
            return callers.size();
        }

        synchronized void end() {
            gone = true;
            List.copyOf(callers).forEach(caller -> caller.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE));
        }
    }

    private Door(InetSocketAddress listen) {
        ChannelFuture bound = new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (strangers.incrementAndGet() <= STRANGERS) {
                            channel.pipeline().addLast(new Hello());
                        } else {
                            strangers.decrementAndGet();
                            channel.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                        }
                    }
                })
                .bind(listen)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            var _ = threads.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            throw new PoyangException(
                    TransportErrors.LISTEN_FAILED,
                    "cannot listen on " + listen + " (" + bound.cause().getMessage() + ")",
                    "a free address of this machine is needed",
                    bound.cause());
        }
        server = bound.channel();
    }

    /// Listens; nothing is behind it yet.
    ///
    /// @throws PoyangException `LISTEN_FAILED`
    public static Door open(InetSocketAddress listen) {
        return new Door(listen);
    }

    /// Where it listens, with the port that the system chose.
    public InetSocketAddress address() {
        return (InetSocketAddress) server.localAddress();
    }

    /// From now on callers that name it reach a service.
    ///
    /// @param name as it stands in hellos
    /// @param address of the service, on this machine
    /// @param most connections at once
    public synchronized void lead(String name, InetSocketAddress address, int most) {
        Bug.unless(!services.containsKey(name), "a name leads to one service");
        services.put(name, new Service(address, most));
    }

    /// Nobody reaches it any more, and its connections end.
    public void shut(String name) {
        Service service;
        synchronized (this) {
            service = services.remove(name);
        }
        if (service != null) {
            service.end();
        }
    }

    /// How many connections lead to a service now.
    public int connections(String name) {
        Service service = find(name);
        return service == null ? 0 : service.connections();
    }

    /// How many connections have led to a service since it is here.
    public long joined(String name) {
        Service service = find(name);
        return service == null ? 0 : service.joined();
    }

    private synchronized @Nullable Service find(@Nullable String name) {
        return name == null ? null : services.get(name);
    }

    /// Ends every connection and stops listening.
    @Override
    public void close() {
        server.close().awaitUninterruptibly();
        server.eventLoop().submit(() -> {}).awaitUninterruptibly();
        threads.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    /// Reads a caller's first message, which stays where it is for the service to read.
    private final class Hello extends AbstractSniHandler<Channel> {
        private boolean known;

        Hello() {
            super(HELLO_BYTES_MAX, HELLO_MILLIS);
        }

        @Override
        protected Future<Channel> lookup(ChannelHandlerContext context, @Nullable String name) {
            Promise<Channel> found = context.executor().newPromise();
            Service service = find(name);
            Channel caller = context.channel();
            if (service == null || !service.enter(caller)) {
                return found.setFailure(new ConnectException("nobody is here"));
            }
            caller.closeFuture().addListener(_ -> service.leave(caller));
            new Bootstrap()
                    .group(caller.eventLoop())
                    .channel(NioSocketChannel.class)
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.AUTO_READ, false)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, HELLO_MILLIS)
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(Channel channel) {
                            channel.pipeline().addLast(new Splice(caller, PeerLimits.ample()));
                        }
                    })
                    .connect(service.address)
                    .addListener((ChannelFutureListener) done -> {
                        if (done.isSuccess()) {
                            found.setSuccess(done.channel());
                        } else {
                            found.setFailure(done.cause());
                        }
                    });
            return found;
        }

        @Override
        protected void onLookupComplete(ChannelHandlerContext context, @Nullable String name, Future<Channel> found) {
            Channel caller = context.channel();
            if (!found.isSuccess()) {
                caller.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                return;
            }
            Channel service = found.getNow();
            if (!caller.isActive()) {
                service.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                return;
            }
            // What was read goes on to the splice when this handler goes.
            caller.pipeline().addLast(new Splice(service, PeerLimits.ample()));
            caller.pipeline().remove(this);
            service.config().setAutoRead(true);
            caller.config().setAutoRead(true);
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext context) throws Exception {
            if (!known) {
                known = true;
                strangers.decrementAndGet();
            }
            super.handlerRemoved0(context);
        }

        /// Not TLS, too long or too slow.
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }
}
