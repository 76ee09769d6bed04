package poyang.wire.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/// One direction of two joined connections: what is read here is written there, no faster than there it is
/// taken and than the limits of a peer allow. Both connections share a thread, and end together.
final class Splice extends ChannelInboundHandlerAdapter {
    private final Channel other;
    private final Allowance allowance;
    private boolean owing;

    Splice(Channel other, PeerLimits limits) {
        this.other = other;
        allowance = new Allowance(limits, System.nanoTime());
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        allowance.take(bytes.readableBytes(), System.nanoTime());
        other.writeAndFlush(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        pace(context);
    }

    private void pace(ChannelHandlerContext context) {
        long owed = allowance.pauseNanos(System.nanoTime());
        if (owed > 0 && !owing) {
            owing = true;
            var _ = context.executor()
                    .schedule(
                            () -> {
                                owing = false;
                                pace(context);
                            },
                            owed,
                            TimeUnit.NANOSECONDS);
        }
        context.channel().config().setAutoRead(!owing && other.isWritable());
    }

    /// This side takes more again: the other may be read.
    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Splice opposite = other.pipeline().get(Splice.class);
        if (opposite != null) {
            opposite.pace(other.pipeline().context(opposite));
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        other.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close().addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
