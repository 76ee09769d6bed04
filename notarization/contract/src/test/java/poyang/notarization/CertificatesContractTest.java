package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import poyang.chain.contract.AccountDirectory;
import poyang.chain.contract.AccountErrors;
import poyang.chain.contract.ContractRejection;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.Revocations;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.RandomSource;
import poyang.simulation.Property;
import poyang.wire.schema.CertificateAuthority;
import poyang.wire.schema.CertificateKey;
import poyang.wire.schema.CertificateStatus;
import poyang.wire.schema.CertificateStatusList;
import poyang.wire.schema.IssuerKey;
import poyang.wire.schema.NameCertificateRequest;
import poyang.wire.schema.RegisterAuthorityRequest;
import poyang.wire.schema.ReportCrl;
import poyang.wire.schema.ReportIssued;
import poyang.wire.schema.RevocationReason;
import poyang.wire.schema.RevokeRequest;
import poyang.wire.schema.Role;

/// The status of certificates: which authorities are known, who reports and revokes, and that an account
/// whose certificate is revoked is barred from the next block on.
final class CertificatesContractTest {
    private static final Validity LONG = new Validity(Instant.EPOCH, Instant.ofEpochSecond(4_000_000_000L));
    private static final String CITY = "a/authority";
    private static final String PROVINCE = "supervision/authority";
    private static final AccountDirectory ACCOUNTS = new AccountsContract();

    private final RandomSource random = new SeededRandom(new byte[32], "certificates-test");
    private final Authority root = Certificates.root("Jiangxi", Sm2PrivateKey.generate(random), LONG, random);
    private final Authority city = root.issuer("Nanchang", Sm2PrivateKey.generate(random), LONG, random);
    private final ByteString rootName = ChainBytes.of(Revocations.issuerHash(root.certificate()));
    private final ByteString cityName = ChainBytes.of(Revocations.issuerHash(city.certificate()));

    private static void refused(ErrorCode code, Runnable call) {
        ContractRejection thrown = assertThrows(ContractRejection.class, call::run);
        assertEquals(code, thrown.code(), thrown.getMessage());
    }

