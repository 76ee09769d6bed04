package poyang.notarization;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import poyang.chain.contract.Account;
import poyang.chain.contract.Account.Role;
import poyang.chain.contract.CallContext;
import poyang.chain.contract.CertificateDirectory;
import poyang.chain.contract.ContractEvent;
import poyang.chain.contract.ContractState;
import poyang.chain.contract.ReadableState;
import poyang.crypto.AuthorityCertificate;
import poyang.crypto.Revocations;
import poyang.kernel.Bytes;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.CertificateAuthority;
import poyang.wire.schema.CertificateAuthorityList;
import poyang.wire.schema.CertificateKey;
import poyang.wire.schema.CertificateStatus;
import poyang.wire.schema.CertificateStatusList;
import poyang.wire.schema.Empty;
import poyang.wire.schema.IssuerKey;
import poyang.wire.schema.RegisterAuthorityRequest;
import poyang.wire.schema.ReportCrl;
import poyang.wire.schema.ReportIssued;
import poyang.wire.schema.RevocationReason;
import poyang.wire.schema.RevokeRequest;
import poyang.wire.schema.StoredCrl;
import poyang.wire.schema.StoredRevocation;

/// The status of certificates. State, all names in hexadecimal: `authority/ISSUER` →
/// CertificateAuthority, `certificate/ISSUER/SERIAL` → CertificateStatus, `hash/SM3` → CertificateKey of a
/// reported certificate, `list/ISSUER` → StoredCrl (the latest).
public final class CertificatesContract extends ServiceContract implements CertificateDirectory {
    static final String NAME = "poyang.v1.Certificates";
    private static final int CERTIFICATE_BYTES_MAX = 8192;
    private static final int SERIAL_BYTES_MAX = 20;
    private static final int DEEPEST = 8;

    public CertificatesContract() {
        super(NAME);
        call("RegisterAuthority", RegisterAuthorityRequest.parser(), CertificatesContract::register);
        call("ReportIssue", ReportIssued.parser(), CertificatesContract::issue);
        call("Revoke", RevokeRequest.parser(), CertificatesContract::revoke);
        call("ReportList", ReportCrl.parser(), CertificatesContract::list);
        read("Status", CertificateKey.parser(), (key, _, state) -> {
            checked(key);
            return status(state, key)
                    .orElseGet(() ->
                            CertificateStatus.newBuilder().setCertificate(key).build());
        });
        read(
                "Revoked",
                IssuerKey.parser(),
                (key, _, state) -> CertificateStatusList.newBuilder()
                        .addAllCertificates(all(state, under(key), CertificateStatus.parser()).stream()
                                .filter(CertificateStatus::hasRevocation)
                                .toList())
                        .build());
        read(
                "Authorities",
                Empty.parser(),
                (_, _, state) -> CertificateAuthorityList.newBuilder()
                        .addAllAuthorities(all(state, "authority/", CertificateAuthority.parser()))
                        .build());
        read(
                "LatestList",
                IssuerKey.parser(),
                (key, _, state) ->
                        need(state, "list/" + ChainBytes.hex(key.getIssuer()), StoredCrl.parser(), "revocation list"));
    }

    // ---- authorities ----------------------------------------------------------------------------

