package poyang.crypto.random;

/// Where entropy comes from: the operating system, or a planted one in a test.
interface EntropySource extends AutoCloseable {
    /// Fills the whole array with new bytes; throws `PoyangException` when it cannot.
    void read(byte[] out);

    @Override
    void close();
}
