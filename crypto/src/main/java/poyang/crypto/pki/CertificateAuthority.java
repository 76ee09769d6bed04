package poyang.crypto.pki;

import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoErrors;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// An authority of a province (its root, a city's or a department's) in a folder of its own.
///
/// - Everything that happened stands in the folder's `log` ({@link IssuanceLog}): who asked, who
///   approved, what was issued, what was revoked, every list. An event is one synced line, signed by the
///   operator who acted, so nothing is ever half applied and nothing can be changed without a trace; the
///   other files (`authority.pem`, `issued/`, `crl.pem`) only repeat it and are written again when lost.
/// - What one operator submits another one must approve before it can be issued.
/// - The authority's key is needed to issue and to sign lists, and for nothing else.
///
/// Several processes may use a folder: each event is written under its lock, after what others did is read.
public final class CertificateAuthority {
    private static final String KEY = "authority.key.pem";
    private static final int OPERATORS_MIN = 2;
    private static final Duration LIST_MAX = Duration.ofDays(366);

    private final Path folder;
    private final AuthorityFolder files;
    private final InstantSource clock;
    private IssuanceLog log;
    private Register register;

    private CertificateAuthority(Path folder, InstantSource clock) {
        this.folder = folder;
        files = new AuthorityFolder(folder);
        this.clock = clock;
        log = IssuanceLog.read(folder.resolve("log"));
        register = Register.replay(log);
    }

    /// What an authority is to be.
    ///
    /// @param operators two or more, with different keys
    /// @param listAddress where it will publish its revocation list; empty: under its own name
    /// @param days how long a root is to hold, 0 for what is usual; a city or department learns it from
    ///     its issuer
    public record Founding(Level level, Subject subject, List<Operator> operators, String listAddress, int days) {
        public Founding {
            operators = List.copyOf(operators);
        }
    }

    /// What was issued on one request.
    ///
    /// @param certificates one, or the pair of signature and encryption certificate
    /// @param envelope the encryption key that the authority made, for the holder of the signature key
    public record Issued(List<X509Certificate> certificates, Optional<EnvelopedKey> envelope) {
        public Issued {
            certificates = List.copyOf(certificates);
        }
    }

    // ---- founding -------------------------------------------------------------------------------

    /// Founds an authority in `folder`: its key (encrypted with `password`), its log, and for a province
    /// the self-signed root. A city or department has only asked for its certificate then: its request
    /// is in `authority.csr.pem`, and {@link #install} completes it.
    ///
    /// @throws PoyangException `AUTHORITY_EXISTS`, `OUTSIDE_PROFILE`, `NO_OPERATOR`, `FILE_FAILED`
    public static CertificateAuthority found(
            Path folder, Founding founding, char[] password, InstantSource clock, RandomSource random) {
        refuseUnless(
                founding.level().isAuthority(),
                CryptoErrors.OUTSIDE_PROFILE,
                "a " + founding.level().word() + " is no authority",
                "found a province, a city or a department");
        checkStaff(founding.operators());
        refuseUnless(
                !Files.exists(folder.resolve("log")) && !Files.exists(folder.resolve(KEY)),
                CryptoErrors.AUTHORITY_EXISTS,
                "in " + folder + " there is an authority already",
                "name a new folder");
        new AuthorityFolder(folder).make();
        try (Sm2PrivateKey key = Sm2PrivateKey.generate(random)) {
            CertificateAuthority made = new CertificateAuthority(folder, clock);
            PrivateKeyFile.write(folder.resolve(KEY), key, password, random);
            made.files.write(
                    "authority.csr.pem",
                    CertificateRequest.make(founding.subject(), Usage.AUTHORITY, List.of(), key)
                            .toPem());
            Register.Charter charter =
                    new Register.Charter(founding.level(), founding.subject(), key.publicKey(), founding.listAddress());
            List<X509Certificate> chain = founding.level() == Level.PROVINCE
                    ? List.of(CertificateWriter.root(
                            founding.subject(), key, made.validity(founding.days(), Level.PROVINCE), random))
                    : List.of();
            made.append(
                    "founded",
                    Register.founded(charter, founding.operators(), chain),
                    new ActingOperator("authority", key));
            made.project();
            return made;
        }
    }

