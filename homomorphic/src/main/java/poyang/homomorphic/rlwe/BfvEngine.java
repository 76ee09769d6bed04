package poyang.homomorphic.rlwe;

import poyang.kernel.PoyangException;

/// BFV under one set of keys, by whatever does it on this machine. Slots go in and out; ciphertexts
/// and keys stay inside. For one thread at a time.
interface BfvEngine extends AutoCloseable {
    /// A ciphertext of the engine that made it.
    interface Cipher {}

    /// What does the work, with its version.
    String name();

    /// @throws PoyangException `BAD_PLAINTEXT` for too many slots, or values out of range
    Cipher encrypt(long... slots);

    Cipher add(Cipher a, Cipher b);

    Cipher subtract(Cipher a, Cipher b);

    Cipher multiply(Cipher a, long... slots);

    Cipher multiply(Cipher a, Cipher b);

    Cipher rotateRows(Cipher a, int steps);

    Cipher swapRows(Cipher a);

    /// All slots, centred.
    ///
    /// @throws PoyangException `NOISE_EXHAUSTED` when the noise leaves no room for a reliable
    ///     answer
    long[] decrypt(Cipher a);

    @Override
    void close();
}
