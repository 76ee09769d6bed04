package poyang.wire.transport;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.PartyId;

/// A connection to one peer that asks to be put through to another; then it becomes a connection to that
/// one, with a handshake of its own inside this one.
final class RelayedDial extends SimpleChannelInboundHandler<Inbound> {
    private final Transport transport;
    private final PartyId wanted;
    private final PartyId relay;
    private @Nullable ScheduledFuture<?> patience;
    private boolean through;

    RelayedDial(Transport transport, PartyId wanted, PartyId relay) {
        super(Inbound.class);
        this.transport = transport;
        this.wanted = wanted;
        this.relay = relay;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        patience =
                context.executor().schedule(() -> end(context), 2 * Transport.HANDSHAKE_MILLIS, TimeUnit.MILLISECONDS);
        context.fireChannelActive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()
                    && relay.name().equals(TlsIdentity.peerName(Transport.session(context, Transport.RELAY_TLS)))) {
                context.writeAndFlush(Call.TO.frame(transport.freshId(), wanted.name()))
                        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            } else {
                end(context);
            }
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, Inbound inbound) {
        if (!(inbound instanceof Frame frame) || Call.NOT.is(frame)) {
            end(context);
        } else if (Call.THROUGH.is(frame)) {
            through = true;
            stopWaiting();
            transport.equip(context.channel(), wanted, 0, relay);
            context.pipeline().remove(FrameDecoder.class);
            context.pipeline().remove(FrameEncoder.class);
            context.pipeline().remove(this);
        }
        // Anything else is a ping sent before the call was heard.
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stopWaiting();
        if (!through) {
            transport.dialAgain(wanted);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        end(context);
    }

    private void stopWaiting() {
        if (patience != null) {
            patience.cancel(false);
        }
    }

    private static void end(ChannelHandlerContext context) {
        context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
