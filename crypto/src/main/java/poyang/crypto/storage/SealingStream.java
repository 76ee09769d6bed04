package poyang.crypto.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;
import poyang.kernel.Bug;

/// Seals what is written, chunk by chunk. Only {@link #finish} makes the file whole: closed without
/// it, as after a failure, what was written opens nowhere as a whole file.
///
/// Not for several threads. After a failed write nothing more is taken.
public final class SealingStream extends OutputStream {
    private final OutputStream out;
    private final ChunkCipher cipher;
    private final byte[] chunk;
    private int filled;
    private long number;
    private boolean open = true;

    SealingStream(OutputStream out, SealedHead.Made made) throws IOException {
        this.out = out;
        cipher = made.cipher();
        chunk = new byte[made.head().chunkBytes()];
        out.write(made.head().encoded());
    }

    @Override
    public void write(int octet) throws IOException {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
        Objects.checkFromIndexSize(from, length, source.length);
        int at = from;
        while (at < from + length) {
            if (filled == chunk.length) {
                emit(false);
            }
            int step = Math.min(from + length - at, chunk.length - filled);
            System.arraycopy(source, at, chunk, filled, step);
            filled += step;
            at += step;
        }
    }

    /// Hands whole chunks on; what does not fill one yet waits.
    @Override
    public void flush() throws IOException {
        out.flush();
    }

    /// Writes the last chunk and flushes; nothing can be written afterwards.
    public void finish() throws IOException {
        emit(true);
        open = false;
        out.flush();
    }

    private void emit(boolean last) throws IOException {
        Bug.unless(open, "the sealed file is finished, or writing it has failed");
        // A number is never used twice, so a failure ends the stream.
        open = false;
        out.write(cipher.seal(number++, last, filled == chunk.length ? chunk : Arrays.copyOf(chunk, filled)));
        filled = 0;
        open = true;
    }

    @Override
    public void close() throws IOException {
        open = false;
        cipher.close();
        Arrays.fill(chunk, (byte) 0);
        out.close();
    }
}
