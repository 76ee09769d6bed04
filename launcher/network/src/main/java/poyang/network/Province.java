package poyang.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import poyang.chain.node.GenesisMaker;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.chain.proofs.Validator;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoSuite;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.crypto.web.WebAuthority;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.Role;

/// Keys, certificates and the genesis of a local province, written as the files that processes and
/// people are given. Every private key is encrypted; every password is generated.
final class Province {
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final List<String> WEB_SERVERS = List.of("localhost", "127.0.0.1");
    private static final Duration YEAR = Duration.ofDays(365);
    /// Without characters that look alike.
    private static final String PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

    private final Path folder;
    private final RandomSource random;
    private final InstantSource clock;
    private final Validity validity;
    private final Authority root;
    private final WebAuthority web;
    private final Map<String, Authority> issuers = new TreeMap<>();
    private final Map<String, Person> people = new TreeMap<>();
    private final List<Genesis.Call> calls = new ArrayList<>();
    private final List<Validator> validators = new ArrayList<>();
    private final CryptoSuite suite;
    private long blockTimeMillis = Epoch.DEFAULT_BLOCK_TIME_MILLIS;
    private String engine = Epoch.BFT;

    /// @param folder existing and private
    /// @param suite of the chain; certificates and TLS are SM under either
    Province(Path folder, CryptoSuite suite, RandomSource random, InstantSource clock) throws IOException {
        this.folder = folder;
        this.suite = suite;
        this.random = random;
        this.clock = clock;
        Instant now = clock.instant();
        validity = new Validity(now.minus(Duration.ofHours(1)), now.plus(YEAR));
        root = Certificates.root("Poyang province root", Sm2PrivateKey.generate(random), validity, random);
        web = WebAuthority.make("Poyang web authority of this machine", WEB_SERVERS, validity, random);
        Files.createDirectories(folder.resolve("people"));
        Files.createDirectories(folder.resolve("processes"));
        Files.writeString(rootFile(), Certificates.toPem(List.of(root.certificate())));
        Files.writeString(webAuthorityFile(), Certificates.toPem(List.of(web.certificate())));
    }

    /// Someone who acts on the chain.
    ///
    /// @param keyFile encrypted with `password`
    record Person(String account, String title, SigningKey key, Path keyFile, String password) {
        String organisation() {
            return account.substring(0, account.indexOf('/'));
        }
    }

    Path rootFile() {
        return folder.resolve("root.pem");
    }

    /// What browsers are to trust, for this machine's servers and no others.
    Path webAuthorityFile() {
        return folder.resolve("web-authority.pem");
    }

    X509Certificate webAuthority() {
        return web.certificate();
    }

    Path genesisFile() {
        return folder.resolve("genesis.json");
    }

    void organisation(String id, String title, String english) {
        Authority issuer = root.issuer(id, Sm2PrivateKey.generate(random), validity, random);
        issuers.put(id, issuer);
        call(
                "Organisations",
                Organisation.newBuilder()
                        .setId(id)
                        .setTitle(title)
                        .setTitleEnglish(english)
                        .setIssuerCertificate(ChainForms.byteString(der(issuer.certificate())))
                        .build()
                        .toByteArray());
    }

    /// Registers an account in the genesis, and writes its key file.
    Person account(String organisation, String name, String title, Role role) throws IOException {
        SigningKey key = suite.generate(random);
        register(organisation, name, title, role, key);
        String password = password();
        Path file = folder.resolve("people").resolve(organisation + "-" + name + ".pem");
        PrivateKeyFile.write(file, key, password.toCharArray(), random);
        Person person = new Person(organisation + "/" + name, title, key, file, password);
        people.put(person.account(), person);
        return person;
    }

    /// Registers an account in the genesis with a key that somebody else keeps.
    void register(String organisation, String name, String title, Role role, SigningKey key) {
        call(
                "Accounts",
                AccountRecord.newBuilder()
                        .setId(organisation + "/" + name)
                        .setOrganisation(organisation)
                        .addRoles(role)
                        .setTitle(title)
                        .setPublicKey(ChainForms.byteString(key.publicKey().encoded()))
                        .build()
                        .toByteArray());
    }