    private static CertificateAuthority register(
            RegisterAuthorityRequest asked, CallContext context, ContractState state) {
        Account sender = context.sender();
        AuthorityCertificate certificate = certificate(asked.getCertificate());
        boolean high = sender.isGenesis() || sender.has(Role.SUPERVISOR);
        String operator = asked.getAccount().isEmpty() ? sender.id() : asked.getAccount();
        Rules.allowed(
                high || !certificate.isRoot() && sender.has(Role.AUTHORITY) && operator.equals(sender.id()),
                sender,
                "a supervisor registers roots; an account of the role AUTHORITY registers its own authority under"
                        + " a registered one");
        AccountRecord account = AccountsContract.record(state.of(AccountsContract.NAME), operator)
                .filter(record -> record.getRolesList().contains(poyang.wire.schema.Role.AUTHORITY))
                .orElseThrow(() -> notFound("account with the role AUTHORITY"));
        long now = context.timestampMillis() / 1000;
        Rules.arguments(
                certificate.fromEpochSecond() <= now && now <= certificate.untilEpochSecond(),
                "the certificate is not valid at the block's time",
                "a certificate that is valid now is needed");
        CertificateAuthority made = CertificateAuthority.newBuilder()
                .setIssuer(ChainBytes.of(certificate.issuerHash()))
                .setAccount(operator)
                .setOrganisation(account.getOrganisation())
                .setCertificate(asked.getCertificate())
                .setCertificateHash(ChainBytes.of(certificate.hash()))
                .setSubject(certificate.subject())
                .setIssuerName(certificate.issuer())
                .setParent(parent(certificate, state))
                .setSerial(serial(certificate))
                .setNotBeforeSeconds(certificate.fromEpochSecond())
                .setNotAfterSeconds(certificate.untilEpochSecond())
                .setKeyUsage(certificate.keyUsage())
                .setHeight(context.height())
                .build();
        goodAuthority(state, made);
        authority(state, made.getIssuer()).ifPresent(known -> {
            Rules.allowed(
                    high || known.getAccount().equals(operator),
                    sender,
                    "the account " + known.getAccount() + " renews this authority's certificate");
            goodAuthority(state, known);
        });
        state.put("authority/" + ChainBytes.hex(made.getIssuer()), made.toByteArray());
        return made;
    }

    private static AuthorityCertificate certificate(ByteString der) {
        Rules.arguments(
                der.size() <= CERTIFICATE_BYTES_MAX,
                "the certificate has " + der.size() + " bytes",
                "at most " + CERTIFICATE_BYTES_MAX + " are needed");
        return AuthorityCertificate.read(Bytes.wrap(der.toByteArray()))
                .orElseThrow(() -> Rules.rejection(
                        NotarizationErrors.BAD_ARGUMENTS,
                        "the certificate is not an authority's on SM2",
                        "an X.509 certificate (DER, nothing after it) on SM2 is needed that may sign certificates"));
    }

    /// The registered authority that issued this one.
    private static ByteString parent(AuthorityCertificate certificate, ReadableState state) {
        if (certificate.isRoot()) {
            return ChainBytes.of(certificate.issuerHash());
        }
        for (CertificateAuthority above : all(state, "authority/", CertificateAuthority.parser())) {
            boolean issued = AuthorityCertificate.read(
                            Bytes.wrap(above.getCertificate().toByteArray()))
                    .filter(authority -> authority.allowsAuthorities() && certificate.issuedBy(authority))
                    .isPresent();
            if (issued) {
                return above.getIssuer();
            }
        }
        throw Rules.rejection(
                NotarizationErrors.AUTHORITY_NOT_TRUSTED,
                "no registered authority issued this certificate",
                "register the authority above it first");
    }

    private static ByteString serial(AuthorityCertificate certificate) {
        return serial(certificate.serial());
    }

    private static ByteString serial(BigInteger number) {
        return ByteString.copyFrom(Revocations.serialBytes(number));
    }

    private static void goodAuthority(ReadableState state, CertificateAuthority authority) {
        CertificateKey key = CertificateKey.newBuilder()
                .setIssuer(authority.getParent())
                .setSerial(authority.getSerial())
                .build();
        Rules.need(
                revocation(state, key).isEmpty(),
                NotarizationErrors.AUTHORITY_NOT_TRUSTED,
                "this authority, or one above it, is revoked",
                "an authority with a new key and certificate is needed");
    }

    private static Optional<CertificateAuthority> authority(ReadableState state, ByteString issuer) {
        return state.get("authority/" + ChainBytes.hex(issuer))
                .map(value -> stored(CertificateAuthority.parser(), value));
    }

