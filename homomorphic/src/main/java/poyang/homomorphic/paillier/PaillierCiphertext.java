package poyang.homomorphic.paillier;

/// An encrypted integer, under one key; immutable.
public final class PaillierCiphertext {
    private final PaillierPublicKey key;
    private final long[] value;

    PaillierCiphertext(PaillierPublicKey key, long[] value) {
        this.key = key;
        this.value = value;
    }

    PaillierPublicKey key() {
        return key;
    }

    /// In Montgomery's form modulo n²; not to be changed.
    long[] value() {
        return value;
    }

    @Override
    public String toString() {
        return "PaillierCiphertext[" + key.strength() + "]";
    }
}
