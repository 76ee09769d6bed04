package poyang.network;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import poyang.chain.proofs.Epoch;
import poyang.crypto.Certificates;
import poyang.crypto.pki.ChainValidation;
import poyang.crypto.pki.ChainValidation.Purpose;
import poyang.crypto.pki.RevocationView;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.sdk.ChainForms;
import poyang.sdk.host.HostRequest.Founding;
import poyang.sdk.host.HostRequest.Founding.Call;
import poyang.sdk.host.HostRequest.Founding.FoundingValidator;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.Role;

/// What a new chain begins with, as its members agreed on it: a file of properties beside their certificates.
///
/// ```
/// title = 鄱阳医保链
/// engine = bft
/// block.time = 500
/// validator.NAME = FILE
/// organisation.ID = FILE 名称 | Name
/// account.ORGANISATION/NAME = FILE ROLE[,ROLE] 名称
/// ```
/// A FILE is a certificate chain in PEM, which must lead to the chain's root, or a public key in hexadecimal
/// digits; an organisation's is the certificate of its issuing authority.
final class FoundingFile {
    private final Path file;
    private final X509Certificate root;
    private final Instant now;
    private final List<FoundingValidator> validators = new ArrayList<>();
    private final List<Call> organisations = new ArrayList<>();
    private final List<Call> accounts = new ArrayList<>();

    private FoundingFile(Path file, X509Certificate root, Instant now) {
        this.file = file;
        this.root = root;
        this.now = now;
    }

    /// @param root to which all certificates must lead
    /// @throws PoyangException `UNREADABLE` names the line that is wrong
    static Founding read(Path file, X509Certificate root, Instant now) {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) {
            throw bad("the file " + file + " cannot be read (" + e.getMessage() + ")", "properties in UTF-8", e);
        }
        TreeMap<String, String> lines = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> lines.put(key, properties.getProperty(key).strip()));
        return new FoundingFile(file, root, now).parse(lines);
    }

    private Founding parse(Map<String, String> lines) {
        String title = lines.getOrDefault("title", "");
        String engine = lines.getOrDefault("engine", Epoch.BFT);
        String blockTime = lines.getOrDefault("block.time", Long.toString(Epoch.DEFAULT_BLOCK_TIME_MILLIS));
        List.of("title", "engine", "block.time").forEach(lines::remove);
        if (title.isEmpty() || !blockTime.matches("[0-9]{1,6}")) {
            throw bad(file + " has no title, or a block.time that is no number of milliseconds", "both", null);
        }
        lines.forEach((key, value) -> {
            int dot = key.indexOf('.');
            String name = key.substring(dot + 1);
            switch (dot < 0 ? key : key.substring(0, dot)) {
                case "validator" -> validators.add(new FoundingValidator(name, key(name, value)));
                case "organisation" -> organisations.add(organisation(name, value));
                case "account" -> accounts.add(account(name, value));
                default ->
                    throw bad(
                            file + " has the line \"" + key + "\"",
                            "title, engine, block.time, validator.…, organisation.… or account.…",
                            null);
            }
        });
        List<Call> calls = new ArrayList<>(organisations);
        calls.addAll(accounts);
        return new Founding(title, engine, Long.parseLong(blockTime), validators, calls);
    }

    private Call organisation(String id, String value) {
        String[] parts = value.split("\\s+", 2);
        String[] titles = parts.length == 2 ? parts[1].split("\\|", 2) : new String[0];
        if (titles.length != 2) {
            throw bad(file + " names the organisation " + id + " badly", "FILE 名称 | Name", null);
        }
        List<X509Certificate> chain = certificates(id, text(parts[0]), Purpose.AUTHORITY);
        return new Call(
                "poyang.v1.Organisations",
                "Register",
                Bytes.wrap(Organisation.newBuilder()
                        .setId(id)
                        .setTitle(titles[0].strip())
                        .setTitleEnglish(titles[1].strip())
                        .setIssuerCertificate(ChainForms.byteString(Bytes.wrap(Certificates.encoded(chain.getFirst()))))
                        .build()
                        .toByteArray()));
    }

    private Call account(String id, String value) {
        String[] parts = value.split("\\s+", 3);
        if (parts.length != 3 || !id.contains("/")) {
            throw bad(file + " names the account " + id + " badly", "ORGANISATION/NAME = FILE ROLE[,ROLE] 名称", null);
        }
        AccountRecord.Builder record = AccountRecord.newBuilder()
                .setId(id)
                .setOrganisation(id.substring(0, id.indexOf('/')))
                .setTitle(parts[2])
                .setPublicKey(ChainForms.byteString(key(id, parts[0])));
        for (String role : parts[1].split(",", -1)) {
            try {
                record.addRoles(Role.valueOf(role));
            } catch (IllegalArgumentException e) {
                throw bad("\"" + role + "\" is no role of an account", "for example OWNER or ANALYST", e);
            }
        }
        return new Call(
                "poyang.v1.Accounts", "Register", Bytes.wrap(record.build().toByteArray()));
    }

    private Bytes key(String whose, String name) {
        String text = text(name);
        if (text.startsWith("-----BEGIN")) {
            return Certificates.publicKey(
                            certificates(whose, text, Purpose.SIGNATURE).getFirst())
                    .encoded();
        }
        if (!text.matches("[0-9a-f]{66}|[0-9a-f]{130}")) {
            throw bad(
                    "the file " + name + " of " + whose + " is no key", "a certificate in PEM, or a public key", null);
        }
        return Bytes.fromHex(text);
    }

    private List<X509Certificate> certificates(String whose, String text, Purpose purpose) {
        List<X509Certificate> chain = Certificates.fromPem(text);
        try {
            ChainValidation.validate(chain, root, purpose, RevocationView.notConsulted(), now);
        } catch (PoyangException e) {
            throw bad(
                    "the certificate of " + whose + " does not lead to the chain's root (" + e.wrong() + ")",
                    "a certificate chain under that root",
                    e);
        }
        return chain;
    }

    private String text(String name) {
        Path path = file.toAbsolutePath().resolveSibling(name);
        try {
            return Files.readString(path).strip();
        } catch (IOException e) {
            throw bad("the file " + path + " cannot be read (" + e.getMessage() + ")", "a readable file", e);
        }
    }

    private static PoyangException bad(String wrong, String right, @Nullable Throwable cause) {
        return new PoyangException(NetworkErrors.UNREADABLE, wrong, right + " is needed", cause);
    }
}
