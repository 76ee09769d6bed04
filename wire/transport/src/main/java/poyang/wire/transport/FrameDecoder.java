package poyang.wire.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/// Bytes to {@link Inbound}. A length out of bounds is refused before a byte of the frame is kept, and
/// after the first malformed frame nothing more is read.
final class FrameDecoder extends ByteToMessageDecoder {
    private boolean cut;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (cut) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (in.readableBytes() < 4) {
            return;
        }
        long length = in.getUnsignedInt(in.readerIndex());
        if (length < Frame.HEADER_BYTES || length > Frame.HEADER_BYTES + Frame.MAXIMUM_PAYLOAD_BYTES) {
            in.skipBytes(in.readableBytes());
            refuse(new Malformed("a frame of " + length + " bytes"), out);
            return;
        }
        if (in.readableBytes() < 4 + length) {
            return;
        }
        in.skipBytes(4);
        ByteBuf body = in.readSlice((int) length);
        switch (Frame.read(body, (int) length)) {
            case Frame frame -> out.add(frame);
            case Malformed malformed -> refuse(malformed, out);
        }
    }

    private void refuse(Malformed malformed, List<Object> out) {
        cut = true;
        out.add(malformed);
    }
}
