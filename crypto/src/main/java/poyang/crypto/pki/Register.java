package poyang.crypto.pki;

import java.math.BigInteger;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Certificates;
import poyang.crypto.Sm2PublicKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// An authority's books: what its log amounts to. Each line is checked against the lines before it, down
/// to the operator's signature; what does not fit is a broken log.
final class Register {
    private @Nullable Charter charter;
    private final Map<String, Sm2PublicKey> operators = new TreeMap<>();
    private final List<X509Certificate> chain = new ArrayList<>();
    private final Map<Integer, RequestEntry> requests = new TreeMap<>();
    private final Map<BigInteger, Held> certificates = new LinkedHashMap<>();
    private final Map<BigInteger, RevocationList.Entry> revoked = new TreeMap<>();
    private final Map<Integer, EnvelopedKey> envelopes = new TreeMap<>();
    private BigInteger lastList = BigInteger.ZERO;

    /// What an authority was founded as.
    record Charter(Level level, Subject subject, Sm2PublicKey key, String listAddress) {}

    private record Held(X509Certificate certificate, Usage usage, int request) {}

    static Register replay(IssuanceLog log) {
        Register register = new Register();
        log.lines().forEach(register::apply);
        return register;
    }

    void apply(IssuanceLog.Line line) {
        try {
            switch (line.event()) {
                case "founded" -> found(line);
                case "installed" -> install(line);
                case "appointed" -> appoint(line);
                case "dismissed" -> dismiss(line);
                case "requested" -> request(line);
                case "approved" -> decide(line, State.APPROVED);
                case "rejected" -> decide(line, State.REJECTED);
                case "issued" -> issue(line);
                case "revoked" -> revoke(line);
                case "listed" -> list(line);
                default -> throw broken(line, "the event " + line.event() + " is unknown");
            }
        } catch (IllegalArgumentException | NullPointerException | IndexOutOfBoundsException e) {
            throw broken(line, "its fields are malformed");
        }
    }

    private static PoyangException broken(IssuanceLog.Line line, String why) {
        return IssuanceLog.broken(line.number(), why);
    }

    private static void need(IssuanceLog.Line line, boolean good, String why) {
        if (!good) {
            throw broken(line, why);
        }
    }

    // ---- one event each -------------------------------------------------------------------------

    static Map<String, String> founded(Charter charter, List<Operator> operators, List<X509Certificate> chain) {
        Map<String, String> fields = new TreeMap<>();
        fields.put("level", charter.level().word());
        fields.put("country", charter.subject().country());
        fields.put("organisation", charter.subject().organisation());
        fields.put("unit", charter.subject().unit());
        fields.put("name", charter.subject().commonName());
        fields.put("key", charter.key().encoded().hex());
        fields.put("list", charter.listAddress());
        fields.put("chain", encode(chain));
        fields.put(
                "operators",
                String.join(
                        ",",
                        operators.stream()
                                .map(each ->
                                        each.name() + ":" + each.key().encoded().hex())
                                .toList()));
        return fields;
    }

    private void found(IssuanceLog.Line line) {
        need(line, charter == null, "the authority was founded before");
        Sm2PublicKey key = key(line.field("key"));
        need(line, line.signedBy(key), "its signature is not the authority's");
        charter = new Charter(
                Level.named(line.field("level")).orElseThrow(IllegalArgumentException::new),
                new Subject(line.field("country"), line.field("organisation"), line.field("unit"), line.field("name")),
                key,
                line.field("list"));
        for (String each : line.field("operators").split(",", -1)) {
            String[] pair = each.split(":", 2);
            Operator operator = new Operator(pair[0], key(pair[1]));
            need(line, operators.put(operator.name(), operator.key()) == null, "an operator is there twice");
        }
        chain.addAll(decode(line.field("chain")));
    }

    private static Sm2PublicKey key(String hex) {
        return Sm2PublicKey.decode(Bytes.fromHex(hex).toArray());
    }

    private void install(IssuanceLog.Line line) {
        signed(line);
        chain.clear();
        chain.addAll(decode(line.field("chain")));
    }