    /// The authority on whose certificates the sender may report.
    private static CertificateAuthority own(ReadableState state, ByteString issuer, Account sender, boolean above) {
        Rules.hash("issuer", issuer);
        CertificateAuthority authority = authority(state, issuer).orElseThrow(() -> notFound("authority"));
        Rules.allowed(
                authority.getAccount().equals(sender.id()) && sender.has(Role.AUTHORITY)
                        || above && sender.has(Role.SUPERVISOR),
                sender,
                "the account " + authority.getAccount() + " reports for this authority"
                        + (above ? ", and supervisors may revoke" : ""));
        return authority;
    }

    // ---- certificates ---------------------------------------------------------------------------

    private static void checked(CertificateKey key) {
        Rules.hash("issuer", key.getIssuer());
        ByteString serial = key.getSerial();
        Rules.arguments(
                !serial.isEmpty() && serial.size() <= SERIAL_BYTES_MAX && serial.byteAt(0) != 0,
                "the serial number has " + serial.size() + " bytes, or leading zeros",
                "1 to " + SERIAL_BYTES_MAX + " bytes, unsigned, without leading zeros are needed");
    }

    private static String name(CertificateKey key) {
        return ChainBytes.hex(key.getIssuer()) + "/" + ChainBytes.hex(key.getSerial());
    }

    private static String under(IssuerKey key) {
        if (key.getIssuer().isEmpty()) {
            return "certificate/";
        }
        Rules.hash("issuer", key.getIssuer());
        return "certificate/" + ChainBytes.hex(key.getIssuer()) + "/";
    }

    private static Optional<CertificateStatus> status(ReadableState state, CertificateKey key) {
        return state.get("certificate/" + name(key)).map(value -> stored(CertificateStatus.parser(), value));
    }

    private static Empty issue(ReportIssued made, CallContext context, ContractState state) {
        checked(made.getCertificate());
        goodAuthority(state, own(state, made.getCertificate().getIssuer(), context.sender(), false));
        Rules.hash("certificate_hash", made.getCertificateHash());
        Rules.arguments(
                made.getNotBeforeSeconds() < made.getNotAfterSeconds() && made.getNotBeforeSeconds() >= 0,
                "the certificate ends before it begins",
                "its two times as they stand in it are needed");
        Optional<CertificateStatus> known = status(state, made.getCertificate());
        Rules.need(
                known.filter(CertificateStatus::hasRevocation).isEmpty(),
                NotarizationErrors.ALREADY_REVOKED,
                "the certificate is revoked",
                "report the issue of a certificate before it is revoked");
        String byHash = "hash/" + ChainBytes.hex(made.getCertificateHash());
        Rules.need(
                known.isEmpty() && state.get(byHash).isEmpty(),
                NotarizationErrors.EXISTS,
                "the issue of this certificate is reported",
                "every certificate is reported once");
        CertificateStatus kept = CertificateStatus.newBuilder()
                .setCertificate(made.getCertificate())
                .setIssued(made)
                .setIssuedHeight(context.height())
                .build();
        state.put("certificate/" + name(made.getCertificate()), kept.toByteArray());
        state.put(byHash, made.getCertificate().toByteArray());
        return Empty.getDefaultInstance();
    }

    private static CertificateStatus revoke(RevokeRequest asked, CallContext context, ContractState state) {
        checked(asked.getCertificate());
        CertificateAuthority _ = own(state, asked.getCertificate().getIssuer(), context.sender(), true);
        Rules.arguments(
                asked.getReason() != RevocationReason.UNRECOGNIZED,
                "the reason is unknown",
                "a reason of RFC 5280 other than a hold is needed");
        long now = context.timestampMillis() / 1000;
        long since = asked.getSinceSeconds() == 0 ? now : asked.getSinceSeconds();
        Rules.arguments(
                since > 0 && since <= now,
                "the revocation lies ahead of the block's time",
                "a time up to now is needed");
        CertificateStatus known = status(state, asked.getCertificate())
                .orElseGet(() -> CertificateStatus.newBuilder()
                        .setCertificate(asked.getCertificate())
                        .build());
        Rules.need(
                !known.hasRevocation(),
                NotarizationErrors.ALREADY_REVOKED,
                "the certificate was revoked in block " + known.getRevocation().getHeight(),
                "a revocation stands for good");
        CertificateStatus kept = known.toBuilder()
                .setRevocation(StoredRevocation.newBuilder()
                        .setReason(asked.getReason())
                        .setSinceSeconds(since)
                        .setHeight(context.height())
                        .setAccount(context.sender().id()))
                .build();
        state.put("certificate/" + name(asked.getCertificate()), kept.toByteArray());
        context.emit(new ContractEvent(
                "certificates.revoked", name(asked.getCertificate()), Bytes.wrap(kept.toByteArray()), List.of()));
        return kept;
    }

