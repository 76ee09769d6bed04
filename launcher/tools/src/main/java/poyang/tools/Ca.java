package poyang.tools;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import poyang.crypto.Certificates;
import poyang.crypto.pki.Application;
import poyang.crypto.pki.CertificateAuthority;
import poyang.crypto.pki.CertificateRequest;
import poyang.crypto.pki.EncryptionKey;
import poyang.crypto.pki.Level;
import poyang.crypto.pki.Operator;
import poyang.crypto.pki.PublicKeys;
import poyang.crypto.pki.RevocationList;
import poyang.crypto.pki.RevocationReason;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.RandomSource;

/// A province's certificate authorities: here what operators do at one; what holders and readers do has
/// classes of its own. Exit codes: 0 done, or nothing speaks against what was looked at; 1 refused; 2 wrong
/// use, or unreadable.
@Command(
        name = "ca",
        description = "Founds authorities; requests, approves, issues, renews, revokes, inspects certificates.",
        footer = "Two more commands speak with a chain: register and report (./poyang ca report --help).",
        subcommands = {
            CaOperator.class,
            CaCsr.class,
            CaReceive.class,
            CaStatus.class,
            CaList.class,
            CaAudit.class,
            CaInspect.class,
            CaVerify.class
        })
final class Ca {
    private static final String FOLDER = "the authority's folder";
    private static final String NUMBER = "the request's number";

    private final RandomSource random = ProcessRandom.open("ca");
    private final InstantSource clock = InstantSource.system();

    @Option(names = "--json", scope = ScopeType.INHERIT, description = "say it as one JSON object")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    Report report() {
        return new Report(command.commandLine().getOut(), json);
    }

    RandomSource random() {
        return random;
    }

    Instant now() {
        return clock.instant();
    }

    CertificateAuthority open(Path folder) {
        return CertificateAuthority.open(folder, clock);
    }

    // ---- an authority and its operators ---------------------------------------------------------

    @Command(description = "Founds an authority: a province with its root, or a city or department that asks for one.")
    int init(
            @Parameters(paramLabel = "FOLDER", description = "a new folder") Path folder,
            @Option(names = "--level", required = true, description = "province, city or department") String level,
            @Mixin SubjectOptions subject,
            @Option(
                            names = "--staff",
                            required = true,
                            paramLabel = "NAME=FILE",
                            description = "an operator and the operator's public key file; two or more")
                    List<String> staff,
            @Option(names = "--list-address", defaultValue = "", description = "where its revocation list will be")
                    String listAddress,
            @Option(names = "--days", defaultValue = "0", description = "how long a root holds (default: 20 years)")
                    int days,
            @Option(names = "--password-file", description = "mode 600; of the authority's key, asked for when absent")
                    @Nullable
                    Path passwordFile) {
        List<Operator> operators = staff.stream().map(Ca::operator).toList();
        char[] password = PasswordPrompt.fresh(passwordFile, "new password of the authority's key");
        try {
            CertificateAuthority made = CertificateAuthority.found(
                    folder,
                    new CertificateAuthority.Founding(level(level), subject.subject(), operators, listAddress, days),
                    password,
                    clock,
                    random);
            Report report = authority(made);
            if (made.chain().isEmpty()) {
                report.say("request", folder.resolve("authority.csr.pem"))
                        .hint("Have it certified, then: ./poyang ca install " + folder + " CHAIN --root ROOT");
            } else {
                describe(report, made.chain().getFirst(), folder.resolve("authority.pem"));
            }
            return report.say("log head", made.logHead().hex()).done(0);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private Report authority(CertificateAuthority authority) {
        return report().say("authority", authority.subject())
                .say("level", authority.level().word())
                .say(
                        "operators",
                        authority.operators().stream().map(Operator::name).toList());
    }

    private static Operator operator(String text) {
        String[] pair = text.split("=", 2);
        if (pair.length < 2) {
            throw PublicFiles.badOption("--staff " + text, "write NAME=FILE");
        }
        return new Operator(pair[0], PublicKeys.fromPem(PublicFiles.read(Path.of(pair[1]))));
    }

    private static Level level(String word) {
        return Level.named(word)
                .orElseThrow(() -> PublicFiles.badOption(
                        "--level " + word, "one of province, city, department, node, user, service is needed"));
    }

    private static void describe(Report report, X509Certificate certificate, Path file) {
        String from = certificate.getNotBefore().toInstant().toString();
        String to = certificate.getNotAfter().toInstant().toString();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("file", file);
        fields.put("serial", certificate.getSerialNumber().toString(16));
        fields.put("from", from);
        fields.put("to", to);
        report.item(
                "certificates",
                fields,
                String.format(
                        "certificate    %s%nserial         %s%nvalid          %s to %s",
                        file, fields.get("serial"), from, to));
    }

    @Command(description = "Takes up the certificate that a higher authority issued for this one.")
    int install(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "CHAIN", description = "the answer: own certificate first") Path chain,
            @Option(names = "--root", required = true, description = "the root that is trusted") Path root,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = open(folder);
        List<X509Certificate> whole = new ArrayList<>(PublicFiles.certificates(chain));
        whole.addAll(PublicFiles.certificates(root).subList(0, 1));
        operator.with(by -> {
            authority.install(whole.stream().distinct().toList(), by);
            return 0;
        });
        Report report = authority(authority);
        describe(report, authority.chain().getFirst(), folder.resolve("authority.pem"));
        return report.done(0);
    }

    @Command(description = "Adds an operator; two who are there act together.")
    int appoint(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "NAME=FILE", description = "the operator and the operator's public key file")
                    String newcomer,
            @Mixin OperatorOptions operator,
            @Mixin SecondOperatorOptions second) {
        CertificateAuthority authority = open(folder);
        Operator added = operator(newcomer);
        operator.with(by -> second.with(with -> {
            authority.appoint(added, by, with);
            return 0;
        }));
        return authority(authority).done(0);
    }