    private static void checkStaff(List<Operator> operators) {
        HashSet<Sm2PublicKey> keys = new HashSet<>();
        HashSet<String> names = new HashSet<>();
        for (Operator operator : operators) {
            refuseUnless(
                    keys.add(operator.key()) && names.add(operator.name()),
                    CryptoErrors.NO_OPERATOR,
                    "the operator \"" + operator.name() + "\" shares a name or a key with another",
                    "each operator needs a name and a key of their own");
        }
        refuseUnless(
                operators.size() >= OPERATORS_MIN,
                CryptoErrors.NO_OPERATOR,
                operators.size() + " operators are too few",
                "name two or more: what one submits another must approve");
    }

    /// Opens the authority in `folder`.
    ///
    /// @throws PoyangException `NO_SUCH_ENTRY` when there is none, `LOG_BROKEN`, `FILE_FAILED`
    public static CertificateAuthority open(Path folder, InstantSource clock) {
        CertificateAuthority opened = new CertificateAuthority(folder, clock);
        refuseUnless(
                opened.register.isFounded(),
                CryptoErrors.NO_SUCH_ENTRY,
                "in " + folder + " there is no authority",
                "found one first, or name its folder");
        opened.project();
        return opened;
    }

    /// The authority's key, for {@link #issue} and {@link #list}; the caller closes it.
    ///
    /// @throws PoyangException `WRONG_PASSWORD`, `FILE_FAILED`
    public Sm2PrivateKey key(char[] password) {
        Sm2PrivateKey key = PrivateKeyFile.read(folder.resolve(KEY), password);
        refuseUnless(
                key.publicKey().equals(register.charter().key()),
                CryptoErrors.BAD_KEY,
                "the key file in " + folder + " is another authority's",
                "the key that the authority was founded with is needed");
        return key;
    }

    /// Takes up the certificate that a higher authority issued on this one's request.
    ///
    /// @param shown the own certificate first, the trusted root last
    /// @throws PoyangException `BAD_CERTIFICATE` when it is not one for this authority that leads to the
    ///     root
    public void install(List<X509Certificate> shown, ActingOperator by) {
        locked(() -> {
            refuseUnless(
                    shown.size() >= 2
                            && CertificateView.of(shown.getFirst())
                                    .key()
                                    .equals(Optional.of(register.charter().key())),
                    CryptoErrors.BAD_CERTIFICATE,
                    "this chain does not begin with a certificate for this authority's key and end with a root",
                    "show the certificate issued on authority.csr.pem, then those above it, the root last");
            ChainValidation.validate(
                    shown.subList(0, shown.size() - 1),
                    shown.getLast(),
                    ChainValidation.Purpose.AUTHORITY,
                    RevocationView.notConsulted(),
                    clock.instant());
            CertificateView own = CertificateView.of(shown.getFirst());
            refuseUnless(
                    own.pathLength() == register.charter().level().pathLength(),
                    CryptoErrors.OUTSIDE_PROFILE,
                    own.who() + " is not one of a " + register.charter().level().word(),
                    "have it issued at the level that this authority was founded with");
            append("installed", Map.of("chain", Register.chainField(shown)), by);
            project();
            return true;
        });
    }

    // ---- operators ------------------------------------------------------------------------------

    /// Adds an operator; two who are there already must act.
    public void appoint(Operator newcomer, ActingOperator by, ActingOperator second) {
        staff("appointed " + newcomer.key().encoded().hex(), newcomer.name(), by, second, () -> {
            List<Operator> all = new ArrayList<>(operators());
            all.add(newcomer);
            checkStaff(all);
            return "appointed";
        });
    }

    /// Removes an operator; two others must act, and two must remain.
    public void dismiss(String name, ActingOperator by, ActingOperator second) {
        staff("dismissed", name, by, second, () -> {
            List<Operator> rest = operators().stream()
                    .filter(each -> !each.name().equals(name))
                    .toList();
            refuseUnless(
                    rest.size() < operators().size()
                            && !by.name().equals(name)
                            && !second.name().equals(name),
                    CryptoErrors.NO_OPERATOR,
                    "the operator \"" + name + "\" cannot be dismissed like this",
                    "two other operators dismiss one who is there");
            checkStaff(rest);
            return "dismissed";
        });
    }

