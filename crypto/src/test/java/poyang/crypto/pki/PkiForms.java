package poyang.crypto.pki;

import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;

/// Signatures in DER, for differential tests elsewhere.
public final class PkiForms {
    private PkiForms() {}

    public static byte[] sign(Sm2PrivateKey key, byte[] message) {
        return Sm2Signatures.sign(key, message);
    }

    public static boolean verify(Sm2PublicKey key, byte[] message, byte[] der) {
        return Sm2Signatures.verify(key, message, der) == Sm2Signatures.Verdict.VALID;
    }
}
