package poyang.dashboard;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Supplier;
import poyang.crypto.web.WebIdentity;
import poyang.kernel.PoyangException;

/// Where the console finds what it shows to browsers. Read at the start and again whenever one of the
/// files has changed.
///
/// @param certificate PEM, the console's own first, then those of its issuers
/// @param key PKCS#8 under the password
/// @param password gives a fresh array, which is overwritten after use
public record HttpsFiles(Path certificate, Path key, Supplier<char[]> password) {
    /// @throws PoyangException for whatever a browser would refuse
    WebIdentity load(String host, Instant now) {
        char[] opened = password.get();
        try {
            return WebIdentity.load(certificate, key, opened, host, now);
        } finally {
            Arrays.fill(opened, '\0');
        }
    }
}
