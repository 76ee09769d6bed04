package poyang.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import poyang.crypto.Certificates;
import poyang.crypto.Revocations;
import poyang.crypto.Sm3;
import poyang.crypto.pki.CertificateEntry;
import poyang.crypto.pki.RevocationList;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.wire.schema.CertificateAuthority;
import poyang.wire.schema.CertificateKey;
import poyang.wire.schema.CertificateStatus;
import poyang.wire.schema.RegisterAuthorityRequest;
import poyang.wire.schema.ReportCrl;
import poyang.wire.schema.ReportIssued;
import poyang.wire.schema.RevocationReason;
import poyang.wire.schema.RevokeRequest;
import poyang.wire.schema.StoredCrl;

/// Brings a chain's status of certificates up to an authority's books. What the chain has already is left
/// alone, so a report that was interrupted is taken up by the next one, and one that finds nothing to say
/// changes nothing.
///
/// What the chain has is read with proofs; a node cannot make a revocation seem reported.
public final class AuthorityReport {
    private static final String CONTRACT = "poyang.v1.Certificates";

    private final poyang.crypto.pki.CertificateAuthority books;
    private final ChainAccount account;
    private final Bytes issuer;

    /// @param account of the role AUTHORITY, under which the authority is registered; a SUPERVISOR to
    ///     register a root
    /// @throws PoyangException `BAD_FILE` while the authority has no certificate
    public AuthorityReport(poyang.crypto.pki.CertificateAuthority books, ChainAccount account) {
        if (books.chain().isEmpty()) {
            throw new PoyangException(
                    SdkErrors.BAD_FILE,
                    "this authority has no certificate yet",
                    "have authority.csr.pem certified and install the answer");
        }
        this.books = books;
        this.account = account;
        issuer = Revocations.issuerHash(books.chain().getFirst());
    }

    /// What was reported, and the block that holds it.
    ///
    /// @param subject the authority's name, a serial number in hexadecimal, or the number of a list
    public record Line(Kind kind, String subject, long height) {}

    /// What a line is about.
    public enum Kind {
        /// The authority, or its renewed certificate.
        AUTHORITY,
        ISSUE,
        REVOCATION,
        LIST
    }

    /// Registers the authority, or its renewed certificate.
    ///
    /// @param reporter the account of the role AUTHORITY that is to report; empty: the sender
    /// @return nothing when the chain knows this certificate
    /// @throws PoyangException the contract's refusal, as {@link ChainAccount#call}
    public Optional<Line> register(String reporter) {
        Bytes own = Bytes.wrap(Certificates.encoded(books.chain().getFirst()));
        Optional<CertificateAuthority> known = state("authority/" + issuer.hex(), CertificateAuthority.parser());
        if (known.filter(each -> ChainForms.bytes(each.getCertificate()).equals(own))
                .isPresent()) {
            return Optional.empty();
        }
        return Optional.of(send(
                Kind.AUTHORITY,
                Certificates.name(books.chain().getFirst()),
                "RegisterAuthority",
                RegisterAuthorityRequest.newBuilder()
                        .setCertificate(ChainForms.byteString(own))
                        .setAccount(reporter)
                        .build()));
    }

    /// Reports the authority's certificate, every certificate that it issued and took back, and its latest list,
    /// as far as the chain does not have them.
    ///
    /// @throws PoyangException the contract's refusal, as {@link ChainAccount#call}; what was reported before
    ///     it stands
    public List<Line> bringUpToDate() {
        List<Line> lines = new ArrayList<>(register("").stream().toList());
        for (CertificateEntry entry : books.certificates()) {
            CertificateKey key = CertificateKey.newBuilder()
                    .setIssuer(ChainForms.byteString(issuer))
                    .setSerial(ByteString.copyFrom(Revocations.serialBytes(entry.serial())))
                    .build();
            CertificateStatus status = state(
                            "certificate/" + issuer.hex() + "/"
                                    + ChainForms.bytes(key.getSerial()).hex(),
                            CertificateStatus.parser())
                    .orElse(CertificateStatus.getDefaultInstance());
            String serial = entry.serial().toString(16);
            if (!status.hasIssued() && !status.hasRevocation()) {
                lines.add(send(Kind.ISSUE, serial, "ReportIssue", issued(key, entry.certificate())));
            }
            if (!status.hasRevocation()) {
                entry.revocation()
                        .map(revoked -> send(Kind.REVOCATION, serial, "Revoke", revoke(key, revoked)))
                        .ifPresent(lines::add);
            }
        }
        books.latestList().flatMap(this::report).ifPresent(lines::add);
        return lines;
    }

    private static ReportIssued issued(CertificateKey key, X509Certificate certificate) {
        return ReportIssued.newBuilder()
                .setCertificate(key)
                .setCertificateHash(ChainForms.byteString(Sm3.hash(Certificates.encoded(certificate))))
                .setNotBeforeSeconds(certificate.getNotBefore().toInstant().getEpochSecond())
                .setNotAfterSeconds(certificate.getNotAfter().toInstant().getEpochSecond())
                .setKeyUsage(Certificates.keyUsage(certificate))
                .build();
    }

    private static RevokeRequest revoke(CertificateKey key, RevocationList.Entry revoked) {
        // The chain has no word for an attribute authority, which this platform has none of.
        RevocationReason reason = Optional.ofNullable(
                        RevocationReason.forNumber(revoked.reason().code()))
                .orElse(RevocationReason.REVOCATION_REASON_UNSPECIFIED);
        return RevokeRequest.newBuilder()
                .setCertificate(key)
                .setReason(reason)
                .setSinceSeconds(revoked.since().getEpochSecond())
                .build();
    }

    private Optional<Line> report(RevocationList list) {
        long last = state("list/" + issuer.hex(), StoredCrl.parser())
                .map(stored -> stored.getCrl().getNumber())
                .orElse(0L);
        long number = list.number().longValueExact();
        if (number <= last) {
            return Optional.empty();
        }
        return Optional.of(send(
                Kind.LIST,
                Long.toString(number),
                "ReportList",
                ReportCrl.newBuilder()
                        .setIssuer(ChainForms.byteString(issuer))
                        .setNumber(number)
                        .setCrlHash(
                                ChainForms.byteString(Sm3.hash(list.encoded().toArray())))
                        .setThisUpdateSeconds(list.from().getEpochSecond())
                        .setNextUpdateSeconds(list.next().getEpochSecond())
                        .build()));
    }

    private Line send(Kind kind, String subject, String method, Message arguments) {
        return new Line(kind, subject, account.call(CONTRACT, method, arguments).getHeight());
    }

    private <T> Optional<T> state(String key, Parser<T> parser) {
        return account.state(CONTRACT, key, 0).value().map(value -> ChainForms.attested(parser, value));
    }
}
