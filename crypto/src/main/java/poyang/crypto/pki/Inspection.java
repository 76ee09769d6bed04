package poyang.crypto.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Certificates;
import poyang.crypto.Sm3;
import poyang.kernel.PoyangException;

/// Says in words what a file holds: certificates, requests, revocation lists, messages, keys. What a thing
/// is goes by its content; a label decides only where the content cannot (keys of SM9 under a password).
///
/// What can be judged by itself is judged always: a request's proof, a root's own signature, a signature
/// on a message that carries certificate and content, a key's range. What takes a root is judged when one
/// is given. A secret is never shown.
public final class Inspection {
    private Inspection() {}

    /// By what the file is judged.
    ///
    /// @param roots trusted as they stand; without any, chains are not judged
    /// @param known what may complete a chain
    public record Question(
            List<X509Certificate> roots,
            List<X509Certificate> known,
            List<RevocationList> lists,
            ChainValidation.Purpose purpose,
            Instant at) {
        public Question {
            roots = List.copyOf(roots);
            known = List.copyOf(known);
            lists = List.copyOf(lists);
        }
    }

    /// One thing in the file.
    ///
    /// @param lines `field: value`
    /// @param refusal why it is refused; empty when nothing speaks against it
    public record Finding(String title, List<String> lines, Optional<String> refusal) {
        public Finding {
            lines = List.copyOf(lines);
        }
    }

    /// @throws PoyangException `UNREADABLE`, or the error of the kind of thing that it seems to be
    public static List<Finding> inspect(byte[] file, Question question) {
        List<Pem.Block> blocks = Pem.blocks(file);
        List<X509Certificate> beside = new ArrayList<>(question.known());
        for (Pem.Block block : blocks) {
            if (BlockKind.of(block) == BlockKind.CERTIFICATE) {
                beside.add(Certificates.decode(block.der().toArray()));
            }
        }
        Question whole = new Question(question.roots(), beside, question.lists(), question.purpose(), question.at());
        List<Finding> findings = new ArrayList<>();
        for (Pem.Block block : blocks) {
            findings.add(inspect(block, whole, findings.isEmpty()));
        }
        return List.copyOf(findings);
    }

    private static Finding inspect(Pem.Block block, Question question, boolean first) {
        byte[] der = block.der().toArray();
        return switch (BlockKind.of(block)) {
            case CERTIFICATE -> certificate(der, question, first);
            case REQUEST -> request(CertificateRequest.parse(der));
            case REVOCATION_LIST -> list(RevocationList.decode(der), question);
            case MESSAGE -> message(der, question);
            case ENVELOPED_KEY -> envelopedKey(EnvelopedKey.decode(der));
            case SM9 -> KeyWords.sm9(block.label());
            case PUBLIC_KEY -> KeyWords.publicKey(der);
            case PRIVATE_KEY -> KeyWords.privateKey(der);
            case SECTION_1_KEY -> KeyWords.section1Key(der);
            case ENCRYPTED_KEY -> KeyWords.encryptedKey(der);
            case CFCA_KEY -> cfcaKey(der, question);
            case KEYSTORE ->
                new Finding(
                        "keystore (PKCS#12)",
                        List.of("encrypted: its content shows only with its password"),
                        Optional.empty());
            case PARAMETERS -> KeyWords.parameters(der);
            case UNKNOWN ->
                throw Pem.unreadable(
                        block.label().isEmpty()
                                ? "it is DER of no known kind"
                                : "its block " + block.label() + " is of no known kind");
        };
    }

    // ---- certificates ---------------------------------------------------------------------------

    private static Finding certificate(byte[] der, Question question, boolean first) {
        X509Certificate certificate = Certificates.decode(der);
        CertificateView view = CertificateView.of(certificate);
        return new Finding("certificate", lines(certificate, question.at()), fault(certificate, view, question, first));
    }

    /// What a certificate says.
    public static List<String> lines(X509Certificate certificate, Instant at) {
        CertificateView view = CertificateView.of(certificate);
        List<String> lines = new ArrayList<>();
        lines.add("subject: " + view.subject());
        lines.add("issuer: " + view.issuer());
        lines.add("serial: " + view.serial().toString(16));
        lines.add("valid: " + view.from() + " to " + view.to() + timeliness(view, at));
        lines.add("key: "
                + view.key()
                        .map(key -> "SM2 " + key.encoded().hex())
                        .orElseGet(() -> PublicKeys.words(view.keyAlgorithm()) + ", which is not supported here"));
        if (!view.keyIdentifier().isEmpty()) {
            lines.add("key identifier: " + view.keyIdentifier().hex());
        }
        lines.add("signed with: " + PublicKeys.words(view.signatureAlgorithm()));
        lines.add("for: " + String.join(", ", CertificateWords.uses(view)));
        lines.add("authority: " + authority(view));
        if (view.alternatives().isPresent()) {
            lines.add("further names: " + String.join(", ", view.alternativeNames()));
        }
        view.constraints().ifPresent(constraints -> {
            lines.addAll(subtrees("certifies only below: ", constraints.getPermittedSubtrees()));
            lines.addAll(subtrees("never certifies below: ", constraints.getExcludedSubtrees()));
        });
        lines.addAll(distribution(view));
        for (String unknown : view.unknownCritical()) {
            lines.add("demands the unknown extension: " + unknown);
        }
        lines.add("fingerprint (SM3): "
                + Sm3.hash(Certificates.encoded(certificate)).hex());
        return lines;
    }