    /// The message that the second operator signs when operators come or go.
    static byte[] staffing(String what, String name, Bytes previous) {
        return ("poyang-ca-staff-1 " + what + " " + name + " " + previous.hex())
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private void appoint(IssuanceLog.Line line) {
        String name = line.field("name");
        String key = line.field("key");
        seconded(line, "appointed " + key, name);
        need(line, operators.put(new Operator(name, key(key)).name(), key(key)) == null, "the operator was there");
    }

    private void dismiss(IssuanceLog.Line line) {
        String name = line.field("name");
        seconded(line, "dismissed", name);
        need(line, operators.remove(name) != null, "there was no such operator");
    }

    private void seconded(IssuanceLog.Line line, String what, String name) {
        signed(line);
        String second = line.field("second");
        Sm2PublicKey key = operators.get(second);
        need(
                line,
                key != null
                        && !second.equals(line.operator())
                        && key.verify(
                                staffing(what, name, Bytes.fromHex(line.field("previous"))),
                                poyang.crypto.Signature.decode(
                                        Bytes.fromHex(line.field("signature")).toArray())),
                "no second operator stands behind it");
    }

    static Map<String, String> requested(int number, Application application) {
        Map<String, String> fields = new TreeMap<>();
        fields.put("request", Integer.toString(number));
        fields.put("level", application.level().word());
        fields.put("csr", base64(application.request().encoded()));
        fields.put("days", Integer.toString(application.days()));
        fields.put("renews", Integer.toString(application.renews()));
        fields.put(
                "encryption",
                switch (application.encryption()) {
                    case EncryptionKey.None() -> "none";
                    case EncryptionKey.MadeByAuthority() -> "authority";
                    case EncryptionKey.MadeByHolder(CertificateRequest second) -> base64(second.encoded());
                });
        return fields;
    }

    private void request(IssuanceLog.Line line) {
        signed(line);
        int number = Integer.parseInt(line.field("request"));
        need(line, number == requests.size() + 1, "its number does not follow");
        String encryption = line.field("encryption");
        Application application = new Application(
                Level.named(line.field("level")).orElseThrow(IllegalArgumentException::new),
                CertificateRequest.decode(bytes(line.field("csr"))),
                switch (encryption) {
                    case "none" -> new EncryptionKey.None();
                    case "authority" -> new EncryptionKey.MadeByAuthority();
                    default -> new EncryptionKey.MadeByHolder(CertificateRequest.decode(bytes(encryption)));
                },
                Integer.parseInt(line.field("days")),
                Integer.parseInt(line.field("renews")));
        requests.put(
                number,
                new RequestEntry(
                        number,
                        application,
                        State.REQUESTED,
                        line.operator(),
                        line.at(),
                        RequestEntry.Decision.NONE,
                        List.of()));
    }

    private void decide(IssuanceLog.Line line, State next) {
        signed(line);
        RequestEntry entry = entry(line, State.REQUESTED);
        need(
                line,
                next == State.REJECTED || !entry.requestedBy().equals(line.operator()),
                "the one who submitted the request approved it");
        requests.put(
                entry.number(),
                entry.decided(next, line.operator(), line.fields().getOrDefault("remark", "")));
    }

    private RequestEntry entry(IssuanceLog.Line line, State wanted) {
        RequestEntry entry = requests.get(Integer.parseInt(line.field("request")));
        if (entry == null || entry.state() != wanted) {
            throw broken(line, "its request is not " + wanted.word());
        }
        return entry;
    }

    static Map<String, String> issued(int number, List<X509Certificate> made, @Nullable EnvelopedKey envelope) {
        Map<String, String> fields = new TreeMap<>();
        fields.put("request", Integer.toString(number));
        fields.put("certificates", encode(made));
        if (envelope != null) {
            fields.put("envelope", base64(envelope.encoded()));
        }
        return fields;
    }

    private void issue(IssuanceLog.Line line) {
        signed(line);
        RequestEntry entry = entry(line, State.APPROVED);
        List<X509Certificate> made = decode(line.field("certificates"));
        List<Usage> usages = entry.application().level().usages();
        need(line, made.size() <= usages.size() && !made.isEmpty(), "it has a wrong number of certificates");
        for (int i = 0; i < made.size(); i++) {
            Held held = new Held(made.get(i), usages.get(i), entry.number());
            need(line, certificates.put(held.certificate().getSerialNumber(), held) == null, "a serial is there twice");
        }
        String envelope = line.fields().get("envelope");
        if (envelope != null) {
            envelopes.put(entry.number(), EnvelopedKey.decode(bytes(envelope)));
        }
        requests.put(
                entry.number(),
                entry.issued(made.stream().map(X509Certificate::getSerialNumber).toList()));
        requests.computeIfPresent(entry.application().renews(), (_, old) -> old.renewed());
    }

    static Map<String, String> revoked(List<BigInteger> serials, RevocationReason reason, Instant since) {
        return Map.of(
                "serials",
                String.join(",", serials.stream().map(each -> each.toString(16)).toList()),
                "reason",
                reason.word(),
                "since",
                since.toString());
    }

    private void revoke(IssuanceLog.Line line) {
        signed(line);
        for (String hex : line.field("serials").split(",", -1)) {
            BigInteger serial = new BigInteger(hex, 16);
            need(line, certificates.containsKey(serial), "it revokes what was never issued");
            RevocationList.Entry entry = new RevocationList.Entry(
                    serial,
                    Instant.parse(line.field("since")),
                    RevocationReason.named(line.field("reason")).orElseThrow(IllegalArgumentException::new));
            need(line, revoked.put(serial, entry) == null, "it revokes a certificate again");
        }
    }

    static Map<String, String> listed(RevocationList list) {
        return Map.of("list", list.number().toString(), "crl", base64(list.encoded()));
    }

    private void list(IssuanceLog.Line line) {
        signed(line);
        BigInteger number = new BigInteger(line.field("list"));
        need(line, number.equals(lastList.add(BigInteger.ONE)), "its number does not follow");
        lastList = number;
    }

    private void signed(IssuanceLog.Line line) {
        Sm2PublicKey key = operators.get(line.operator());
        need(line, key != null, "there is no operator " + line.operator());
        need(line, line.signedBy(Objects.requireNonNull(key)), "its signature is not " + line.operator() + "'s");
    }

    // ---- encodings ------------------------------------------------------------------------------

    private static String base64(Bytes bytes) {
        return Base64.getEncoder().encodeToString(bytes.toArray());
    }

    private static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64);
    }

    private static String encode(List<X509Certificate> list) {
        return String.join(
                ",",
                list.stream()
                        .map(each -> Base64.getEncoder().encodeToString(Certificates.encoded(each)))
                        .toList());
    }

    static List<X509Certificate> decode(String list) {
        return list.isEmpty()
                ? List.of()
                : Stream.of(list.split(",", -1))
                        .map(each -> Certificates.decode(bytes(each)))
                        .toList();
    }

    static String chainField(List<X509Certificate> chain) {
        return encode(chain);
    }

    // ---- what the books say ---------------------------------------------------------------------

    boolean isFounded() {
        return charter != null;
    }

    Charter charter() {
        return Objects.requireNonNull(charter, "founded");
    }

    /// By name.
    Map<String, Sm2PublicKey> operators() {
        return operators;
    }

    /// The own certificate first, the root last; empty until it is installed.
    List<X509Certificate> chain() {
        return List.copyOf(chain);
    }

    List<RequestEntry> requests() {
        return List.copyOf(requests.values());
    }

    Optional<RequestEntry> request(int number) {
        return Optional.ofNullable(requests.get(number));
    }

    List<CertificateEntry> certificates(Instant now) {
        return certificates.values().stream().map(held -> entry(held, now)).toList();
    }

    Optional<CertificateEntry> certificate(BigInteger serial, Instant now) {
        return Optional.ofNullable(certificates.get(serial)).map(held -> entry(held, now));
    }

    private CertificateEntry entry(Held held, Instant now) {
        RevocationList.Entry revocation = revoked.get(held.certificate().getSerialNumber());
        RequestEntry request = Objects.requireNonNull(requests.get(held.request()));
        State state;
        if (revocation != null) {
            state = State.REVOKED;
        } else if (now.isAfter(held.certificate().getNotAfter().toInstant())) {
            state = State.EXPIRED;
        } else {
            state = request.state();
        }
        return new CertificateEntry(
                held.certificate(),
                request.application().level(),
                held.usage(),
                held.request(),
                state,
                Optional.ofNullable(revocation));
    }

    List<RevocationList.Entry> revocations() {
        return List.copyOf(revoked.values());
    }

    Optional<EnvelopedKey> envelope(int request) {
        return Optional.ofNullable(envelopes.get(request));
    }

    BigInteger lastList() {
        return lastList;
    }
}
