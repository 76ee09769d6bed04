package poyang.crypto.pki;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import poyang.crypto.Certificates;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// An authority's books read again from the first line, by somebody who trusts none of its files.
///
/// Reading proves the chain of hashes, each operator's signature, that two people stood behind each
/// grant, and that no event contradicts an earlier one; a log that fails there is not read at all. Beyond
/// it stand as faults: certificates that the authority did not sign or that were not asked for, files that
/// say something else than the log, and a hash that somebody noted and that the log does not hold.
public final class AuthorityAudit {
    private final List<Step> steps;
    private final List<String> faults;
    private final OptionalLong noted;

    private AuthorityAudit(List<Step> steps, List<String> faults, OptionalLong noted) {
        this.steps = List.copyOf(steps);
        this.faults = List.copyOf(faults);
        this.noted = noted;
    }

    /// One line of the log.
    ///
    /// @param hash stands for this line and all before it
    public record Step(long number, Instant at, String event, String operator, String what, Bytes hash) {}

    /// Reads the books in `folder`, and changes nothing.
    ///
    /// @param noted the log's head as it was noted elsewhere at some time, to notice lines that went missing
    /// @throws PoyangException `LOG_BROKEN` with the first line that is not as it was written, `NO_SUCH_ENTRY`
    ///     when there is no authority, `FILE_FAILED`
    public static AuthorityAudit of(Path folder, Optional<Bytes> noted) {
        IssuanceLog log = IssuanceLog.read(folder.resolve("log"));
        Register register = Register.replay(log);
        if (!register.isFounded()) {
            throw new PoyangException(
                    CryptoErrors.NO_SUCH_ENTRY, "in " + folder + " there is no authority", "name its folder");
        }
        List<String> faults = new ArrayList<>();
        log.lines().forEach(line -> checkGrant(line, register, faults));
        checkFiles(folder, log, register, faults);
        OptionalLong found = noted.isEmpty()
                ? OptionalLong.empty()
                : log.lines().stream()
                        .filter(line -> line.hash().equals(noted.get()))
                        .mapToLong(IssuanceLog.Line::number)
                        .findFirst();
        if (noted.isPresent() && found.isEmpty()) {
            faults.add("the head that was noted, " + noted.get().hex()
                    + ", is that of no line: lines were taken away or replaced since");
        }
        return new AuthorityAudit(
                log.lines().stream()
                        .map(line -> new Step(
                                line.number(), line.at(), line.event(), line.operator(), words(line), line.hash()))
                        .toList(),
                faults,
                found);
    }

    public List<Step> steps() {
        return steps;
    }

    /// Sentences without their full stop; none when nothing speaks against the books.
    public List<String> faults() {
        return faults;
    }

    /// The line whose hash was noted.
    public OptionalLong notedLine() {
        return noted;
    }

    public Bytes head() {
        return steps.getLast().hash();
    }

    // ---- what each line says --------------------------------------------------------------------

    private static String words(IssuanceLog.Line line) {
        String request = "request " + line.fields().getOrDefault("request", "");
        return switch (line.event()) {
            case "founded" -> line.field("level") + " " + line.field("name");
            case "installed" ->
                "certificate "
                        + Register.decode(line.field("chain"))
                                .getFirst()
                                .getSerialNumber()
                                .toString(16);
            case "appointed", "dismissed" -> line.field("name") + ", with " + line.field("second");
            case "requested" ->
                request + ": " + line.field("level") + " "
                        + asked(line).subject().commonName()
                        + (line.field("renews").equals("0") ? "" : ", renews request " + line.field("renews"));
            case "rejected" -> request + ": " + line.field("remark");
            case "issued" ->
                request + ": "
                        + String.join(
                                ", ",
                                Register.decode(line.field("certificates")).stream()
                                        .map(each -> each.getSerialNumber().toString(16))
                                        .toList());
            case "revoked" -> line.field("serials") + ", " + line.field("reason") + ", since " + line.field("since");
            case "listed" -> "list " + line.field("list");
            default -> request;
        };
    }

    private static CertificateRequest asked(IssuanceLog.Line line) {
        return CertificateRequest.decode(Base64.getDecoder().decode(line.field("csr")));
    }

    // ---- what each grant must be ----------------------------------------------------------------

