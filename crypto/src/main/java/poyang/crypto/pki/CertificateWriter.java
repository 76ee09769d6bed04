package poyang.crypto.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import poyang.crypto.Certificates;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;

/// Writes certificates by the profile of GM/T 0015: version 3, SM2 with SM3, and per level
///
/// - authorities: path length 2 (province), 1 (city) or 0 (department), `keyCertSign` and `cRLSign`,
///   critical; a department's also the critical constraint that all it certifies belongs to its
///   organisation (country and organisation of the subject)
/// - nodes: `digitalSignature`, server and client of TLS, further names
/// - users and services: a pair; one to sign (`digitalSignature`, `nonRepudiation`), one to be sealed
///   to (`keyEncipherment`, `dataEncipherment`, `keyAgreement`)
///
/// Key identifiers are the first 160 bits of SM3 over the key (RFC 7093 method 1). Each certificate
/// names its authority's revocation list, by address or by the authority's own name. This class writes
/// what it is told; who may certify whom is {@link CertificateAuthority}'s rule and
/// {@link ChainValidation}'s check.
public final class CertificateWriter {
    private static final int SERIAL_BYTES = 16;

    private CertificateWriter() {}

    /// A self-signed root.
    public static X509Certificate root(
            Subject subject, Sm2PrivateKey key, Certificates.Validity validity, RandomSource random) {
        Grant grant = new Grant(subject, key.publicKey(), Level.PROVINCE, Usage.AUTHORITY, List.of(), "", validity);
        return sign(subject.name(), PublicKeys.identifier(key.publicKey()), key, grant, random);
    }

    /// A certificate under `issuer`, whose key is `issuerKey`.
    public static X509Certificate issue(
            X509Certificate issuer, Sm2PrivateKey issuerKey, Grant grant, RandomSource random) {
        CertificateView view = CertificateView.of(issuer);
        Bytes identifier = view.keyIdentifier();
        return sign(
                view.subject(),
                identifier.isEmpty() ? PublicKeys.identifier(issuerKey.publicKey()) : identifier.toArray(),
                issuerKey,
                grant,
                random);
    }

    private static X509Certificate sign(
            X500Name issuer, byte[] issuerIdentifier, Sm2PrivateKey issuerKey, Grant grant, RandomSource random) {
        try {
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                    issuer,
                    // One bit is set, so that no serial is zero; the top one is clear in 16 bytes.
                    new BigInteger(1, random.bytes(SERIAL_BYTES))
                            .clearBit(8 * SERIAL_BYTES - 1)
                            .setBit(8 * SERIAL_BYTES - 2),
                    Date.from(grant.validity().from()),
                    Date.from(grant.validity().to()),
                    grant.subject().name(),
                    PublicKeys.encode(grant.key()));
            builder.addExtension(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(issuerIdentifier));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    new SubjectKeyIdentifier(PublicKeys.identifier(grant.key())));
            addUse(builder, grant);
            if (grant.level() != Level.PROVINCE) {
                builder.addExtension(Extension.cRLDistributionPoints, false, list(issuer, grant.listAddress()));
            }
            return Certificates.decode(
                    builder.build(Sm2Signatures.signer(issuerKey)).getEncoded());
        } catch (IOException e) {
            throw new Bug("issuing in memory cannot fail", e);
        }
    }

    private static void addUse(X509v3CertificateBuilder builder, Grant grant) throws IOException {
        boolean authority = grant.usage() == Usage.AUTHORITY;
        builder.addExtension(
                Extension.basicConstraints,
                true,
                authority ? new BasicConstraints(grant.level().pathLength()) : new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, grant.usage().keyUsage());
        List<KeyPurposeId> purposes = grant.usage().purposes(grant.level());
        if (!purposes.isEmpty()) {
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
        }
        if (!grant.names().isEmpty()) {
            builder.addExtension(Extension.subjectAlternativeName, false, AlternativeNames.encode(grant.names()));
        }
        if (grant.level() == Level.DEPARTMENT) {
            GeneralName own = new GeneralName(grant.subject().organisationName());
            builder.addExtension(
                    Extension.nameConstraints,
                    true,
                    new NameConstraints(new GeneralSubtree[] {new GeneralSubtree(own)}, null));
        }
    }

    private static CRLDistPoint list(X500Name issuer, String address) {
        GeneralName where = address.isEmpty()
                ? new GeneralName(issuer)
                : new GeneralName(GeneralName.uniformResourceIdentifier, address);
        return new CRLDistPoint(new DistributionPoint[] {
            new DistributionPoint(new DistributionPointName(new GeneralNames(where)), null, null)
        });
    }
}