    @Command(description = "Removes an operator; two others act together, and two must remain.")
    int dismiss(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "NAME", description = "who is dismissed") String name,
            @Mixin OperatorOptions operator,
            @Mixin SecondOperatorOptions second) {
        CertificateAuthority authority = open(folder);
        operator.with(by -> second.with(with -> {
            authority.dismiss(name, by, with);
            return 0;
        }));
        return authority(authority).done(0);
    }

    // ---- from request to certificate ------------------------------------------------------------

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
        CertificateAuthority authority = open(folder);
        Level wanted = level(level);
        Application application = new Application(wanted, read(csr), encryptionKey(wanted, encryption), days, 0);
        int number = operator.with(by -> authority.request(application, by));
        return shown(authority, number);
    }

    private static CertificateRequest read(Path csr) {
        return CertificateRequest.fromPem(PublicFiles.read(csr));
    }

    private static EncryptionKey encryptionKey(Level level, String option) {
        if (level.usages().size() == 1 || option.equals("none")) {
            return new EncryptionKey.None();
        }
        return option.equals("authority")
                ? new EncryptionKey.MadeByAuthority()
                : new EncryptionKey.MadeByHolder(read(Path.of(option)));
    }

    private int shown(CertificateAuthority authority, int number) {
        Report report = report().list("requests");
        CaList.show(report, authority.requests().get(number - 1));
        return report.done(0);
    }

    @Command(description = "Approves a request that another operator submitted.")
    int approve(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "NUMBER", description = NUMBER) int number,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = open(folder);
        operator.with(by -> {
            authority.approve(number, by);
            return 0;
        });
        return shown(authority, number);
    }

    @Command(description = "Rejects a request.")
    int reject(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "NUMBER", description = NUMBER) int number,
            @Option(names = "--because", required = true, description = "why") String why,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = open(folder);
        operator.with(by -> {
            authority.reject(number, why, by);
            return 0;
        });
        return shown(authority, number);
    }

    @Command(description = "Issues what was approved: a certificate, or a pair.")
    int issue(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(paramLabel = "NUMBER", description = NUMBER) int number,
            @Option(
                            names = "--out",
                            required = true,
                            description = "the chain to write; a pair's second certificate"
                                    + " goes to FILE.encryption.pem, a key made for it to FILE.envelope.pem")
                    Path out,
            @Mixin OperatorOptions operator,
            @Mixin AuthorityKeyOptions own) {
        CertificateAuthority authority = open(folder);
        CertificateAuthority.Issued issued =
                own.with(authority, key -> operator.with(by -> authority.issue(number, by, key, random)));
        List<X509Certificate> made = issued.certificates();
        Report report = report();
        PublicFiles.write(out, Certificates.toPem(authority.issuedChain(made.getFirst())));
        describe(report, made.getFirst(), out);
        if (made.size() > 1) {
            Path second = PublicFiles.beside(out, ".encryption.pem");
            PublicFiles.write(second, Certificates.toPem(authority.issuedChain(made.getLast())));
            describe(report, made.getLast(), second);
        }
        issued.envelope().ifPresent(envelope -> {
            Path file = PublicFiles.beside(out, ".envelope.pem");
            PublicFiles.write(file, envelope.toPem());
            report.say("envelope", file);
        });
        return report.done(0);
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
        CertificateAuthority authority = open(folder);
        Optional<CertificateRequest> fresh = Optional.ofNullable(csr).map(Ca::read);
        return shown(authority, operator.with(by -> authority.renew(number, fresh, days, by)));
    }

    // ---- revocation -----------------------------------------------------------------------------

    @Command(description = "Revokes certificates; the next list says so.")
    int revoke(
            @Parameters(index = "0", paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Parameters(
                            index = "1..*",
                            paramLabel = "SERIAL",
                            arity = "1..*",
                            description = "serials, or the certificates' files")
                    List<String> serials,
            @Option(
                            names = "--reason",
                            required = true,
                            description = "key-compromise, authority-compromise, affiliation-changed, superseded,"
                                    + " cessation-of-operation, privilege-withdrawn or unspecified")
                    String reason,
            @Option(names = "--since", paramLabel = "TIME", description = "since when (default: now)") @Nullable
                    String since,
            @Mixin OperatorOptions operator) {
        CertificateAuthority authority = open(folder);
        RevocationReason why = RevocationReason.named(reason)
                .orElseThrow(() -> PublicFiles.badOption("--reason " + reason, "see ./poyang ca revoke --help"));
        Instant from = since == null ? now() : JudgeOptions.instant("--since", since);
        List<BigInteger> numbers = serials.stream().map(PublicFiles::serial).toList();
        operator.with(by -> {
            authority.revoke(numbers, why, from, by);
            return 0;
        });
        Report report = report().list("revoked");
        for (BigInteger each : numbers) {
            report.item(
                    "revoked",
                    Map.of("serial", each.toString(16), "reason", why.word()),
                    "revoked        " + each.toString(16) + ", because " + why.words());
        }
        return report.hint("The next list makes it known: ./poyang ca crl " + folder)
                .done(0);
    }

    @Command(description = "Signs a new revocation list.")
    int crl(
            @Parameters(paramLabel = "FOLDER", description = FOLDER) Path folder,
            @Option(names = "--days", defaultValue = "7", description = "until the next one is due (default: 7)")
                    int days,
            @Option(names = "--out", description = "a second place to write it to") @Nullable Path out,
            @Mixin OperatorOptions operator,
            @Mixin AuthorityKeyOptions own) {
        CertificateAuthority authority = open(folder);
        RevocationList list =
                own.with(authority, key -> operator.with(by -> authority.list(Duration.ofDays(days), by, key)));
        if (out != null) {
            PublicFiles.write(out, list.toPem());
        }
        return report().say("list", list.number())
                .say("issuer", list.issuer())
                .say("from", list.from())
                .say("next due", list.next())
                .say("revoked", list.entries().size())
                .say("file", out == null ? folder.resolve("crl.pem") : out)
                .done(0);
    }
}
