package poyang.crypto;

import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;

/// The providers, as instances: nothing is registered for the whole process.
final class Sm2Provider {
    static final Provider CRYPTO = new BouncyCastleProvider();
    static final Provider TLS = new BouncyCastleJsseProvider(CRYPTO);

    private Sm2Provider() {}
}
