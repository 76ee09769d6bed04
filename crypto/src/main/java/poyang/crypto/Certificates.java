package poyang.crypto;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;
import poyang.crypto.pki.CertificateWriter;
import poyang.crypto.pki.ChainValidation;
import poyang.crypto.pki.Grant;
import poyang.crypto.pki.Level;
import poyang.crypto.pki.PublicKeys;
import poyang.crypto.pki.Subject;
import poyang.crypto.pki.Usage;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// X.509 certificates on SM2 with SM3 (GM/T 0015), as processes use them: read and written as PEM, the
/// name and key in them, chains checked for TLS. Authorities with requests, approvals and revocations are
/// in `poyang.crypto.pki`; {@link Authority} is one in memory, for networks that are set up in one go.
public final class Certificates {
    private static final String COUNTRY = "CN";
    private static final String ORGANISATION = "Poyang";

    private Certificates() {}

    /// From when to when a certificate holds.
    public record Validity(Instant from, Instant to) {}

    /// A certificate authority in memory: its certificate and its key.
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
            Grant grant = new Grant(
                    subject(name), own.publicKey(), Level.DEPARTMENT, Usage.AUTHORITY, List.of(), "", validity);
            return new Authority(CertificateWriter.issue(certificate, key, grant, random), own);
        }

        /// A leaf for the process `name`, good for both sides of a connection.
        public X509Certificate leaf(String name, Sm2PublicKey own, Validity validity, RandomSource random) {
            List<String> names = List.of("dns:" + name, "dns:localhost", "ip:127.0.0.1");
            Grant grant = new Grant(subject(name), own, Level.NODE, Usage.PROCESS, names, "", validity);
            return CertificateWriter.issue(certificate, key, grant, random);
        }
    }

    /// The self-signed root of a province.
    public static Authority root(String name, Sm2PrivateKey key, Validity validity, RandomSource random) {
        return new Authority(CertificateWriter.root(subject(name), key, validity, random), key);
    }

    private static Subject subject(String name) {
        return new Subject(COUNTRY, ORGANISATION, "", name);
    }

    /// The common name of the subject; the whole subject where it has none.
    public static String name(X509Certificate certificate) {
        X500Name subject =
                X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
        RDN[] common = subject.getRDNs(BCStyle.CN);
        return common.length == 0
                ? subject.toString()
                : IETFUtils.valueToString(common[0].getFirst().getValue());
    }

    /// The SM2 key that the certificate binds.
    ///
    /// @throws PoyangException `BAD_KEY` when it binds another kind of key
    public static Sm2PublicKey publicKey(X509Certificate certificate) {
        return PublicKeys.of(certificate)
                .orElseThrow(() -> new PoyangException(
                        CryptoErrors.BAD_KEY,
                        "the certificate of \"" + name(certificate) + "\" binds no SM2 key",
                        "a certificate on SM2 is needed"));
    }

    /// The bits of X.509's key usage, the first of them (digital signature) lowest; 0 where it says none.
    public static int keyUsage(X509Certificate certificate) {
        boolean[] usage = certificate.getKeyUsage();
        int bits = 0;
        for (int i = 0; usage != null && i < usage.length; i++) {
            bits |= usage[i] ? 1 << i : 0;
        }
        return bits;
    }

    /// The DER of a certificate that was read or made here.
    public static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new Bug("a decoded certificate always encodes", e);
        }
    }

    /// @throws PoyangException `BAD_CERTIFICATE` unless this is exactly the DER of a certificate
    public static X509Certificate decode(byte[] der) {
        try {
            X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509", Sm2Provider.CRYPTO)
                    .generateCertificate(new ByteArrayInputStream(der));
            if (certificate != null && Arrays.equals(certificate.getEncoded(), der)) {
                return certificate;
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            throw bad("it is not an X.509 certificate", e);
        }
        throw bad("it is not the DER of an X.509 certificate", null);
    }

    public static String toPem(List<X509Certificate> chain) {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            for (X509Certificate certificate : chain) {
                pem.writeObject(new PemObject("CERTIFICATE", encoded(certificate)));
            }
        } catch (IOException e) {
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
    /// {@link ChainValidation} does the same for other uses, and with a view of what was revoked.
    ///
    /// @throws PoyangException `BAD_CERTIFICATE` saying which certificate is wrong, and how
    public static void validate(List<X509Certificate> chain, X509Certificate root, Instant now) {
        ChainValidation.validate(chain, root, now);
    }

    private static PoyangException bad(String wrong, @Nullable Exception cause) {
        return new PoyangException(
                CryptoErrors.BAD_CERTIFICATE, wrong, "PEM or DER of a certificate on SM2 is needed", cause);
    }
}
