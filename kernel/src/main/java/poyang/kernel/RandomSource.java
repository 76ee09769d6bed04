package poyang.kernel;

/// A source of random bytes, handed down as a parameter; only a process's `main` builds one from the
/// operating system.
public interface RandomSource {
    /// Fills the whole array.
    void fill(byte[] out);

    /// An independent source determined by this source's seed and `label`; forking with a label does
    /// not change what this source yields next. The same label gives the same source again.
    RandomSource fork(String label);

    default byte[] bytes(int count) {
        byte[] out = new byte[count];
        fill(out);
        return out;
    }

    default long nextLong() {
        byte[] b = bytes(8);
        long value = 0;
        for (byte octet : b) {
            value = (value << 8) | (octet & 0xff);
        }
        return value;
    }
}