    /// What was issued is signed by the authority, names whom the request names and binds its keys.
    private static void checkGrant(IssuanceLog.Line line, Register register, List<String> faults) {
        if (!line.event().equals("issued")) {
            return;
        }
        int number = Integer.parseInt(line.field("request"));
        Application application = register.request(number).orElseThrow().application();
        List<Optional<Sm2PublicKey>> keys = new ArrayList<>();
        keys.add(Optional.of(application.request().publicKey()));
        switch (application.encryption()) {
            case EncryptionKey.None() -> {}
            case EncryptionKey.MadeByHolder(CertificateRequest second) -> keys.add(Optional.of(second.publicKey()));
            case EncryptionKey.MadeByAuthority() ->
                keys.add(register.envelope(number).map(EnvelopedKey::publicKey));
        }
        List<X509Certificate> made = Register.decode(line.field("certificates"));
        if (made.size() != keys.size()) {
            faults.add("line " + line.number() + " grants " + made.size() + " certificates where " + keys.size()
                    + " were asked for");
            return;
        }
        for (int i = 0; i < made.size(); i++) {
            CertificateView view = CertificateView.of(made.get(i));
            String serial = "line " + line.number() + ": the certificate "
                    + view.serial().toString(16);
            if (view.signedBy(register.charter().key()) != Sm2Signatures.Verdict.VALID) {
                faults.add(serial + " is not signed by this authority");
            } else if (!view.subject().equals(application.request().subject().name())) {
                faults.add(serial + " names somebody else than request " + number);
            } else if (keys.get(i).isEmpty() || !view.key().equals(keys.get(i))) {
                faults.add(serial + " binds another key than request " + number + " asks for");
            }
        }
    }

    // ---- what the files must say ----------------------------------------------------------------

    private static void checkFiles(Path folder, IssuanceLog log, Register register, List<String> faults) {
        List<X509Certificate> chain = register.chain();
        if (!chain.isEmpty()) {
            checkFile(folder.resolve("authority.pem"), Certificates.toPem(chain), faults);
        }
        Set<String> known = new HashSet<>();
        for (CertificateEntry entry : register.certificates(Instant.EPOCH)) {
            String name = name(entry.serial());
            known.add(name);
            checkIssued(folder.resolve("issued").resolve(name), entry.certificate(), faults);
        }
        for (Path file : issued(folder)) {
            if (!known.contains(Objects.requireNonNull(file.getFileName()).toString())) {
                faults.add("the file " + file + " holds what the log does not know");
            }
        }
        log.lines().stream()
                .filter(line -> line.event().equals("listed"))
                .reduce((_, last) -> last)
                .map(IssuanceLog.Line::fields)
                .map(AuthorityAudit::list)
                .ifPresent(list -> checkFile(folder.resolve("crl.pem"), list.toPem(), faults));
    }

    private static String name(BigInteger serial) {
        return serial.toString(16) + ".pem";
    }

    private static RevocationList list(Map<String, String> fields) {
        return RevocationList.decode(Base64.getDecoder().decode(fields.getOrDefault("crl", "")));
    }

    /// The certificate counts; those above it were written as they stood on that day.
    private static void checkIssued(Path file, X509Certificate certificate, List<String> faults) {
        String text = text(file);
        if (!text.startsWith(Certificates.toPem(List.of(certificate)))) {
            faults.add("the file " + file + (text.isEmpty() ? " is missing" : " says something else than the log"));
        }
    }

    private static void checkFile(Path file, String wanted, List<String> faults) {
        String text = text(file);
        if (!text.equals(wanted)) {
            faults.add("the file " + file + (text.isEmpty() ? " is missing" : " says something else than the log"));
        }
    }

    private static String text(Path file) {
        try {
            return Files.exists(file)
                    ? new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.UTF_8)
                    : "";
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static List<Path> issued(Path folder) {
        Path issued = folder.resolve("issued");
        if (!Files.isDirectory(issued)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(issued)) {
            return files.filter(file -> !file.toString().endsWith(".part"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw failed(issued, e);
        }
    }

    private static PoyangException failed(Path file, IOException cause) {
        return new PoyangException(
                CryptoErrors.FILE_FAILED, file + " cannot be read", "check that this user may read it", cause);
    }
}