    private static String timeliness(CertificateView view, Instant at) {
        if (at.isAfter(view.to())) {
            return " (expired)";
        }
        return at.isBefore(view.from()) ? " (not yet valid)" : "";
    }

    private static String authority(CertificateView view) {
        if (!view.isAuthority()) {
            return "no";
        }
        return view.pathLength() == Integer.MAX_VALUE
                ? "yes, of any depth"
                : "yes, with at most " + view.pathLength() + " below it";
    }

    private static List<String> subtrees(String title, GeneralSubtree @Nullable [] trees) {
        return trees == null
                ? List.of()
                : Stream.of(trees).map(tree -> title + tree.getBase().getName()).toList();
    }

    private static List<String> distribution(CertificateView view) {
        Extension extension = view.holder().getExtension(Extension.cRLDistributionPoints);
        List<String> lines = new ArrayList<>();
        if (extension != null) {
            try {
                for (var point :
                        CRLDistPoint.getInstance(extension.getParsedValue()).getDistributionPoints()) {
                    if (point.getDistributionPoint() != null
                            && point.getDistributionPoint().getType() == 0) {
                        for (GeneralName name : GeneralNames.getInstance(
                                        point.getDistributionPoint().getName())
                                .getNames()) {
                            lines.add("revocation list: " + name.getName());
                        }
                    }
                }
            } catch (RuntimeException e) {
                lines.add("revocation list: unreadable");
            }
        }
        return lines;
    }

    private static Optional<String> fault(
            X509Certificate certificate, CertificateView view, Question question, boolean first) {
        if (question.roots().isEmpty()) {
            if (!view.isSelfIssued() || view.key().isEmpty() || !Sm2Signatures.named(view.signatureAlgorithm())) {
                return Optional.empty();
            }
            Sm2Signatures.Verdict own = view.signedBy(view.key().get());
            // A name may be issued by another certificate of the same name; only a clear fault is one.
            return own == Sm2Signatures.Verdict.VALID || own == Sm2Signatures.Verdict.WRONG && !view.isAuthority()
                    ? Optional.empty()
                    : Optional.of(view.who() + " is not signed by itself: the signature " + own.words());
        }
        List<X509Certificate> chain = ChainValidation.complete(certificate, question.known(), question.roots());
        X509Certificate root = ChainValidation.issuer(chain.getLast(), question.roots())
                .orElse(question.roots().getFirst());
        return ChainValidation.check(
                        chain,
                        root,
                        first ? question.purpose() : ChainValidation.Purpose.ANY,
                        RevocationView.of(question.lists()),
                        question.at())
                .map(Refusal::words);
    }

    // ---- requests and lists ---------------------------------------------------------------------

    private static Finding request(CertificateRequest request) {
        List<String> lines = new ArrayList<>();
        lines.add("subject: " + request.subjectName());
        lines.add("key: "
                + PublicKeys.sm2(request.keyInfo())
                        .map(key -> "SM2 " + key.encoded().hex())
                        .orElseGet(() -> PublicKeys.words(request.keyInfo().getAlgorithm())));
        lines.add("signed with: " + PublicKeys.words(request.algorithm()));
        if (!request.names().isEmpty()) {
            lines.add("asks for the further names: " + String.join(", ", request.names()));
        }
        Optional<String> fault = request.fault();
        lines.add(fault.isEmpty() ? "proof: the sender holds the key" : "proof: none that the sender holds the key");
        return new Finding("certificate request", lines, fault.map(wrong -> "the request is refused: " + wrong));
    }

