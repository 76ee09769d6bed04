package poyang.tools;

import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.Certificates;
import poyang.crypto.OperatingSystemRandom;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.Application;
import poyang.crypto.pki.CertificateAuthority;
import poyang.crypto.pki.CertificateEntry;
import poyang.crypto.pki.CertificateRequest;
import poyang.crypto.pki.EncryptionKey;
import poyang.crypto.pki.EnvelopedKey;
import poyang.crypto.pki.Inspection;
import poyang.crypto.pki.Level;
import poyang.crypto.pki.Operator;
import poyang.crypto.pki.PublicKeys;
import poyang.crypto.pki.RequestEntry;
import poyang.crypto.pki.RevocationList;
import poyang.crypto.pki.RevocationReason;
import poyang.crypto.pki.Usage;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A province's certificate authorities. Exit codes: 0 done, or nothing speaks against what was inspected;
/// 1 refused; 2 wrong use, or unreadable.
@Command(
        name = "ca",
        description = "Founds authorities; requests, approves, issues, renews, revokes and inspects certificates.")
final class Ca {
    private static final String FOLDER = "the authority's folder";
    private static final String PASSWORD = "--password-file";
    private static final String PASSWORD_HELP = "mode 600; holds the password, which is asked for when absent";

    private final RandomSource random = OperatingSystemRandom.open();
    private final InstantSource clock = InstantSource.system();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    private PrintWriter out() {
        return command.commandLine().getOut();
    }

    private void say(String field, Object value) {
        out().printf("%-14s %s%n", field, value);
    }

    // ---- keys and requests of holders -----------------------------------------------------------

    @Command(description = "Makes an operator's key, and the public key that authorities know the operator by.")
    int operator(
            @Option(names = "--key", required = true, description = "the key file to write") Path key,
            @Option(names = "--out", required = true, description = "the public key file to write") Path out,
            @Option(names = PASSWORD, description = PASSWORD_HELP) @Nullable Path passwordFile) {
        try (Sm2PrivateKey made = newKey(key, passwordFile)) {
            write(out, PublicKeys.toPem(made.publicKey()));
            say("key file", key);
            say("public key", out);
        }
        return 0;
    }

