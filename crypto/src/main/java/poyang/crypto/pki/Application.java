package poyang.crypto.pki;

/// What somebody asks an authority for.
///
/// @param request for the one key, or the signature key of a pair
/// @param days how long it is to hold; 0 for what is usual at this level
/// @param renews the number of the request whose certificates this one replaces; 0 for none
public record Application(Level level, CertificateRequest request, EncryptionKey encryption, int days, int renews) {}
