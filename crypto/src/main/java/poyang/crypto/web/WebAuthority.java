package poyang.crypto.web;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.keys.KeyFiles;
import poyang.crypto.keys.Pbes2;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// A small authority for browsers on P-256, for a network that has none of its own: a root that may
/// certify the servers it was made for and no other (critical name constraints, path length 0,
/// `serverAuth` only).
///
/// Its key exists in this object only and is written nowhere: once the object is gone, nobody can issue
/// under the root that people's browsers trust. A network that needs another certificate makes another
/// root.
public final class WebAuthority {
    private static final X9ECParameters P256 = CustomNamedCurves.getByName("P-256");
    private static final AlgorithmIdentifier KEY_ALGORITHM =
            new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, X9ObjectIdentifiers.prime256v1);
    private static final int SCALAR_BYTES = 32;
    private static final int SERIAL_BYTES = 16;
    private static final int ITERATIONS = 100_000;

    private final KeyPair own;
    private final List<ServerName> servers;
    private final Validity validity;
    private final X500Name subject;
    private final X509Certificate certificate;

    private WebAuthority(String name, List<String> servers, Validity validity, RandomSource random) {
        own = KeyPair.generate(random);
        this.servers = servers.stream().map(ServerName::parse).toList();
        this.validity = validity;
        subject = subject(name);
        X509v3CertificateBuilder builder = builder(subject, own, random);
        add(builder, Extension.basicConstraints, true, new BasicConstraints(0));
        add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        GeneralSubtree[] permitted = this.servers.stream()
                .map(server -> new GeneralSubtree(server.subtree()))
                .toArray(GeneralSubtree[]::new);
        add(builder, Extension.nameConstraints, true, new NameConstraints(permitted, null));
        certificate = sign(builder);
    }

    /// @param name common name of the root
    /// @param servers the names and addresses of the servers it may certify; at least one
    public static WebAuthority make(String name, List<String> servers, Validity validity, RandomSource random) {
        Bug.unless(!servers.isEmpty(), "an authority without constraints could certify every site");
        return new WebAuthority(name, servers, validity, random);
    }

    /// What browsers are to trust.
    public X509Certificate certificate() {
        return certificate;
    }

    /// Certifies a fresh key for all of this authority's servers, and writes both as files: the certificate
    /// in PEM, the key in PKCS#8 under `password`, mode 600.
    ///
    /// @throws poyang.kernel.PoyangException `FILE_FAILED`, also when one of the files exists
    public void issue(Path certificateFile, Path keyFile, char[] password, RandomSource random) {
        KeyPair key = KeyPair.generate(random);
        X509v3CertificateBuilder builder = builder(subject(servers.getFirst().text()), key, random);
        add(builder, Extension.basicConstraints, true, new BasicConstraints(false));
        add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        GeneralNames names =
                new GeneralNames(servers.stream().map(ServerName::general).toArray(GeneralName[]::new));
        add(builder, Extension.subjectAlternativeName, false, names);
        String pem = Certificates.toPem(List.of(sign(builder)));
        KeyFiles.create(keyFile, key.toPem(password, random).getBytes(StandardCharsets.US_ASCII));
        KeyFiles.create(certificateFile, pem.getBytes(StandardCharsets.US_ASCII));
    }

    private static X500Name subject(String name) {
        return new X500Name(new RDN[] {new RDN(BCStyle.CN, new DERUTF8String(name))});
    }

    private X509v3CertificateBuilder builder(X500Name of, KeyPair key, RandomSource random) {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                subject,
                // The top bit is clear and the next one set: positive, and 16 bytes in every case.
                new BigInteger(1, random.bytes(SERIAL_BYTES))
                        .clearBit(8 * SERIAL_BYTES - 1)
                        .setBit(8 * SERIAL_BYTES - 2),
                Date.from(validity.from()),
                Date.from(validity.to()),
                of,
                key.publicKey());
        add(builder, Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(own.identifier()));
        add(builder, Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(key.identifier()));
        add(builder, Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
        return builder;
    }

    private static void add(
            X509v3CertificateBuilder builder, ASN1ObjectIdentifier extension, boolean critical, ASN1Encodable value) {
        try {
            builder.addExtension(extension, critical, value);
        } catch (IOException e) {
            throw new Bug("encoding in memory cannot fail", e);
        }
    }

    private X509Certificate sign(X509v3CertificateBuilder builder) {
        try {
            return Certificates.decode(builder.build(new P256Signer(own.scalar)).getEncoded());
        } catch (IOException e) {
            throw new Bug("encoding in memory cannot fail", e);
        }
    }

    /// A key on P-256 for as long as this object lives.
    private static final class KeyPair {
        private final BigInteger scalar;
        private final byte[] point;

        private KeyPair(BigInteger scalar) {
            this.scalar = scalar;
            point = new FixedPointCombMultiplier()
                    .multiply(P256.getG(), scalar)
                    .normalize()
                    .getEncoded(false);
        }

        static KeyPair generate(RandomSource random) {
            while (true) {
                BigInteger drawn = new BigInteger(1, random.bytes(SCALAR_BYTES));
                if (drawn.signum() > 0 && drawn.compareTo(P256.getN()) < 0) {
                    return new KeyPair(drawn);
                }
            }
        }

        SubjectPublicKeyInfo publicKey() {
            return new SubjectPublicKeyInfo(KEY_ALGORITHM, point);
        }

        /// The first 160 bits of SHA-256 over the key (RFC 7093 method 1).
        byte[] identifier() {
            try {
                return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(point), 20);
            } catch (NoSuchAlgorithmException e) {
                throw new Bug("every Java has SHA-256", e);
            }
        }

        String toPem(char[] password, RandomSource random) {
            byte[] plain = new byte[0];
            try {
                plain = new PrivateKeyInfo(KEY_ALGORITHM, new ECPrivateKey(256, scalar, new DERBitString(point), null))
                        .getEncoded("DER");
                AlgorithmIdentifier scheme = Pbes2.fresh(ITERATIONS, random);
                byte[] sealed = Pbes2.seal(scheme, password, plain);
                return WebKeyFile.toPem(new EncryptedPrivateKeyInfo(scheme, sealed).getEncoded("DER"));
            } catch (IOException e) {
                throw new Bug("encoding in memory cannot fail", e);
            } finally {
                Arrays.fill(plain, (byte) 0);
            }
        }
    }
}
