package poyang.crypto.pki;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import poyang.crypto.Sm2PrivateKey;

/// Revocation lists for tests of other packages.
public final class Lists {
    private Lists() {}

    /// A list of `authority` in PEM that holds for a week and says that `revoked`'s key was exposed at `from`.
    public static String pem(
            X509Certificate authority, Sm2PrivateKey key, long number, Instant from, List<X509Certificate> revoked) {
        List<RevocationList.Entry> entries = revoked.stream()
                .map(c -> new RevocationList.Entry(c.getSerialNumber(), from, RevocationReason.KEY_COMPROMISE))
                .toList();
        return RevocationList.write(
                        authority, key, BigInteger.valueOf(number), from, from.plus(Duration.ofDays(7)), entries)
                .toPem();
    }
}
