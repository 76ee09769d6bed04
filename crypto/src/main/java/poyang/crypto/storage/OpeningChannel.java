package poyang.crypto.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import poyang.crypto.Sm4Gcm;
import poyang.kernel.PoyangException;

/// Reads a sealed file at any place. The last chunk is checked when the file is opened, so that its
/// size is authentic from the start; the others when they are read. Not for several threads.
final class OpeningChannel implements SeekableByteChannel {
    private final SeekableByteChannel in;
    private final ChunkCipher cipher;
    private final long start;
    private final int chunkBytes;
    private final long chunks;
    private final long size;
    private long loaded = -1;
    private byte[] plain = new byte[0];
    private long position;

    /// @throws PoyangException `SEALED_FILE_REJECTED`
    OpeningChannel(SeekableByteChannel in, ChunkCipher cipher, SealedHead head) throws IOException {
        this.in = in;
        this.cipher = cipher;
        start = head.length();
        chunkBytes = head.chunkBytes();
        long sealed = in.size() - start;
        chunks = (sealed + head.sealedChunkBytes() - 1) / head.sealedChunkBytes();
        size = sealed - chunks * Sm4Gcm.TAG_BYTES;
        if (chunks < 1) {
            throw ChunkCipher.rejected();
        }
        load(chunks - 1);
    }

    private void load(long number) throws IOException {
        if (number == loaded) {
            return;
        }
        boolean last = number == chunks - 1;
        int length = last ? (int) (size - number * chunkBytes) : chunkBytes;
        if (length < 0) {
            throw ChunkCipher.rejected();
        }
        ByteBuffer sealed = ByteBuffer.allocate(length + Sm4Gcm.TAG_BYTES);
        in.position(start + number * (chunkBytes + Sm4Gcm.TAG_BYTES));
        while (sealed.hasRemaining()) {
            if (in.read(sealed) < 0) {
                throw ChunkCipher.rejected();
            }
        }
        loaded = -1;
        plain = cipher.open(number, last, sealed.array());
        loaded = number;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        needOpen();
        if (position >= size) {
            return -1;
        }
        int before = target.remaining();
        while (target.hasRemaining() && position < size) {
            load(position / chunkBytes);
            int from = (int) (position % chunkBytes);
            int step = Math.min(target.remaining(), plain.length - from);
            target.put(plain, from, step);
            position += step;
        }
        return before - target.remaining();
    }

    @Override
    public long position() throws IOException {
        needOpen();
        return position;
    }

    @Override
    public SeekableByteChannel position(long wanted) throws IOException {
        needOpen();
        if (wanted < 0) {
            throw new IllegalArgumentException("a position is not negative");
        }
        position = wanted;
        return this;
    }

    @Override
    public long size() throws IOException {
        needOpen();
        return size;
    }

    @Override
    public int write(ByteBuffer source) {
        throw new NonWritableChannelException();
    }

    @Override
    public SeekableByteChannel truncate(long length) {
        throw new NonWritableChannelException();
    }

    @Override
    public boolean isOpen() {
        return in.isOpen();
    }

    private void needOpen() throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public void close() throws IOException {
        cipher.close();
        in.close();
    }
}
