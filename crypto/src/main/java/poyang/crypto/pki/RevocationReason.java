package poyang.crypto.pki;

import java.util.List;
import java.util.Optional;

/// Why a certificate was revoked (RFC 5280 section 5.3.1).
public enum RevocationReason {
    UNSPECIFIED(0, "no reason given"),
    KEY_COMPROMISE(1, "its key was exposed"),
    AUTHORITY_COMPROMISE(2, "its authority's key was exposed"),
    AFFILIATION_CHANGED(3, "its holder has left or moved"),
    SUPERSEDED(4, "it was replaced"),
    CESSATION_OF_OPERATION(5, "what it names has ceased to exist"),
    CERTIFICATE_HOLD(6, "it is suspended"),
    PRIVILEGE_WITHDRAWN(9, "its holder may no longer act"),
    ATTRIBUTE_AUTHORITY_COMPROMISE(10, "an attribute authority's key was exposed");

    private final int code;
    private final String words;

    RevocationReason(int code, String words) {
        this.code = code;
        this.words = words;
    }

    /// The number that lists carry.
    public int code() {
        return code;
    }

    /// To be read after "revoked, because".
    public String words() {
        return words;
    }

    /// As options write it, for example `key-compromise`.
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    static Optional<RevocationReason> of(int code) {
        return List.of(values()).stream().filter(reason -> reason.code == code).findFirst();
    }

    public static Optional<RevocationReason> named(String word) {
        return List.of(values()).stream()
                .filter(reason -> reason.word().equals(word))
                .findFirst();
    }
}
