package poyang.crypto;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// X.509 certificates on SM2 with SM3 (GM/T 0015): a province's root, a department's issuer under it,
/// and leaves for processes, for TLS on both sides.
public final class Certificates {
    private static final int SERIAL_BYTES = 16;

    private Certificates() {}

    /// From when to when a certificate holds.
    public record Validity(Instant from, Instant to) {}

    /// A certificate authority: its certificate and its key.
    public static final class Authority {
        private final X509Certificate certificate;
        private final Sm2PrivateKey key;

        Authority(X509Certificate certificate, Sm2PrivateKey key) {
            this.certificate = certificate;
            this.key = key;
        }

        public X509Certificate certificate() {
            return certificate;
        }

        /// An issuer for one department, which may issue leaves only.
        public Authority issuer(String name, Sm2PrivateKey own, Validity validity, RandomSource random) {
            X509Certificate issued = Certificates.issue(
                    subject(certificate), key, name, own.publicKey(), validity, random, new Purpose.Issuer(0));
            return new Authority(issued, own);
        }

        /// A leaf for the process `name`, good for both sides of a connection.
        public X509Certificate leaf(String name, Sm2PublicKey own, Validity validity, RandomSource random) {
            return Certificates.issue(subject(certificate), key, name, own, validity, random, new Purpose.Leaf());
        }
    }

    /// The self-signed root of a province.
    public static Authority root(String name, Sm2PrivateKey key, Validity validity, RandomSource random) {
        X509Certificate certificate =
                issue(name(name), key, name, key.publicKey(), validity, random, new Purpose.Issuer(1));
        return new Authority(certificate, key);
    }

    private sealed interface Purpose {
        record Issuer(int pathLength) implements Purpose {}

        record Leaf() implements Purpose {}
    }

