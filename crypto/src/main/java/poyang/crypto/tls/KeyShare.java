package poyang.crypto.tls;

import java.io.IOException;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.TlsAgreement;
import org.bouncycastle.tls.crypto.TlsSecret;
import org.jspecify.annotations.Nullable;
import poyang.crypto.curve.Sm2Point;
import poyang.crypto.curve.Sm2Secret;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// Ephemeral Diffie-Hellman on curveSM2 (RFC 8998 section 3.2.1): the shared secret is the x coordinate
/// in 32 bytes. In constant time with respect to the own secret.
final class KeyShare implements TlsAgreement {
    private static final int UNCOMPRESSED_BYTES = 65;

    private final SmTlsCrypto crypto;
    private final Sm2Secret secret;
    private @Nullable Sm2Point theirs;

    KeyShare(SmTlsCrypto crypto, RandomSource random) {
        this.crypto = crypto;
        secret = Sm2Secret.random(random);
    }

    @Override
    public byte[] generateEphemeral() {
        return secret.timesBase().encode();
    }

    @Override
    public void receivePeerValue(byte[] point) throws IOException {
        // RFC 8446 section 4.2.8.2: uncompressed, and a point of the curve.
        if (point.length != UNCOMPRESSED_BYTES) {
            throw new TlsFatalAlert(AlertDescription.illegal_parameter, "a key share of " + point.length + " bytes");
        }
        theirs = Sm2Point.decode(point)
                .orElseThrow(() ->
                        new TlsFatalAlert(AlertDescription.illegal_parameter, "the key share is no point of curveSM2"));
    }

    @Override
    public TlsSecret calculateSecret() {
        Sm2Point peer = theirs;
        if (peer == null) {
            throw new Bug("the peer's share comes before the secret");
        }
        try (secret) {
            return crypto.createSecret(secret.times(peer).x());
        }
    }
}