    private static Finding list(RevocationList list, Question question) {
        List<String> lines = new ArrayList<>();
        lines.add("issuer: " + list.issuerName());
        lines.add("number: " + (list.number().equals(BigInteger.ZERO) ? "none" : list.number()));
        lines.add("holds: " + list.from() + " to " + list.next()
                + (question.at().isAfter(list.next()) ? " (stale)" : ""));
        lines.add("revoked: " + list.entries().size());
        for (RevocationList.Entry entry : list.entries()) {
            lines.add("  " + entry.serial().toString(16) + " since " + entry.since() + ", because "
                    + entry.reason().words());
        }
        Optional<String> fault = Optional.empty();
        if (!question.roots().isEmpty()) {
            List<X509Certificate> issuers = Stream.concat(question.roots().stream(), question.known().stream())
                    .filter(each -> CertificateView.of(each).subject().equals(list.issuerName()))
                    .toList();
            fault = issuers.stream().anyMatch(each -> list.fault(each).isEmpty())
                    ? list.untimely(question.at())
                    : issuers.stream()
                            .map(each -> list.fault(each).orElseThrow())
                            .findFirst()
                            .or(() -> Optional.of(
                                    "the revocation list of \"" + list.issuer() + "\" is of an unknown authority"));
        }
        return new Finding("revocation list", lines, fault);
    }

    // ---- messages -------------------------------------------------------------------------------

    private static Finding message(byte[] der, Question question) {
        ASN1ObjectIdentifier type;
        ASN1Encodable content;
        try {
            MessageParts.Outer outer = MessageParts.outer(der);
            type = outer.type();
            content = outer.content();
        } catch (IOException | RuntimeException e) {
            throw MessageParts.bad("it is malformed", e);
        }
        if (MessageForm.isSigned(type)) {
            return signed(SignedMessage.decode(der), question);
        }
        if (MessageForm.isPlain(type)) {
            try {
                return new Finding(
                        "message: plain data",
                        List.of("content: " + MessageParts.octets(content).length() + " bytes"),
                        Optional.empty());
            } catch (IOException e) {
                throw MessageParts.bad("it is malformed", e);
            }
        }
        if (MessageForm.isEnveloped(type)
                || MessageForm.isSignedAndEnveloped(type)
                || type.equals(ContentCipher.AUTHENTICATED)) {
            return enveloped(EnvelopedMessage.decode(der));
        }
        return new Finding(
                "message", List.of("type: " + type), Optional.of("messages of type " + type + " are not supported"));
    }

    private static Finding signed(SignedMessage message, Question question) {
        List<String> lines = new ArrayList<>();
        lines.add(message.content()
                .map(content -> "content: " + content.length() + " bytes")
                .orElse("content: kept beside the message"));
        message.certificates()
                .forEach(each -> lines.add(
                        "carries the certificate: " + CertificateView.of(each).subject()));
        List<String> faults = new ArrayList<>();
        for (SignedMessage.SignerEntry signer : message.signers()) {
            lines.add("signed by: " + signer.party().words()
                    + signer.time().map(time -> ", who says on " + time).orElse(""));
            message.certificates().stream()
                    .filter(signer.party()::matches)
                    .findFirst()
                    .ifPresent(own -> message.content()
                            .flatMap(content -> signer.fault(content, CertificateView.of(own)))
                            .ifPresent(faults::add));
        }
        if (faults.isEmpty()
                && !question.roots().isEmpty()
                && !message.signers().isEmpty()) {
            try {
                if (message.content().isPresent()) {
                    var _ = message.verify(
                            Optional.empty(),
                            new MessageTrust(
                                    question.roots(),
                                    question.known(),
                                    RevocationView.of(question.lists()),
                                    question.at()));
                }
            } catch (PoyangException e) {
                faults.add(e.wrong());
            }
        }
        return new Finding(
                message.signers().isEmpty() ? "message: certificates only" : "message: signed",
                lines,
                faults.stream().findFirst());
    }

    private static Finding enveloped(EnvelopedMessage message) {
        List<String> lines = new ArrayList<>();
        message.receivers().forEach(each -> lines.add("sealed to: " + each));
        lines.add("cipher: " + PublicKeys.words(message.algorithm()));
        lines.add("a change is noticed: " + (message.isAuthenticated() ? "yes" : "no"));
        message.signers().forEach(each -> lines.add("signed by: " + each.party().words()));
        message.certificates()
                .forEach(each -> lines.add(
                        "carries the certificate: " + CertificateView.of(each).subject()));
        return new Finding(
                message.isSigned() ? "message: signed and sealed" : "message: sealed", lines, Optional.empty());
    }

    // ---- keys that carry more than a key --------------------------------------------------------

    private static Finding envelopedKey(EnvelopedKey key) {
        return new Finding(
                "enveloped key (GM/T 0009)",
                List.of("holds the key of: " + key.publicKey().encoded().hex()),
                Optional.empty());
    }

    private static Finding cfcaKey(byte[] der, Question question) {
        List<String> lines = new ArrayList<>(List.of("encrypted: the key shows only with its password"));
        X509Certificate certificate = KeyWords.cfcaCertificate(der);
        lines.addAll(lines(certificate, question.at()));
        return new Finding(
                "key and certificate (CFCA)",
                lines,
                question.roots().isEmpty()
                        ? Optional.empty()
                        : fault(certificate, CertificateView.of(certificate), question, true));
    }
}
