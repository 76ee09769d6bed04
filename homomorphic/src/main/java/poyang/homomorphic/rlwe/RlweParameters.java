package poyang.homomorphic.rlwe;

import poyang.kernel.Bytes;

/// Parameters of either lattice scheme, to which keys and ciphertexts belong.
public abstract sealed class RlweParameters permits BfvParameters, CkksParameters {
    private final Chain chain;

    RlweParameters(Chain chain) {
        this.chain = chain;
    }

    /// A digest that tells these parameters from all others; every key and ciphertext carries it.
    public final Bytes id() {
        return chain.id();
    }

    public final int degree() {
        return chain.degree();
    }

    /// Bits of the product of all primes, which security is judged by.
    public final double modulusBits() {
        return chain.bits();
    }

    final Chain chain() {
        return chain;
    }
}
