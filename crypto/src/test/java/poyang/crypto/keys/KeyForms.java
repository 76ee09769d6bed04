package poyang.crypto.keys;

import poyang.crypto.Sm2PrivateKey;

/// Private keys in DER, for differential tests elsewhere.
public final class KeyForms {
    private KeyForms() {}

    public static byte[] encode(Sm2PrivateKey key) {
        return Sm2KeyCodec.encode(key);
    }

    public static Sm2PrivateKey decode(byte[] privateKeyInfo) {
        return Sm2KeyCodec.decode(privateKeyInfo);
    }
}