    private Sm2PrivateKey newKey(Path file, @Nullable Path passwordFile) {
        char[] password = PasswordPrompt.fresh(passwordFile, "new password of " + file.getFileName());
        try {
            Sm2PrivateKey made = Sm2PrivateKey.generate(random);
            PrivateKeyFile.write(file, made, password, random);
            return made;
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static Sm2PrivateKey openKey(Path file, @Nullable Path passwordFile) {
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + file.getFileName());
        try {
            return PrivateKeyFile.read(file, password);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    @Command(description = "Makes a key (or takes one that is there) and a request to certify it.")
    int csr(
            @Mixin SubjectOptions subject,
            @Option(names = "--for", defaultValue = "process", description = "process, signature or encryption")
                    String usage,
            @Option(names = "--also", description = "dns:NAME, ip:ADDRESS, email:ADDRESS or uri:ADDRESS") @Nullable
                    List<String> names,
            @Option(names = "--key", required = true, description = "the key file; made when it is not there") Path key,
            @Option(names = "--out", required = true, description = "the request file to write") Path out,
            @Option(names = PASSWORD, description = PASSWORD_HELP) @Nullable Path passwordFile) {
        Usage wanted = Usage.named(usage)
                .filter(each -> each != Usage.AUTHORITY)
                .orElseThrow(() -> badOption("--for " + usage, "one of process, signature, encryption is needed"));
        try (Sm2PrivateKey own = Files.exists(key) ? openKey(key, passwordFile) : newKey(key, passwordFile)) {
            CertificateRequest request =
                    CertificateRequest.make(subject.subject(), wanted, names == null ? List.of() : names, own);
            write(out, request.toPem());
            say("subject", request.subject());
            say("key file", key);
            say("request", out);
        }
        return 0;
    }

    @Command(description = "Opens the encryption key that an authority made, and brings it under a password.")
    int receive(
            @Parameters(paramLabel = "ENVELOPE", description = "the enveloped key that the authority handed over")
                    Path envelope,
            @Option(names = "--key", required = true, description = "the holder's signature key file") Path key,
            @Option(names = "--out", required = true, description = "the key file to write") Path out,
            @Option(names = PASSWORD, description = "as above; of the signature key, and of the new file") @Nullable
                    Path passwordFile) {
        EnvelopedKey enveloped = EnvelopedKey.fromPem(JudgeOptions.bytes(envelope));
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + key.getFileName());
        try (Sm2PrivateKey own = PrivateKeyFile.read(key, password);
                Sm2PrivateKey opened = enveloped.open(own)) {
            PrivateKeyFile.write(out, opened, password, random);
            say("key file", out + ", under the password of " + key.getFileName());
        } finally {
            Arrays.fill(password, '\0');
        }
        return 0;
    }

    // ---- authorities ----------------------------------------------------------------------------

    @Command(description = "Founds an authority: a province with its root, or a city or department that asks for one.")
    int init(
            @Parameters(paramLabel = "FOLDER", description = "a new folder") Path folder,
            @Option(names = "--level", required = true, description = "province, city or department") String level,
            @Mixin SubjectOptions subject,
            @Option(
                            names = "--staff",
                            required = true,
                            paramLabel = "NAME=FILE",
                            description = "an operator and the" + " operator's public key file; two or more")
                    List<String> staff,
            @Option(names = "--list-address", defaultValue = "", description = "where its revocation list will be")
                    String listAddress,
            @Option(names = "--days", defaultValue = "0", description = "how long a root holds (default: 20 years)")
                    int days,
            @Option(names = PASSWORD, description = PASSWORD_HELP) @Nullable Path passwordFile) {
        List<Operator> operators = staff.stream().map(Ca::operator).toList();
        char[] password = PasswordPrompt.fresh(passwordFile, "new password of the authority's key");
        try {
            CertificateAuthority made = CertificateAuthority.found(
                    folder,
                    new CertificateAuthority.Founding(level(level), subject.subject(), operators, listAddress, days),
                    password,
                    clock,
                    random);
            say("authority", made.subject() + " (" + made.level().word() + ")");
            say(
                    "operators",
                    String.join(", ", operators.stream().map(Operator::name).toList()));
            if (made.chain().isEmpty()) {
                say("request", folder.resolve("authority.csr.pem"));
                say("next", "have it certified, then: ./poyang ca install " + folder + " CHAIN");
            } else {
                describe(made.chain().getFirst());
                say("file", folder.resolve("authority.pem"));
            }
        } finally {
            Arrays.fill(password, '\0');
        }
        return 0;
    }

    private static Operator operator(String text) {
        String[] pair = text.split("=", 2);
        if (pair.length < 2) {
            throw badOption("--staff " + text, "write NAME=FILE");
        }
        return new Operator(pair[0], PublicKeys.fromPem(JudgeOptions.bytes(Path.of(pair[1]))));
    }

    private static Level level(String word) {
        return Level.named(word)
                .orElseThrow(() -> badOption(
                        "--level " + word, "one of province, city, department, node, user, service is needed"));
    }

    private void describe(X509Certificate certificate) {
        say("serial", certificate.getSerialNumber().toString(16));
        say(
                "valid",
                certificate.getNotBefore().toInstant() + " to "
                        + certificate.getNotAfter().toInstant());
    }

    @Command(description = "Takes up the certificate that a higher authority issued for this one.")
    int install(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "CHAIN", description = "the answer: own certificate first") Path chain,
            @Option(names = "--root", required = true, description = "the root that is trusted") Path root,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        List<X509Certificate> whole = new ArrayList<>(certificates(chain));
        whole.addAll(certificates(root).subList(0, 1));
        operator.with(by -> {
            authority.install(whole.stream().distinct().toList(), by);
            return 0;
        });
        say("authority", authority.subject() + " (" + authority.level().word() + ")");
        describe(authority.chain().getFirst());
        return 0;
    }

    private static List<X509Certificate> certificates(Path file) {
        return Certificates.fromPem(new String(JudgeOptions.bytes(file), StandardCharsets.ISO_8859_1));
    }

    @Command(description = "Submits a request to certify somebody; another operator must approve it.")
    int request(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Option(names = "--level", required = true, description = "city, department, node, user or service")
                    String level,
            @Option(names = "--csr", required = true, description = "the request for the (signature) key") Path csr,
            @Option(
                            names = "--encryption",
                            defaultValue = "authority",
                            description = "of a user or service: \"authority\" makes the encryption key, \"none\", or"
                                    + " the holder's request file (default: authority)")
                    String encryption,
            @Option(names = "--days", defaultValue = "0", description = "how long it is to hold (default: as usual)")
                    int days,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        Level wanted = level(level);
        Application application = new Application(wanted, read(csr), encryptionKey(wanted, encryption), days, 0);
        int number = operator.with(by -> authority.request(application, by));
        say("request", number + " (" + wanted.word() + "), requested");
        say("subject", application.request().subject());
        return 0;
    }

    private static CertificateRequest read(Path csr) {
        return CertificateRequest.fromPem(JudgeOptions.bytes(csr));
    }

    private static EncryptionKey encryptionKey(Level level, String option) {
        if (level.usages().size() == 1 || option.equals("none")) {
            return new EncryptionKey.None();
        }
        return option.equals("authority")
                ? new EncryptionKey.MadeByAuthority()
                : new EncryptionKey.MadeByHolder(read(Path.of(option)));
    }

    @Command(description = "Approves a request that another operator submitted.")
    int approve(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "NUMBER", description = "the request's number") int number,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        operator.with(by -> {
            authority.approve(number, by);
            return 0;
        });
        show(authority.requests().get(number - 1));
        return 0;
    }