    private static ByteString der(X509Certificate certificate) {
        try {
            return ByteString.copyFrom(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    private static RegisterAuthorityRequest registration(Authority authority, String account) {
        return RegisterAuthorityRequest.newBuilder()
                .setCertificate(der(authority.certificate()))
                .setAccount(account)
                .build();
    }

    /// Root and city are registered.
    private Chain trusting() {
        Chain chain = Chain.peopled();
        byte[] _ =
                chain.call("supervision/supervisor", "Certificates", "RegisterAuthority", registration(root, PROVINCE));
        byte[] _ = chain.call(CITY, "Certificates", "RegisterAuthority", registration(city, ""));
        return chain;
    }

    private static CertificateKey key(ByteString issuer, int serial) {
        return CertificateKey.newBuilder()
                .setIssuer(issuer)
                .setSerial(ByteString.copyFrom(new byte[] {(byte) serial}))
                .build();
    }

    private static ByteString hash(int serial) {
        return Collisions.hash("certificate " + serial);
    }

    private ReportIssued issued(int serial) {
        return ReportIssued.newBuilder()
                .setCertificate(key(cityName, serial))
                .setCertificateHash(hash(serial))
                .setNotBeforeSeconds(1)
                .setNotAfterSeconds(2_000_000_000)
                .setKeyUsage(1)
                .build();
    }

    private static RevokeRequest revocation(CertificateKey key) {
        return RevokeRequest.newBuilder()
                .setCertificate(key)
                .setReason(RevocationReason.KEY_COMPROMISE)
                .build();
    }

    private static NameCertificateRequest naming(String account, int serial) {
        return NameCertificateRequest.newBuilder()
                .setAccount(account)
                .setCertificateHash(hash(serial))
                .build();
    }

    private static CertificateStatus status(Chain chain, CertificateKey key) {
        try {
            return CertificateStatus.parseFrom(chain.read("b/analyst", "Certificates", "Status", key));
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<ContractRejection> barred(Chain chain, String account, long height) {
        return ACCOUNTS.barred(account, height, chain.view("poyang.v1.Accounts"));
    }

    private static CertificateKey own(Authority authority, ByteString parent) {
        byte[] serial = authority.certificate().getSerialNumber().toByteArray();
        int sign = serial[0] == 0 ? 1 : 0;
        return CertificateKey.newBuilder()
                .setIssuer(parent)
                .setSerial(ByteString.copyFrom(serial, sign, serial.length - sign))
                .build();
    }

    @Test
    void authoritiesAreKnownOnlyUnderARegisteredRoot() throws Exception {
        Chain chain = Chain.peopled();
        refused(
                NotarizationErrors.AUTHORITY_NOT_TRUSTED,
                () -> chain.call(CITY, "Certificates", "RegisterAuthority", registration(city, "")));
        for (String sender : List.of(CITY, PROVINCE, "a/administrator")) {
            refused(
                    NotarizationErrors.NOT_ALLOWED,
                    () -> chain.call(sender, "Certificates", "RegisterAuthority", registration(root, "")));
        }
        refused(
                NotarizationErrors.NOT_FOUND,
                () -> chain.call(
                        "supervision/supervisor", "Certificates", "RegisterAuthority", registration(root, "a/owner")));
        byte[] answer =
                chain.call("supervision/supervisor", "Certificates", "RegisterAuthority", registration(root, PROVINCE));
        CertificateAuthority made = CertificateAuthority.parseFrom(answer);
        assertEquals(rootName, made.getIssuer());
        assertEquals(rootName, made.getParent());
        assertEquals(0b110_0000, made.getKeyUsage());
        assertTrue(made.getSubject().contains("Jiangxi"), made.getSubject());
        for (String sender : List.of("b/owner", "a/administrator")) {
            refused(
                    NotarizationErrors.NOT_ALLOWED,
                    () -> chain.call(sender, "Certificates", "RegisterAuthority", registration(city, "")));
        }
        byte[] _ = chain.call(CITY, "Certificates", "RegisterAuthority", registration(city, ""));
        refused(
                NotarizationErrors.NOT_ALLOWED,
                () -> chain.call("b/authority", "Certificates", "RegisterAuthority", registration(city, "")));
        // The city's certificate allows no authority under it, and a leaf is none.
        Authority under = city.issuer("District", Sm2PrivateKey.generate(random), LONG, random);
        refused(
                NotarizationErrors.AUTHORITY_NOT_TRUSTED,
                () -> chain.call(CITY, "Certificates", "RegisterAuthority", registration(under, "")));
        ByteString leaf = der(city.leaf("node", Sm2PrivateKey.generate(random).publicKey(), LONG, random));
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(
                        CITY,
                        "Certificates",
                        "RegisterAuthority",
                        RegisterAuthorityRequest.newBuilder()
                                .setCertificate(leaf)
                                .build()));
    }

    @Test
    void aCertificateWithAnyByteChangedIsRefused() {
        Chain chain = Chain.peopled();
        byte[] _ =
                chain.call("supervision/supervisor", "Certificates", "RegisterAuthority", registration(root, PROVINCE));
        byte[] right = der(city.certificate()).toByteArray();
        SplittableRandom dice = new SplittableRandom(7);
        for (int i = 0; i < right.length; i++) {
            byte[] wrong = right.clone();
            wrong[i] ^= (byte) (1 << dice.nextInt(8));
            RegisterAuthorityRequest request = RegisterAuthorityRequest.newBuilder()
                    .setCertificate(ByteString.copyFrom(wrong))
                    .build();
            ContractRejection thrown = assertThrows(
                    ContractRejection.class,
                    () -> chain.call(CITY, "Certificates", "RegisterAuthority", request),
                    "byte " + i);
            assertTrue(
                    Set.of(NotarizationErrors.BAD_ARGUMENTS, NotarizationErrors.AUTHORITY_NOT_TRUSTED)
                            .contains(thrown.code()),
                    thrown.getMessage());
        }
    }

    @Test
    void onlyTheAuthoritysAccountReportsAndSupervisorsMayRevoke() {
        TreeMap<String, Set<String>> allowed = new TreeMap<>();
        TreeMap<String, Message> requests = new TreeMap<>();
        allowed.put("ReportIssue", Set.of(CITY));
        requests.put("ReportIssue", issued(1));
        allowed.put("Revoke", Set.of(CITY, "supervision/supervisor", "b/supervisor", "a/supervisor", "c/supervisor"));
        requests.put("Revoke", revocation(key(cityName, 1)));
        allowed.put("ReportList", Set.of(CITY));
        requests.put("ReportList", crl(1));
        requests.forEach((method, request) -> {
            for (String organisation : List.of("a", "b", "c", "supervision")) {
                for (Role role : Role.values()) {
                    if (role != Role.ROLE_UNSPECIFIED && role != Role.UNRECOGNIZED) {
                        String sender = organisation + "/" + Chain.name(role);
                        Chain chain = trusting();
                        if (allowed.getOrDefault(method, Set.of()).contains(sender)) {
                            byte[] _ = chain.call(sender, "Certificates", method, request);
                        } else {
                            refused(
                                    NotarizationErrors.NOT_ALLOWED,
                                    () -> chain.call(sender, "Certificates", method, request));
                        }
                    }
                }
            }
        });
    }

    private ReportCrl crl(long number) {
        return ReportCrl.newBuilder()
                .setIssuer(cityName)
                .setNumber(number)
                .setCrlHash(Collisions.hash("list"))
                .setThisUpdateSeconds(1)
                .setNextUpdateSeconds(2)
                .build();
    }

    @Test
    void aCertificateIsReportedOnceAndRevokedForGood() throws Exception {
        Chain chain = trusting();
        assertFalse(status(chain, key(cityName, 1)).hasIssued());
        byte[] _ = chain.call(CITY, "Certificates", "ReportIssue", issued(1));
        refused(NotarizationErrors.EXISTS, () -> chain.call(CITY, "Certificates", "ReportIssue", issued(1)));
        assertEquals(issued(1), status(chain, key(cityName, 1)).getIssued());
        assertFalse(status(chain, key(cityName, 1)).hasRevocation());
        RevokeRequest future = revocation(key(cityName, 1)).toBuilder()
                .setSinceSeconds(chain.millis / 1000 + 10)
                .build();
        refused(NotarizationErrors.BAD_ARGUMENTS, () -> chain.call(CITY, "Certificates", "Revoke", future));
        byte[] answer = chain.call(CITY, "Certificates", "Revoke", revocation(key(cityName, 1)));
        CertificateStatus kept = CertificateStatus.parseFrom(answer);
        assertEquals(kept, status(chain, key(cityName, 1)));
        assertEquals(chain.height, kept.getRevocation().getHeight());
        assertEquals(chain.millis / 1000, kept.getRevocation().getSinceSeconds());
        assertEquals("certificates.revoked", chain.events.getLast().topic());
        refused(
                NotarizationErrors.ALREADY_REVOKED,
                () -> chain.call(CITY, "Certificates", "Revoke", revocation(key(cityName, 1))));
        byte[] _ = chain.call(CITY, "Certificates", "Revoke", revocation(key(cityName, 2)));
        refused(NotarizationErrors.ALREADY_REVOKED, () -> chain.call(CITY, "Certificates", "ReportIssue", issued(2)));
        assertEquals(
                2,
                CertificateStatusList.parseFrom(chain.read(
                                "c/owner",
                                "Certificates",
                                "Revoked",
                                IssuerKey.newBuilder().setIssuer(cityName).build()))
                        .getCertificatesCount());
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> chain.call(CITY, "Certificates", "Revoke", revocation(key(cityName, 0))));
        byte[] _ = chain.call(CITY, "Certificates", "ReportList", crl(5));
        for (long number : List.of(5L, 4L, 0L, -1L)) {
            refused(NotarizationErrors.NOT_FRESH, () -> chain.call(CITY, "Certificates", "ReportList", crl(number)));
        }
    }

    @Test
    void anAccountIsBarredFromTheBlockAfterItsCertificatesRevocation() {
        Chain chain = trusting();
        refused(
                NotarizationErrors.NOT_FOUND,
                () -> chain.call("a/owner", "Accounts", "NameCertificate", naming("a/owner", 1)));
        for (int serial = 1; serial <= 3; serial++) {
            byte[] _ = chain.call(CITY, "Certificates", "ReportIssue", issued(serial));
        }
        byte[] _ = chain.call("a/owner", "Accounts", "NameCertificate", naming("a/owner", 1));
        refused(
                NotarizationErrors.NOT_ALLOWED,
                () -> chain.call("a/owner", "Accounts", "NameCertificate", naming("a/owner", 2)));
        refused(
                NotarizationErrors.NOT_ALLOWED,
                () -> chain.call("b/administrator", "Accounts", "NameCertificate", naming("a/owner", 2)));
        byte[] _ = chain.call(CITY, "Certificates", "Revoke", revocation(key(cityName, 1)));
        long at = chain.height;
        assertEquals(Optional.empty(), barred(chain, "a/owner", at));
        ContractRejection why = barred(chain, "a/owner", at + 1).orElseThrow();
        assertEquals(AccountErrors.CERTIFICATE_REVOKED, why.code());
        assertTrue(why.wrong().contains("block " + at + " (KEY_COMPROMISE)"), why.wrong());
        assertEquals(Optional.empty(), barred(chain, "b/owner", at + 1));
        refused(
                NotarizationErrors.ALREADY_REVOKED,
                () -> chain.call("a/administrator", "Accounts", "NameCertificate", naming("a/owner", 1)));
        byte[] _ = chain.call("a/administrator", "Accounts", "NameCertificate", naming("a/owner", 2));
        assertEquals(Optional.empty(), barred(chain, "a/owner", chain.height + 1));
        // The authority above falls, and everything under it.
        byte[] _ = chain.call(PROVINCE, "Certificates", "Revoke", revocation(own(city, rootName)));
        assertTrue(barred(chain, "a/owner", chain.height + 1).isPresent());
        refused(
                NotarizationErrors.AUTHORITY_NOT_TRUSTED,
                () -> chain.call(CITY, "Certificates", "RegisterAuthority", registration(city, "")));
        refused(
                NotarizationErrors.ALREADY_REVOKED,
                () -> chain.call("a/analyst", "Accounts", "NameCertificate", naming("a/analyst", 3)));
    }

    @Test
    void randomReportsAndRevocationsBarWhomTheModelBars() {
        Property.seeds(40).check(seed -> {
            SplittableRandom dice = new SplittableRandom(seed);
            Chain chain = trusting();
            TreeMap<Integer, Long> revoked = new TreeMap<>();
            TreeMap<Integer, Long> issued = new TreeMap<>();
            TreeMap<String, Integer> named = new TreeMap<>();
            for (int step = 0; step < 60; step++) {
                int serial = 1 + dice.nextInt(5);
                String account = List.of("a/owner", "a/analyst", "a/executor").get(dice.nextInt(3));
                switch (dice.nextInt(3)) {
                    case 0 -> {
                        boolean may = !issued.containsKey(serial) && !revoked.containsKey(serial);
                        assertEquals(may, done(chain, CITY, "Certificates", "ReportIssue", issued(serial)));
                        if (may) {
                            issued.put(serial, chain.height);
                        }
                    }
                    case 1 -> {
                        boolean may = dice.nextInt(3) == 0 && !revoked.containsKey(serial);
                        if (may) {
                            assertTrue(done(chain, CITY, "Certificates", "Revoke", revocation(key(cityName, serial))));
                            revoked.put(serial, chain.height);
                        }
                    }
                    default -> {
                        boolean may = issued.containsKey(serial) && !revoked.containsKey(serial);
                        assertEquals(
                                may,
                                done(chain, "a/administrator", "Accounts", "NameCertificate", naming(account, serial)));
                        if (may) {
                            named.put(account, serial);
                        }
                    }
                }
                for (String each : List.of("a/owner", "a/analyst", "a/executor")) {
                    Long since = named.containsKey(each) ? revoked.get(named.get(each)) : null;
                    for (long height = chain.height; height < chain.height + 3; height++) {
                        boolean out = since != null && since < height;
                        assertEquals(out, barred(chain, each, height).isPresent(), each + " at " + height);
                    }
                }
            }
        });
    }

    private static boolean done(Chain chain, String sender, String contract, String method, Message request) {
        try {
            byte[] _ = chain.call(sender, contract, method, request);
            return true;
        } catch (ContractRejection e) {
            return false;
        }
    }

    @Test
    void issuersAreNamedAcrossRenewals() {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        Bytes first =
                Revocations.issuerHash(root.issuer("Ganzhou", key, LONG, random).certificate());
        Bytes renewed =
                Revocations.issuerHash(root.issuer("Ganzhou", key, LONG, random).certificate());
        Bytes other = Revocations.issuerHash(root.issuer("Ganzhou", Sm2PrivateKey.generate(random), LONG, random)
                .certificate());
        assertEquals(first, renewed);
        assertFalse(first.equals(other));
        assertEquals("revoked since 1970-01-01T00:00:05Z (key compromise)", new Revocations.Revocation(1, 5).words());
    }
}