    Person person(String account) {
        return Objects.requireNonNull(people.get(account), account);
    }

    List<Person> people() {
        return List.copyOf(people.values());
    }

    private void call(String contract, byte[] arguments) {
        calls.add(new Genesis.Call("poyang.v1." + contract, "Register", Bytes.wrap(arguments)));
    }

    /// A process's folder with its keys: `tls.pem`, `tls.key.pem`, `password`, and what else is given.
    ///
    /// @param tlsName common name of the certificate
    /// @param keys by file name
    Path process(String organisation, String tlsName, Map<String, SigningKey> keys) throws IOException {
        Path home = Files.createDirectory(
                folder.resolve("processes").resolve(tlsName),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        String password = password();
        Files.createFile(home.resolve("password"), PRIVATE);
        Files.writeString(home.resolve("password"), password + "\n");
        Sm2PrivateKey tls = Sm2PrivateKey.generate(random);
        Files.writeString(home.resolve("tls.pem"), Certificates.toPem(chain(organisation, tlsName, tls)));
        PrivateKeyFile.write(home.resolve("tls.key.pem"), tls, password.toCharArray(), random);
        for (Map.Entry<String, SigningKey> key : keys.entrySet()) {
            PrivateKeyFile.write(home.resolve(key.getKey()), key.getValue(), password.toCharArray(), random);
        }
        return home;
    }

    /// Adds what browsers are shown to a process's folder: `https.pem` and `https.key.pem`, under the
    /// password of its other keys.
    void https(Path home) throws IOException {
        char[] password =
                Files.readString(home.resolve("password")).stripTrailing().toCharArray();
        web.issue(home.resolve("https.pem"), home.resolve("https.key.pem"), password, random);
    }

    /// An identity for this process itself.
    TlsIdentity identity(String organisation, String tlsName) {
        Sm2PrivateKey tls = Sm2PrivateKey.generate(random);
        return new TlsIdentity(chain(organisation, tlsName, tls), tls, root.certificate(), clock, random);
    }

    private List<X509Certificate> chain(String organisation, String tlsName, Sm2PrivateKey key) {
        Authority issuer = Objects.requireNonNull(issuers.get(organisation), organisation);
        return List.of(issuer.leaf(tlsName, key.publicKey(), validity, random), issuer.certificate());
    }

    Path validator(String organisation, String name) throws IOException {
        SigningKey key = suite.generate(random);
        validator(name, key);
        return process(organisation, name, Map.of("validator.key.pem", key));
    }

    /// A validator of the genesis whose key somebody else keeps.
    void validator(String name, SigningKey key) {
        validators.add(new Validator(new PartyId(name), key.publicKey()));
    }

    void blockTime(long millis) {
        blockTimeMillis = millis;
    }

    /// Another engine than `bft`, which bears crash faults only.
    void engine(String name) {
        engine = name;
    }

    /// Makes the genesis of everything named so far, and writes its file.
    Genesis genesis(String name) throws IOException {
        Genesis genesis = GenesisMaker.make(
                name, Epoch.of(0, engine, blockTimeMillis, validators), clock.millis(), calls, der(root.certificate()));
        Files.writeString(genesisFile(), ChainForms.json(ChainForms.file(genesis)));
        return genesis;
    }

    private String password() {
        StringBuilder password = new StringBuilder();
        while (password.length() < 19) {
            if (password.length() % 5 == 4) {
                password.append('-');
            }
            int drawn = random.bytes(1)[0] & 0xff;
            // Rejecting the rest keeps every character equally likely.
            if (drawn < 256 / PASSWORD_ALPHABET.length() * PASSWORD_ALPHABET.length()) {
                password.append(PASSWORD_ALPHABET.charAt(drawn % PASSWORD_ALPHABET.length()));
            }
        }
        return password.toString();
    }

    private static Bytes der(X509Certificate certificate) {
        return Bytes.wrap(Certificates.encoded(certificate));
    }
}