    @Command(description = "Rejects a request.")
    int reject(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "NUMBER", description = "the request's number") int number,
            @Option(names = "--because", required = true, description = "why") String why,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        operator.with(by -> {
            authority.reject(number, why, by);
            return 0;
        });
        show(authority.requests().get(number - 1));
        return 0;
    }

    @Command(description = "Issues what was approved: a certificate, or a pair.")
    int issue(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "NUMBER", description = "the request's number") int number,
            @Option(
                            names = "--out",
                            required = true,
                            description = "the chain to write; a pair's second certificate"
                                    + " goes to FILE.encryption.pem, a key made for it to FILE.envelope.pem")
                    Path out,
            @Mixin OperatorOptions operator,
            @Option(names = PASSWORD, description = "mode 600; of the authority's key") @Nullable Path passwordFile) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        CertificateAuthority.Issued issued =
                withKey(authority, passwordFile, key -> operator.with(by -> authority.issue(number, by, key, random)));
        List<X509Certificate> made = issued.certificates();
        write(out, Certificates.toPem(authority.issuedChain(made.getFirst())));
        say("certificate", out);
        describe(made.getFirst());
        if (made.size() > 1) {
            Path second = beside(out, ".encryption.pem");
            write(second, Certificates.toPem(authority.issuedChain(made.getLast())));
            say("encryption", second);
            describe(made.getLast());
        }
        issued.envelope().ifPresent(envelope -> {
            write(beside(out, ".envelope.pem"), envelope.toPem());
            say("envelope", beside(out, ".envelope.pem"));
        });
        return 0;
    }

    /// `wang.pem` gives `wang.encryption.pem`.
    private static Path beside(Path file, String ending) {
        String name = file.getFileName().toString().replaceFirst("\\.pem$", "");
        return file.resolveSibling(name + ending);
    }

    private static <R> R withKey(
            CertificateAuthority authority, @Nullable Path passwordFile, Function<Sm2PrivateKey, R> use) {
        char[] password = PasswordPrompt.existing(passwordFile, "password of the authority's key");
        try (Sm2PrivateKey key = authority.key(password)) {
            return use.apply(key);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    @Command(description = "Submits a request to replace what was issued on an earlier one.")
    int renew(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "NUMBER", description = "the request that it was issued on") int number,
            @Option(names = "--csr", description = "for a new key; without it the same key is certified again")
                    @Nullable
                    Path csr,
            @Option(names = "--days", defaultValue = "0", description = "how long it is to hold (default: as usual)")
                    int days,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        Optional<CertificateRequest> fresh = Optional.ofNullable(csr).map(Ca::read);
        int made = operator.with(by -> authority.renew(number, fresh, days, by));
        say("request", made + ", requested; renews what was issued on " + number);
        return 0;
    }

    @Command(description = "Revokes certificates; the next list says so.")
    int revoke(
            @Parameters(index = "0", paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(index = "1..*", paramLabel = "SERIAL", arity = "1..*", description = "one or more serials")
                    List<String> serials,
            @Option(
                            names = "--reason",
                            required = true,
                            description =
                                    "key-compromise, authority-compromise,"
                                            + " affiliation-changed, superseded, cessation-of-operation, privilege-withdrawn, unspecified")
                    String reason,
            @Option(names = "--since", paramLabel = "TIME", description = "since when (default: now)") @Nullable
                    String since,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        RevocationReason why = RevocationReason.named(reason)
                .orElseThrow(() -> badOption("--reason " + reason, "see ./poyang ca revoke --help"));
        Instant from = since == null ? clock.instant() : JudgeOptions.instant("--since", since);
        List<BigInteger> numbers = serials.stream().map(Ca::serial).toList();
        operator.with(by -> {
            authority.revoke(numbers, why, from, by);
            return 0;
        });
        numbers.forEach(each -> say("revoked", each.toString(16) + ", because " + why.words()));
        say("next", "./poyang ca crl " + folder + " makes it known");
        return 0;
    }

    private static BigInteger serial(String hex) {
        try {
            return new BigInteger(hex.replace(":", ""), 16);
        } catch (NumberFormatException e) {
            throw badOption("the serial " + hex, "write it in hexadecimal, as ./poyang ca list does");
        }
    }

    @Command(description = "Signs a new revocation list.")
    int crl(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Option(names = "--days", defaultValue = "7", description = "until the next one is due (default: 7)")
                    int days,
            @Option(names = "--out", description = "a second place to write it to") @Nullable Path out,
            @Mixin OperatorOptions operator,
            @Option(names = PASSWORD, description = "mode 600; of the authority's key") @Nullable Path passwordFile) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        RevocationList list = withKey(
                authority, passwordFile, key -> operator.with(by -> authority.list(Duration.ofDays(days), by, key)));
        say("list", "number " + list.number() + " of " + list.issuer());
        say("holds", list.from() + " to " + list.next());
        say("revoked", list.entries().size());
        say("file", folder.resolve("crl.pem"));
        if (out != null) {
            write(out, list.toPem());
            say("file", out);
        }
        return 0;
    }

    // ---- looking --------------------------------------------------------------------------------

    @Command(description = "Says where a certificate stands.")
    int status(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "SERIAL", description = "its serial") String serial,
            @Option(names = "--out", description = "write its chain here") @Nullable Path out) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        CertificateEntry entry = authority
                .certificate(serial(serial))
                .orElseThrow(() -> badOption("the serial " + serial, "this authority issued none such"));
        say("state", entry.state().word());
        entry.revocation()
                .ifPresent(why ->
                        say("revoked", why.since() + ", because " + why.reason().words()));
        say("level", entry.level().word() + ", " + entry.usage().word());
        say("request", entry.request());
        Inspection.lines(entry.certificate(), clock.instant()).forEach(line -> out().println("  " + line));
        if (out != null) {
            write(out, Certificates.toPem(authority.issuedChain(entry.certificate())));
            say("file", out);
        }
        return entry.revocation().isPresent() ? 1 : 0;
    }

    @Command(description = "Lists requests and certificates.")
    int list(@Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder) {
        CertificateAuthority authority = CertificateAuthority.open(folder, clock);
        say("authority", authority.subject() + " (" + authority.level().word() + ")");
        say(
                "operators",
                String.join(
                        ", ", authority.operators().stream().map(Operator::name).toList()));
        say("log head", authority.logHead().hex());
        authority.requests().forEach(this::show);
        for (CertificateEntry entry : authority.certificates()) {
            out().printf(
                            "certificate    %s  %-8s  request %d  %s, %s  %s  until %s%n",
                            entry.serial().toString(16),
                            entry.state().word(),
                            entry.request(),
                            entry.level().word(),
                            entry.usage().word(),
                            Certificates.name(entry.certificate()),
                            entry.certificate().getNotAfter().toInstant());
        }
        return 0;
    }

    private void show(RequestEntry entry) {
        String decided = entry.decision().decidedBy().isEmpty()
                ? ""
                : ", decided by " + entry.decision().decidedBy()
                        + (entry.decision().remark().isEmpty()
                                ? ""
                                : ": " + entry.decision().remark());
        out().printf(
                        "request        %-3d %-9s  %s  %s  (requested by %s on %s%s)%n",
                        entry.number(),
                        entry.state().word(),
                        entry.application().level().word(),
                        entry.application().request().subject().commonName(),
                        entry.requestedBy(),
                        entry.requestedAt(),
                        decided);
    }

    @Command(
            description = "Says in words what a file holds: certificate, request, list, PKCS#7, key."
                    + " Exit code 0: nothing speaks against it, 1: refused, 2: unreadable.")
    int inspect(@Parameters(paramLabel = "FILE", description = "PEM or DER") Path file, @Mixin JudgeOptions judged) {
        return report(Inspection.inspect(JudgeOptions.bytes(file), judged.question(clock.instant())), true);
    }

    @Command(description = "Checks a chain, list or message against a root. Exit codes as inspect's.")
    int verify(@Parameters(paramLabel = "FILE", description = "PEM or DER") Path file, @Mixin JudgeOptions judged) {
        if (!judged.hasRoot()) {
            throw badOption("verify without --root", "name the root that is trusted");
        }
        return report(Inspection.inspect(JudgeOptions.bytes(file), judged.question(clock.instant())), false);
    }

    private int report(List<Inspection.Finding> findings, boolean whole) {
        int code = 0;
        for (Inspection.Finding finding : findings) {
            out().println(finding.title());
            if (whole || finding.refusal().isEmpty()) {
                finding.lines().stream()
                        .filter(line -> whole || line.startsWith("subject: ") || line.startsWith("issuer: "))
                        .forEach(line -> out().println("  " + line));
            }
            if (finding.refusal().isPresent()) {
                out().println("  refused: " + finding.refusal().get());
                code = 1;
            } else if (!whole) {
                out().println("  good");
            }
        }
        return code;
    }

    // ---- files ----------------------------------------------------------------------------------

    /// Whole or not at all; public content only.
    private static void write(Path file, String text) {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.writeString(draft, text);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new PoyangException(
                    ToolErrors.OUTPUT_FAILED, "the file " + file + " cannot be written", "check folder and space", e);
        }
    }

    private static PoyangException badOption(String what, String right) {
        return new PoyangException(ToolErrors.BAD_OPTION, what + " is not possible", right);
    }
}
