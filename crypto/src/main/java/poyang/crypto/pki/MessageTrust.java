package poyang.crypto.pki;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/// By what a message's signers are judged.
///
/// @param roots each is trusted as it stands
/// @param known further certificates that may complete a chain; those in the message count too
/// @param revocations what was taken back
/// @param at when the signatures are judged
public record MessageTrust(
        List<X509Certificate> roots, List<X509Certificate> known, RevocationView revocations, Instant at) {
    public MessageTrust {
        roots = List.copyOf(roots);
        known = List.copyOf(known);
    }
}
