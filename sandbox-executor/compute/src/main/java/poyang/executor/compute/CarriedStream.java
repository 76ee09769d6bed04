package poyang.executor.compute;

import java.io.OutputStream;
import java.util.Arrays;
import poyang.executor.job.Opening;
import poyang.kernel.Bytes;

/// What an earlier attempt left, on its way into the opening.
final class CarriedStream extends OutputStream {
    private static final int PIECE_BYTES = 1 << 20;

    private final Opening.Writer opening;

    CarriedStream(Opening.Writer opening) {
        this.opening = opening;
    }

    @Override
    public void write(int octet) {
        write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int length) {
        for (int at = from; at < from + length; at += PIECE_BYTES) {
            int end = Math.min(from + length, at + PIECE_BYTES);
            opening.write(new Opening.Entry.Carried(Bytes.wrap(Arrays.copyOfRange(source, at, end))));
        }
    }
}
