package poyang.wire.transport;

import io.netty.buffer.ByteBuf;
import poyang.kernel.Bytes;

/// One message on a link.
///
/// On the wire, big-endian: `length(4)` of what follows, `version(1)` = 1, `hops(1)`, `id(16)`,
/// `channel(2)`, `length(1)` and name of a destination, payload. Hops and destination are empty and anything else
/// is malformed: a node that is reached through another one has a link of its own there ({@link Relay}).
///
/// @param id unique to the message; a frame sent again after a lost link keeps it
/// @param channel 0 to 65,535; {@link #CONTROL} belongs to the transport
record Frame(Bytes id, int channel, Bytes payload) implements Inbound {
    static final int MAXIMUM_PAYLOAD_BYTES = 16 << 20;
    static final int ID_BYTES = 16;
    static final int HEADER_BYTES = 1 + 1 + ID_BYTES + 2 + 1;
    /// Pings and their answers, and calls that are to be put through.
    static final int CONTROL = 0xffff;

    private static final int VERSION = 1;

    void writeTo(ByteBuf out) {
        out.writeInt(HEADER_BYTES + payload.length());
        out.writeByte(VERSION).writeByte(0);
        out.writeBytes(id.toArray());
        out.writeShort(channel);
        out.writeByte(0);
        out.writeBytes(payload.toArray());
    }

    /// The frame in `in`, whose length is already checked, or what is wrong with it.
    static Inbound read(ByteBuf in, int length) {
        int version = in.readUnsignedByte();
        int hops = in.readUnsignedByte();
        byte[] id = new byte[ID_BYTES];
        in.readBytes(id);
        int channel = in.readUnsignedShort();
        int destination = in.readUnsignedByte();
        if (version != VERSION) {
            return new Malformed("frame version " + version);
        }
        if (hops != 0 || destination != 0) {
            return new Malformed("a frame with hops or a destination");
        }
        byte[] payload = new byte[length - HEADER_BYTES];
        in.readBytes(payload);
        return new Frame(Bytes.wrap(id), channel, Bytes.wrap(payload));
    }
}
