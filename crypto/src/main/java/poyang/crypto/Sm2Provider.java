package poyang.crypto;

import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/// The provider, as an instance: nothing is registered for the whole process.
final class Sm2Provider {
    static final Provider CRYPTO = new BouncyCastleProvider();

    private Sm2Provider() {}
}
