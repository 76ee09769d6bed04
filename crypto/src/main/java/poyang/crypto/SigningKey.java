package poyang.crypto;

/// A private key of a suite. Never printed; `close` overwrites what can be overwritten.
public sealed interface SigningKey extends AutoCloseable permits Sm2PrivateKey, P256PrivateKey {
    VerificationKey publicKey();

    /// The same message gives the same signature: nonces come from key and message.
    Signature sign(byte[] message);

    @Override
    void close();
}
