package poyang.crypto.pki;

import java.util.List;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.Sm2PublicKey;

/// What a certificate is to say.
///
/// @param names further names of processes and people, as {@link AlternativeNames} writes them
/// @param listAddress where the authority publishes its revocation list; empty: under its own name
public record Grant(
        Subject subject,
        Sm2PublicKey key,
        Level level,
        Usage usage,
        List<String> names,
        String listAddress,
        Validity validity) {

    public Grant {
        names = List.copyOf(names);
    }
}
