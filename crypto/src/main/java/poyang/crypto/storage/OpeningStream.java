package poyang.crypto.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import poyang.kernel.PoyangException;

/// Reads a sealed file from front to end. Gives no byte of a chunk that is not authentic, and says that
/// the end is reached only after the chunk that is marked as the last.
final class OpeningStream extends InputStream {
    private final InputStream in;
    private final ChunkCipher cipher;
    private final int sealedChunkBytes;
    private byte[] ahead;
    private byte[] plain = new byte[0];
    private int position;
    private long number;
    private boolean ended;
    private @Nullable PoyangException refused;

    OpeningStream(InputStream in, ChunkCipher cipher, int sealedChunkBytes) throws IOException {
        this.in = in;
        this.cipher = cipher;
        this.sealedChunkBytes = sealedChunkBytes;
        ahead = in.readNBytes(sealedChunkBytes);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, target.length);
        if (length == 0) {
            return 0;
        }
        while (position == plain.length) {
            if (refused != null) {
                throw refused;
            }
            if (ended) {
                return -1;
            }
            next();
        }
        int step = Math.min(length, plain.length - position);
        System.arraycopy(plain, position, target, from, step);
        position += step;
        return step;
    }

    private void next() throws IOException {
        byte[] sealed = ahead;
        ahead = sealed.length < sealedChunkBytes ? new byte[0] : in.readNBytes(sealedChunkBytes);
        boolean last = ahead.length == 0;
        position = plain.length;
        try {
            plain = cipher.open(number++, last, sealed);
        } catch (PoyangException e) {
            refused = e;
            throw e;
        }
        position = 0;
        ended = last;
    }

    @Override
    public void close() throws IOException {
        cipher.close();
        in.close();
    }
}
