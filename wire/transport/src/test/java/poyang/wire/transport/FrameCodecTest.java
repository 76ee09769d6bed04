package poyang.wire.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;
import poyang.simulation.Mangled;
import poyang.simulation.Property;

/// The frame on the wire, and what is refused instead of read.
final class FrameCodecTest {
    private final RandomSource random = new SeededRandom(new byte[32], "frame-codec-test");

    private Frame frame(int channel, int payloadBytes) {
        return new Frame(Bytes.wrap(random.bytes(Frame.ID_BYTES)), channel, Bytes.wrap(random.bytes(payloadBytes)));
    }

    private static byte[] encode(Frame frame) {
        EmbeddedChannel channel = new EmbeddedChannel(new FrameEncoder());
        channel.writeOutbound(frame);
        ByteBuf out = channel.readOutbound();
        byte[] encoded = ByteBufUtil.getBytes(out);
        out.release();
        channel.finishAndReleaseAll();
        return encoded;
    }

    @Test
    void theLayoutIsTheDocumentedOne() {
        Frame frame = new Frame(Bytes.fromHex("000102030405060708090a0b0c0d0e0f"), 0x0203, Bytes.utf8("poyang"));
        assertEquals(
                "0000001b" + "01" + "00" + "000102030405060708090a0b0c0d0e0f" + "0203" + "00" + "706f79616e67",
                HexFormat.of().formatHex(encode(frame)));
    }

    @Test
    void framesSurviveAnyCutOfTheStream() {
        for (int piece : new int[] {1, 2, 3, 7, 24, 25, 26, 1000}) {
            EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());
            Frame[] frames = {frame(0, 0), frame(65_534, 1), frame(7, 300)};
            for (Frame frame : frames) {
                byte[] encoded = encode(frame);
                for (int from = 0; from < encoded.length; from += piece) {
                    int count = Math.min(piece, encoded.length - from);
                    channel.writeInbound(Unpooled.copiedBuffer(encoded, from, count));
                }
            }
            for (Frame frame : frames) {
                assertEquals(frame, channel.readInbound());
            }
            assertNull(channel.readInbound());
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void theLargestFramePassesAndOneByteMoreIsRefusedByItsLengthAlone() {
        Frame largest = frame(1, Frame.MAXIMUM_PAYLOAD_BYTES);
        EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());
        channel.writeInbound(Unpooled.wrappedBuffer(encode(largest)));
        assertEquals(largest, channel.readInbound());
        int tooLong = Frame.HEADER_BYTES + Frame.MAXIMUM_PAYLOAD_BYTES + 1;
        for (int length : new int[] {tooLong, Integer.MAX_VALUE, -1, 0, Frame.HEADER_BYTES - 1}) {
            EmbeddedChannel fresh = new EmbeddedChannel(new FrameDecoder());
            fresh.writeInbound(Unpooled.buffer(4).writeInt(length));
            assertInstanceOf(Malformed.class, fresh.readInbound(), () -> "length " + length);
            fresh.writeInbound(Unpooled.wrappedBuffer(encode(frame(1, 3))));
            assertNull(fresh.readInbound(), "nothing is read after a malformed frame");
            fresh.finishAndReleaseAll();
        }
        channel.finishAndReleaseAll();
    }

    @Test
    void everyChangedHeaderByteIsAnotherFrameOrRefused() {
        Frame frame = frame(3, 40);
        byte[] encoded = encode(frame);
        for (int i = 4; i < encoded.length; i++) {
            byte[] changed = encoded.clone();
            changed[i] ^= 0x40;
            EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());
            channel.writeInbound(Unpooled.wrappedBuffer(changed));
            Inbound read = channel.readInbound();
            boolean routing = i == 4 || i == 5 || i == 4 + Frame.HEADER_BYTES - 1;
            assertEquals(routing, read instanceof Malformed, "byte " + i);
            assertTrue(!frame.equals(read), "byte " + i);
            channel.finishAndReleaseAll();
        }
    }

    /// Whatever comes, in whatever pieces: frames that are encoded just so, then nothing or one refusal.
    @Test
    void mangledStreamsGiveFramesAndAtMostOneRefusal() {
        List<byte[]> samples = List.of(encode(frame(0, 0)), encode(frame(65_534, 1)), encode(frame(7, 90)));
        Property.seeds(300).check(seed -> {
            Mangled mangled = new Mangled(seed, samples);
            EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder());
            ByteBuf sent = Unpooled.buffer();
            for (int i = 0; i < 4; i++) {
                byte[] bytes = mangled.next();
                sent.writeBytes(bytes);
                for (int from = 0; from < bytes.length; from += 13) {
                    channel.writeInbound(Unpooled.copiedBuffer(bytes, from, Math.min(13, bytes.length - from)));
                }
            }
            boolean refused = false;
            for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
                assertTrue(!refused, "nothing is read after a malformed frame");
                if (read instanceof Frame frame) {
                    byte[] again = encode(frame);
                    byte[] was = new byte[again.length];
                    sent.readBytes(was);
                    assertEquals(Bytes.wrap(was), Bytes.wrap(again));
                    boolean _ = Call.TO.is(frame) && Call.wanted(frame).isPresent();
                } else {
                    assertInstanceOf(Malformed.class, read);
                    refused = true;
                }
            }
            sent.release();
            channel.finishAndReleaseAll();
        });
    }
}
