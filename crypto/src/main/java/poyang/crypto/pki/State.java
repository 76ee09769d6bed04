package poyang.crypto.pki;

import java.util.Locale;

/// Where a request or a certificate stands.
public enum State {
    REQUESTED,
    APPROVED,
    REJECTED,
    ISSUED,
    RENEWED,
    REVOKED,
    EXPIRED;

    /// In lower case, as people read it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