    private void staff(
            String what, String name, ActingOperator by, ActingOperator second, Supplier<String> checkedEvent) {
        locked(() -> {
            checkActs(by);
            checkActs(second);
            refuseUnless(
                    !by.name().equals(second.name()),
                    CryptoErrors.SAME_PERSON,
                    "\"" + by.name() + "\" cannot be the second operator too",
                    "another operator must act with the first");
            String event = checkedEvent.get();
            Bytes previous = log.head();
            Map<String, String> fields = new java.util.TreeMap<>(Map.of(
                    "name",
                    name,
                    "second",
                    second.name(),
                    "previous",
                    previous.hex(),
                    "signature",
                    second.sign(Register.staffing(what, name, previous))
                            .encoded()
                            .hex()));
            if (event.equals("appointed")) {
                fields.put("key", what.substring("appointed ".length()));
            }
            append(event, fields, by);
            return true;
        });
    }

    public List<Operator> operators() {
        return register.operators().entrySet().stream()
                .map(each -> new Operator(each.getKey(), each.getValue()))
                .toList();
    }

    // ---- requests -------------------------------------------------------------------------------

    /// Submits an application; another operator must approve it.
    ///
    /// @return its number
    /// @throws PoyangException `OUTSIDE_PROFILE` when this authority could never issue it, `NO_OPERATOR`
    public int request(Application application, ActingOperator by) {
        return locked(() -> {
            new ProfileRules(register, clock.instant()).check(application);
            int number = register.requests().size() + 1;
            append("requested", Register.requested(number, application), by);
            return number;
        });
    }

    /// Submits an application to replace what was issued on request `number`.
    ///
    /// @param request for a new key; empty to certify the same key again
    /// @return the new request's number
    /// @throws PoyangException `WRONG_STATE` when there is nothing to renew
    public int renew(int number, Optional<CertificateRequest> request, int days, ActingOperator by) {
        RequestEntry old = requireRequest(number);
        Application before = old.application();
        return request(
                new Application(before.level(), request.orElse(before.request()), before.encryption(), days, number),
                by);
    }

    /// @throws PoyangException `SAME_PERSON` for the one who submitted it, `WRONG_STATE`, `NO_OPERATOR`
    public void approve(int number, ActingOperator by) {
        locked(() -> {
            RequestEntry entry = require(number, State.REQUESTED);
            refuseUnless(
                    !entry.requestedBy().equals(by.name()),
                    CryptoErrors.SAME_PERSON,
                    "\"" + by.name() + "\" submitted request " + number + " and cannot approve it",
                    "another operator must look at it and approve it");
            append("approved", Map.of("request", Integer.toString(number)), by);
            return true;
        });
    }

    /// @throws PoyangException `WRONG_STATE`, `NO_OPERATOR`
    public void reject(int number, String why, ActingOperator by) {
        locked(() -> {
            require(number, State.REQUESTED);
            append("rejected", Map.of("request", Integer.toString(number), "remark", why), by);
            return true;
        });
    }

    /// Issues what was approved: a certificate, or a pair, in one step.
    ///
    /// @param key the authority's, from {@link #key}
    /// @throws PoyangException `WRONG_STATE`, `OUTSIDE_PROFILE`, `BAD_CERTIFICATE` when the authority's own
    ///     certificate does not hold any more
    public Issued issue(int number, ActingOperator by, Sm2PrivateKey key, RandomSource random) {
        return locked(() -> {
            RequestEntry entry = require(number, State.APPROVED);
            new ProfileRules(register, clock.instant()).check(entry.application());
            X509Certificate own = requireOwn();
            checkKey(key);
            Application application = entry.application();
            List<X509Certificate> made = new ArrayList<>();
            List<Usage> usages = application.level().usages();
            made.add(write(own, key, application, application.request().publicKey(), usages.getFirst(), random));
            EnvelopedKey envelope = switch (application.encryption()) {
                case EncryptionKey.None() -> null;
                case EncryptionKey.MadeByHolder(CertificateRequest second) -> {
                    made.add(write(own, key, application, second.publicKey(), usages.getLast(), random));
                    yield null;
                }
                case EncryptionKey.MadeByAuthority() -> {
                    try (Sm2PrivateKey fresh = Sm2PrivateKey.generate(random)) {
                        made.add(write(own, key, application, fresh.publicKey(), usages.getLast(), random));
                        yield EnvelopedKey.seal(fresh, application.request().publicKey(), random);
                    }
                }
            };
            append("issued", Register.issued(number, made, envelope), by);
            project();
            return new Issued(made, Optional.ofNullable(envelope));
        });
    }