    private static Empty list(ReportCrl made, CallContext context, ContractState state) {
        CertificateAuthority _ = own(state, made.getIssuer(), context.sender(), false);
        Rules.hash("crl_hash", made.getCrlHash());
        Rules.arguments(
                made.getThisUpdateSeconds() < made.getNextUpdateSeconds() && made.getThisUpdateSeconds() >= 0,
                "the list's next update is not after this one",
                "its two times as they stand in it are needed");
        String key = "list/" + ChainBytes.hex(made.getIssuer());
        long last = state.get(key)
                .map(value -> stored(StoredCrl.parser(), value).getCrl().getNumber())
                .orElse(0L);
        Rules.need(
                made.getNumber() > last,
                NotarizationErrors.NOT_FRESH,
                "the list has the number " + made.getNumber(),
                "a number above " + last + " is needed");
        StoredCrl kept = StoredCrl.newBuilder()
                .setCrl(made)
                .setHeight(context.height())
                .setAccount(context.sender().id())
                .build();
        state.put(key, kept.toByteArray());
        return Empty.getDefaultInstance();
    }

    // ---- for accounts ---------------------------------------------------------------------------

    /// Refuses unless this is the hash of a certificate whose issue was reported and that is good.
    static void good(ReadableState certificates, ByteString hash) {
        Rules.hash("certificate_hash", hash);
        Rules.need(
                certificates.get("hash/" + ChainBytes.hex(hash)).isPresent(),
                NotarizationErrors.NOT_FOUND,
                "the issue of this certificate was not reported",
                "have its authority report it first");
        Rules.need(
                revocation(certificates, hash).isEmpty(),
                NotarizationErrors.ALREADY_REVOKED,
                "the certificate, or an authority above it, is revoked",
                "a certificate that is good is needed");
    }

    @Override
    public Optional<Revocations.Revocation> revocation(Bytes issuerHash, BigInteger serial, ReadableState state) {
        CertificateKey key = CertificateKey.newBuilder()
                .setIssuer(ChainBytes.of(issuerHash))
                .setSerial(serial(serial))
                .build();
        return status(state.of(NAME), key)
                .filter(CertificateStatus::hasRevocation)
                .map(CertificateStatus::getRevocation)
                .map(known -> new Revocations.Revocation(known.getReasonValue(), known.getSinceSeconds()));
    }

    /// The revocation of a reported certificate, or of an authority above it.
    static Optional<StoredRevocation> revocation(ReadableState certificates, ByteString hash) {
        return certificates
                .get("hash/" + ChainBytes.hex(hash))
                .map(value -> stored(CertificateKey.parser(), value))
                .flatMap(key -> revocation(certificates, key));
    }

    private static Optional<StoredRevocation> revocation(ReadableState state, CertificateKey first) {
        CertificateKey key = first;
        for (int i = 0; i < DEEPEST; i++) {
            Optional<CertificateStatus> known = status(state, key).filter(CertificateStatus::hasRevocation);
            if (known.isPresent()) {
                return known.map(CertificateStatus::getRevocation);
            }
            Optional<CertificateAuthority> issuer = authority(state, key.getIssuer());
            if (issuer.isEmpty()) {
                return Optional.empty();
            }
            CertificateKey above = CertificateKey.newBuilder()
                    .setIssuer(issuer.get().getParent())
                    .setSerial(issuer.get().getSerial())
                    .build();
            if (above.equals(key)) {
                return Optional.empty();
            }
            key = above;
        }
        return Optional.empty();
    }

    @Override
    public boolean mayReadKey(String key, Account reader, ReadableState state) {
        return true;
    }
}