    private static X509Certificate issue(
            X500Name issuer,
            Sm2PrivateKey issuerKey,
            String name,
            Sm2PublicKey subjectKey,
            Validity validity,
            RandomSource random,
            Purpose purpose) {
        try {
            X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                    issuer,
                    new BigInteger(1, random.bytes(SERIAL_BYTES)).setBit(0),
                    Date.from(validity.from()),
                    Date.from(validity.to()),
                    name(name),
                    publicKeyInfo(subjectKey));
            switch (purpose) {
                case Purpose.Issuer(int pathLength) -> {
                    builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(pathLength));
                    builder.addExtension(
                            Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
                }
                case Purpose.Leaf() -> addLeafExtensions(builder, name);
            }
            byte[] der = builder.build(new JcaContentSignerBuilder("SM3WITHSM2")
                            .setProvider(Sm2Provider.CRYPTO)
                            .build(privateKey(issuerKey)))
                    .getEncoded();
            return decode(der);
        } catch (IOException | OperatorCreationException e) {
            throw new Bug("issuing in memory cannot fail", e);
        }
    }

    private static void addLeafExtensions(X509v3CertificateBuilder builder, String name) throws CertIOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
            KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
        }));
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.dNSName, name),
            new GeneralName(GeneralName.dNSName, "localhost"),
            new GeneralName(GeneralName.iPAddress, "127.0.0.1")
        }));
    }

    private static X500Name name(String commonName) {
        return new X500Name(new RDN[] {
            new RDN(BCStyle.O, new DERUTF8String("Poyang")), new RDN(BCStyle.CN, new DERUTF8String(commonName))
        });
    }

    private static X500Name subject(X509Certificate certificate) {
        return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
    }

    /// The common name of the subject.
    public static String name(X509Certificate certificate) {
        X500Principal subject = certificate.getSubjectX500Principal();
        return IETFUtils.valueToString(X500Name.getInstance(subject.getEncoded())
                .getRDNs(BCStyle.CN)[0]
                .getFirst()
                .getValue());
    }

    /// The SM2 key that the certificate binds.
    ///
    /// @throws PoyangException `BAD_KEY` when it binds another kind of key
    public static Sm2PublicKey publicKey(X509Certificate certificate) {
        return Sm2PublicKey.decode(
                SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded())
                        .getPublicKeyData()
                        .getOctets());
    }

    /// @throws PoyangException `BAD_CERTIFICATE`
    public static X509Certificate decode(byte[] der) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509", Sm2Provider.CRYPTO)
                    .generateCertificate(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException e) {
            throw bad("it is not an X.509 certificate", e);
        }
    }

    public static String toPem(List<X509Certificate> chain) {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            for (X509Certificate certificate : chain) {
                pem.writeObject(new PemObject("CERTIFICATE", certificate.getEncoded()));
            }
        } catch (IOException | GeneralSecurityException e) {
            throw new Bug("encoding in memory cannot fail", e);
        }
        return text.toString();
    }

    /// @throws PoyangException `BAD_CERTIFICATE` when there is none, or something else between them
    public static List<X509Certificate> fromPem(String pem) {
        List<X509Certificate> chain = new ArrayList<>();
        try (PemReader reader = new PemReader(new StringReader(pem))) {
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                if (!object.getType().equals("CERTIFICATE")) {
                    throw bad("the file holds a " + object.getType(), null);
                }
                chain.add(decode(object.getContent()));
            }
        } catch (IOException | RuntimeException e) {
            throw e instanceof PoyangException known ? known : bad("the file is not PEM", e);
        }
        if (chain.isEmpty()) {
            throw bad("the file holds no certificate", null);
        }
        return List.copyOf(chain);
    }

    /// Checks that `chain` (leaf first) leads to `root` at `now`, is meant for TLS, and is SM2 throughout.
    ///
    /// @throws PoyangException `BAD_CERTIFICATE` saying which certificate is wrong, and how
    public static void validate(List<X509Certificate> chain, X509Certificate root, Instant now) {
        if (chain.isEmpty() || chain.size() > 4) {
            throw bad("a chain of " + chain.size() + " certificates was shown", null);
        }
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate certificate = chain.get(i);
            X509Certificate issuer = i + 1 < chain.size() ? chain.get(i + 1) : root;
            if (i > 0 && i + 1 == chain.size() && certificate.equals(root)) {
                return;
            }
            String who = "the certificate of \"" + name(certificate) + "\"";
            if (now.isBefore(certificate.getNotBefore().toInstant())) {
                throw bad(
                        who + " is valid only from "
                                + certificate.getNotBefore().toInstant(),
                        null);
            }
            if (now.isAfter(certificate.getNotAfter().toInstant())) {
                throw bad(who + " expired on " + certificate.getNotAfter().toInstant(), null);
            }
            if (i == 0 && !isLeaf(certificate)) {
                throw bad(who + " is not for TLS (key usage " + usage(certificate) + ")", null);
            }
            if (i > 0 && (certificate.getBasicConstraints() < i - 1 || !signsCertificates(certificate))) {
                throw bad(who + " may not issue certificates", null);
            }
            if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
                throw bad(who + " was issued by an unknown authority", null);
            }
            verifySignature(certificate, issuer, who);
        }
        if (now.isAfter(root.getNotAfter().toInstant())
                || now.isBefore(root.getNotBefore().toInstant())) {
            throw bad("the trust root \"" + name(root) + "\" is not valid at this time", null);
        }
    }

    private static void verifySignature(X509Certificate certificate, X509Certificate issuer, String who) {
        try {
            if (!certificate.getSigAlgOID().equals(GMObjectIdentifiers.sm2sign_with_sm3.getId())) {
                throw bad(who + " is not signed with SM2 and SM3", null);
            }
            certificate.verify(issuer.getPublicKey(), Sm2Provider.CRYPTO);
        } catch (GeneralSecurityException | RuntimeException e) {
            throw e instanceof PoyangException known
                    ? known
                    : bad(who + " was not signed by \"" + name(issuer) + "\"", e);
        }
    }

    private static boolean isLeaf(X509Certificate certificate) {
        boolean[] bits = certificate.getKeyUsage();
        try {
            List<String> purposes = certificate.getExtendedKeyUsage();
            return certificate.getBasicConstraints() < 0
                    && bits != null
                    && bits[0]
                    && purposes != null
                    && purposes.contains(KeyPurposeId.id_kp_serverAuth.getId())
                    && purposes.contains(KeyPurposeId.id_kp_clientAuth.getId());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean signsCertificates(X509Certificate certificate) {
        boolean[] bits = certificate.getKeyUsage();
        return bits != null && bits[5];
    }

    private static String usage(X509Certificate certificate) {
        return Arrays.toString(certificate.getKeyUsage());
    }

    private static PoyangException bad(String wrong, @Nullable Exception cause) {
        return new PoyangException(
                CryptoErrors.BAD_CERTIFICATE,
                wrong,
                "a certificate on SM2 that is valid now, made for this use, and leads to the chain's trust root is needed",
                cause);
    }

    private static SubjectPublicKeyInfo publicKeyInfo(Sm2PublicKey key) {
        return new SubjectPublicKeyInfo(sm2(), key.encoded().toArray());
    }

    private static AlgorithmIdentifier sm2() {
        ASN1Encodable curve = GMObjectIdentifiers.sm2p256v1;
        return new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, curve);
    }

    /// The key in the shape of the provider; inside this package only.
    static PrivateKey privateKey(Sm2PrivateKey key) {
        byte[] scalar = key.scalar();
        try {
            byte[] der = new PrivateKeyInfo(sm2(), new ECPrivateKey(256, new BigInteger(1, scalar))).getEncoded();
            return KeyFactory.getInstance("EC", Sm2Provider.CRYPTO).generatePrivate(new PKCS8EncodedKeySpec(der));
        } catch (IOException | GeneralSecurityException e) {
            throw new Bug("an SM2 key always encodes", e);
        } finally {
            Arrays.fill(scalar, (byte) 0);
        }
    }
}