    private X509Certificate write(
            X509Certificate own,
            Sm2PrivateKey key,
            Application application,
            Sm2PublicKey bound,
            Usage usage,
            RandomSource random) {
        Validity wanted = validity(application.days(), application.level());
        Instant last = own.getNotAfter().toInstant();
        Validity validity = new Validity(wanted.from(), wanted.to().isAfter(last) ? last : wanted.to());
        Grant grant = new Grant(
                application.request().subject(),
                bound,
                application.level(),
                usage,
                usage == Usage.ENCRYPTION ? List.of() : ProfileRules.names(application),
                register.charter().listAddress(),
                validity);
        return CertificateWriter.issue(own, key, grant, random);
    }

    private Validity validity(int days, Level level) {
        Instant now = now();
        return new Validity(now, now.plus(days == 0 ? level.defaultValidity() : Duration.ofDays(days)));
    }

    // ---- revocation -----------------------------------------------------------------------------

    /// Takes certificates back; the next list says so.
    ///
    /// @param since not later than now
    /// @throws PoyangException `NO_SUCH_ENTRY`, `WRONG_STATE` when one is revoked already
    public void revoke(List<BigInteger> serials, RevocationReason reason, Instant since, ActingOperator by) {
        locked(() -> {
            refuseUnless(
                    !serials.isEmpty()
                            && !since.isAfter(clock.instant())
                            && reason != RevocationReason.CERTIFICATE_HOLD,
                    CryptoErrors.WRONG_STATE,
                    "this cannot be revoked like this",
                    "name certificates, a time that has come, and a reason other than suspension, which is not offered");
            for (BigInteger serial : serials) {
                CertificateEntry entry = requireCertificate(serial);
                refuseUnless(
                        entry.revocation().isEmpty(),
                        CryptoErrors.WRONG_STATE,
                        "the certificate " + serial.toString(16) + " was revoked before",
                        "nothing is left to do");
            }
            append("revoked", Register.revoked(serials, reason, since.truncatedTo(ChronoUnit.SECONDS)), by);
            return true;
        });
    }

    /// Signs a new full list of all that was revoked.
    ///
    /// @param holds until the next one is due; a second to 366 days
    public RevocationList list(Duration holds, ActingOperator by, Sm2PrivateKey key) {
        return locked(() -> {
            refuseUnless(
                    holds.toSeconds() >= 1 && holds.compareTo(LIST_MAX) <= 0,
                    CryptoErrors.OUTSIDE_PROFILE,
                    "a revocation list cannot hold for " + holds,
                    "a second to 366 days are possible");
            checkKey(key);
            Instant now = now();
            RevocationList list = RevocationList.write(
                    requireOwn(),
                    key,
                    register.lastList().add(BigInteger.ONE),
                    now,
                    now.plus(holds),
                    register.revocations());
            append("listed", Register.listed(list), by);
            files.write("crl.pem", list.toPem());
            return list;
        });
    }

    // ---- looking --------------------------------------------------------------------------------

    public Level level() {
        return register.charter().level();
    }

    public Subject subject() {
        return register.charter().subject();
    }

    /// The own certificate first, the root last; empty until it is installed.
    public List<X509Certificate> chain() {
        return register.chain();
    }

    public List<RequestEntry> requests() {
        return register.requests();
    }

    public List<CertificateEntry> certificates() {
        return register.certificates(clock.instant());
    }

    public Optional<CertificateEntry> certificate(BigInteger serial) {
        return register.certificate(serial, clock.instant());
    }

    /// The latest list of revocations; empty before the first, `BAD_REVOCATION_LIST` when `crl.pem` is another.
    public Optional<RevocationList> latestList() {
        if (register.lastList().signum() == 0) {
            return Optional.empty();
        }
        RevocationList list = RevocationList.fromPem(files.read("crl.pem"));
        refuseUnless(
                list.number().equals(register.lastList())
                        && list.fault(chain().getFirst()).isEmpty(),
                CryptoErrors.BAD_REVOCATION_LIST,
                "crl.pem in " + folder + " is not list " + register.lastList() + " of this authority",
                "sign a new list");
        return Optional.of(list);
    }

