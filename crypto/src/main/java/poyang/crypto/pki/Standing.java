package poyang.crypto.pki;

import java.time.Instant;

/// What is known about a certificate that its authority may have taken back.
public sealed interface Standing {
    /// Nothing speaks against it.
    record Good() implements Standing {}

    /// It was taken back.
    record Revoked(Instant since, RevocationReason reason) implements Standing {}

    /// It cannot be told; a chain with such a certificate is refused.
    ///
    /// @param why a sentence without its full stop
    record Unknown(String why) implements Standing {}
}
