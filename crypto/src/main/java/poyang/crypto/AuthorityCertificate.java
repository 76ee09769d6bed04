package poyang.crypto;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import poyang.kernel.Bytes;

/// The certificate of an authority, read strictly and the same on every machine: nothing here looks at
/// a clock.
public final class AuthorityCertificate {
    private static final int SERIAL_BYTES_MAX = 20;
    private static final int CERTIFICATE_SIGNING = 5;

    private final X509Certificate certificate;
    private final Bytes encoded;

    private AuthorityCertificate(X509Certificate certificate, Bytes encoded) {
        this.certificate = certificate;
        this.encoded = encoded;
    }

    /// Empty unless the bytes are one X.509 certificate, nothing after it, on an SM2 key, signed with SM2
    /// and SM3, with a positive serial number of at most 20 bytes, that may sign certificates.
    public static Optional<AuthorityCertificate> read(Bytes der) {
        try {
            X509Certificate read = Certificates.decode(der.toArray());
            var _ = Certificates.publicKey(read);
            BigInteger serial = read.getSerialNumber();
            boolean[] usage = read.getKeyUsage();
            boolean fits = Arrays.equals(read.getEncoded(), der.toArray())
                    && read.getSigAlgOID().equals(GMObjectIdentifiers.sm2sign_with_sm3.getId())
                    && serial.signum() > 0
                    && serial.toByteArray().length <= SERIAL_BYTES_MAX
                    && read.getBasicConstraints() >= 0
                    && usage != null
                    && usage[CERTIFICATE_SIGNING];
            return fits ? Optional.of(new AuthorityCertificate(read, der)) : Optional.empty();
        } catch (GeneralSecurityException | RuntimeException e) {
            // A decoder that is given anything may throw anything; here all of it means the same.
            return Optional.empty();
        }
    }

    /// {@link Revocations#issuerHash} of this authority.
    public Bytes issuerHash() {
        return Revocations.issuerHash(certificate);
    }

    /// SM3 of the certificate.
    public Bytes hash() {
        return Sm3.hash(encoded.toArray());
    }

    public String subject() {
        return certificate.getSubjectX500Principal().getName();
    }

    public String issuer() {
        return certificate.getIssuerX500Principal().getName();
    }

    public BigInteger serial() {
        return certificate.getSerialNumber();
    }

    public long fromEpochSecond() {
        return certificate.getNotBefore().toInstant().getEpochSecond();
    }

    public long untilEpochSecond() {
        return certificate.getNotAfter().toInstant().getEpochSecond();
    }

    /// {@link Certificates#keyUsage} of this certificate.
    public int keyUsage() {
        return Certificates.keyUsage(certificate);
    }

    /// Was it issued by `authority`: named so, and signed by its key?
    public boolean issuedBy(AuthorityCertificate authority) {
        try {
            certificate.verify(authority.certificate.getPublicKey(), Sm2Provider.CRYPTO);
            return certificate.getIssuerX500Principal().equals(authority.certificate.getSubjectX500Principal());
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    /// A root is issued by itself.
    public boolean isRoot() {
        return issuedBy(this);
    }

    /// May an authority under this one have an authority's certificate?
    public boolean allowsAuthorities() {
        return certificate.getBasicConstraints() > 0;
    }
}
