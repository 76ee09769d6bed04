package poyang.wire.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import poyang.kernel.PartyId;

/// Puts peers through to each other that have no direct way.
///
/// Who calls has proven its name to this node; whom it wants must be a peer of this node too. Their own handshake
/// runs through the joined connections, so that this node sees neither what they say nor can say anything
/// in their names.
final class Relay {
    private static final int CALLS_OF_ONE = 8;

    private final Transport transport;
    private final Map<PartyId, Integer> calls = new HashMap<>();

    Relay(Transport transport) {
        this.transport = transport;
    }

    /// Takes over a connection whose first words were {@link Call#TO}; its handler is removed.
    void join(ChannelHandlerContext caller, PartyId from, Frame frame) {
        Optional<PartyId> wanted = Call.wanted(frame);
        InetSocketAddress address =
                wanted.map(transport::link).flatMap(PeerLink::address).orElse(null);
        if (address == null || from.equals(wanted.get()) || transport.barred(from) || transport.barred(wanted.get())) {
            deny(caller, "\"" + Call.text(frame) + "\" is not a peer to be put through to");
            return;
        }
        if (!begin(from)) {
            deny(caller, "already " + CALLS_OF_ONE + " calls of " + from + " are put through");
            return;
        }
        caller.channel().closeFuture().addListener(_ -> end(from));
        caller.channel().config().setAutoRead(false);
        new Bootstrap()
                .group(caller.channel().eventLoop())
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Transport.HANDSHAKE_MILLIS)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new Splice(
                                        caller.channel(), transport.config().limits()));
                    }
                })
                .connect(address)
                .addListener((ChannelFutureListener) done -> {
                    if (done.isSuccess()) {
                        through(caller, done.channel());
                    } else {
                        deny(caller, wanted.get() + " cannot be reached from here either");
                    }
                });
    }

    private void through(ChannelHandlerContext caller, Channel called) {
        Channel calling = caller.channel();
        calling.writeAndFlush(Call.THROUGH.frame(transport.freshId(), "")).addListener(done -> {
            if (!done.isSuccess() || !calling.isActive()) {
                called.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
                return;
            }
            // What frames are is between the two from here on.
            calling.pipeline().addLast(new Splice(called, transport.config().limits()));
            calling.pipeline().remove(LinkHandler.class);
            calling.pipeline().remove(FrameEncoder.class);
            calling.pipeline().remove(FrameDecoder.class);
            calling.config().setAutoRead(true);
            called.config().setAutoRead(true);
        });
    }

    private void deny(ChannelHandlerContext caller, String why) {
        caller.channel()
                .writeAndFlush(Call.NOT.frame(transport.freshId(), why))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private synchronized boolean begin(PartyId from) {
        int before = calls.getOrDefault(from, 0);
        if (before == CALLS_OF_ONE) {
            return false;
        }
        calls.put(from, before + 1);
        return true;
    }

    private synchronized void end(PartyId from) {
        calls.merge(from, -1, Integer::sum);
    }
}