    /// The encryption key that was made on a request.
    public Optional<EnvelopedKey> envelope(int request) {
        return register.envelope(request);
    }

    /// The hash that stands for the whole log; who keeps it elsewhere notices lines that go missing.
    public Bytes logHead() {
        return log.head();
    }

    // ---- within ---------------------------------------------------------------------------------

    private RequestEntry requireRequest(int number) {
        return register.request(number)
                .orElseThrow(() -> new PoyangException(
                        CryptoErrors.NO_SUCH_ENTRY,
                        "there is no request " + number,
                        register.requests().size() + " were submitted"));
    }

    private RequestEntry require(int number, State wanted) {
        RequestEntry entry = requireRequest(number);
        refuseUnless(
                entry.state() == wanted,
                CryptoErrors.WRONG_STATE,
                "request " + number + " is " + entry.state().word(),
                "one that is " + wanted.word() + " is needed");
        return entry;
    }

    private CertificateEntry requireCertificate(BigInteger serial) {
        return certificate(serial)
                .orElseThrow(() -> new PoyangException(
                        CryptoErrors.NO_SUCH_ENTRY,
                        "this authority issued no certificate " + serial.toString(16),
                        "a serial that its list shows is needed"));
    }

    private X509Certificate requireOwn() {
        refuseUnless(
                !chain().isEmpty(),
                CryptoErrors.WRONG_STATE,
                "this authority has no certificate yet",
                "have authority.csr.pem certified and install the answer");
        List<X509Certificate> chain = chain();
        ChainValidation.validate(
                chain.size() == 1 ? chain : chain.subList(0, chain.size() - 1),
                chain.getLast(),
                ChainValidation.Purpose.AUTHORITY,
                RevocationView.notConsulted(),
                clock.instant());
        return chain.getFirst();
    }

    private void checkKey(Sm2PrivateKey key) {
        refuseUnless(
                key.publicKey().equals(register.charter().key()),
                CryptoErrors.BAD_KEY,
                "this is not the authority's key",
                "the key in its folder is needed");
    }

    private void checkActs(ActingOperator by) {
        refuseUnless(
                Optional.of(by.operator().key())
                        .equals(Optional.ofNullable(register.operators().get(by.name()))),
                CryptoErrors.NO_OPERATOR,
                "\"" + by.name() + "\" with this key is no operator of this authority",
                "its operators are " + String.join(", ", register.operators().keySet()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private void append(String event, Map<String, String> fields, ActingOperator by) {
        if (register.isFounded()) {
            checkActs(by);
        }
        IssuanceLog.Line line = log.draft(now(), event, fields, by);
        try {
            // The books take the line before the disk does: what does not fit them is never written.
            register.apply(line);
            log.append(line);
        } catch (PoyangException e) {
            reload();
            throw e;
        }
    }

    private <T> T locked(Supplier<T> work) {
        return files.locked(() -> {
            if (!log.isCurrent()) {
                reload();
            }
            return work.get();
        });
    }

    private void reload() {
        log = IssuanceLog.read(folder.resolve("log"));
        register = Register.replay(log);
    }

    /// Writes what is missing of the files that repeat the log.
    private void project() {
        if (!chain().isEmpty()) {
            files.write("authority.pem", Certificates.toPem(chain()));
        }
        for (CertificateEntry entry : certificates()) {
            files.writeOnce(
                    "issued/" + entry.serial().toString(16) + ".pem",
                    Certificates.toPem(issuedChain(entry.certificate())));
        }
    }

    /// A certificate of this authority with those above it, without the root.
    public List<X509Certificate> issuedChain(X509Certificate certificate) {
        List<X509Certificate> whole = new ArrayList<>(List.of(certificate));
        whole.addAll(chain().subList(0, Math.max(0, chain().size() - 1)));
        return whole;
    }

    private static void refuseUnless(boolean good, ErrorCode code, String wrong, String right) {
        if (!good) {
            throw new PoyangException(code, wrong, right);
        }
    }
}
