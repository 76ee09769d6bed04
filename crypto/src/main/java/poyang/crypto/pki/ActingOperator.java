package poyang.crypto.pki;

import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;

/// An operator at work, with the own key open.
public final class ActingOperator {
    private final String name;
    private final Sm2PrivateKey key;

    /// @param key this object keeps using it
    public ActingOperator(String name, Sm2PrivateKey key) {
        this.name = name;
        this.key = key;
    }

    public String name() {
        return name;
    }

    Operator operator() {
        return new Operator(name, key.publicKey());
    }

    Signature sign(byte[] message) {
        return key.sign(message);
    }

    @Override
    public String toString() {
        return "ActingOperator[" + name + "]";
    }
}
