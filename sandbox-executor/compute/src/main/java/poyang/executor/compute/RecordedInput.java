package poyang.executor.compute;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import poyang.executor.job.Opening;
import poyang.kernel.Bytes;

/// The rows' bytes as they were read, kept in the opening on the way.
final class RecordedInput extends InputStream {
    private final InputStream source;
    private final Opening.Writer opening;

    RecordedInput(InputStream source, Opening.Writer opening) {
        this.source = source;
        this.opening = opening;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
        int count = source.read(target, from, length);
        if (count > 0) {
            opening.write(new Opening.Entry.Input(Bytes.wrap(Arrays.copyOfRange(target, from, from + count))));
        }
        return count;
    }
}
