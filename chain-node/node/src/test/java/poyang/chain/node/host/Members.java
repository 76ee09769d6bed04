package poyang.chain.node.host;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import poyang.chain.node.Notes;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.CryptoSuite;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.host.HostRequest.Founding;
import poyang.sdk.host.HostRequest.Founding.Call;
import poyang.sdk.host.HostRequest.Founding.FoundingValidator;
import poyang.sdk.host.Member;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.Role;

/// Who takes part in one chain: an authority, nodes with keys of this chain alone, and accounts.
final class Members {
    private final TreeMap<String, SigningKey> nodes = new TreeMap<>();
    private final TreeMap<String, SigningKey> accounts = new TreeMap<>();
    private final Authority root;
    private final Validity validity;
    private final String title;
    private final RandomSource random;
    private final InstantSource clock;

    private Members(String title, Authority root, RandomSource random, InstantSource clock) {
        this.title = title;
        this.root = root;
        this.random = random;
        this.clock = clock;
        validity = validity(clock);
    }

    private static Validity validity(InstantSource clock) {
        Instant now = clock.instant();
        return new Validity(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(30)));
    }

    /// Of a chain with an authority of its own.
    static Members of(String title, RandomSource random, InstantSource clock) {
        return new Members(
                title,
                Certificates.root("root of " + title, Sm2PrivateKey.generate(random), validity(clock), random),
                random,
                clock);
    }

    /// Of another chain under the same authority.
    Members underTheSameRoot(String other) {
        return new Members(other, root, random, clock);
    }

    Members node(String name) {
        nodes.put(name, CryptoSuite.SM.generate(random));
        return this;
    }

    Members account(String name) {
        accounts.put(name, CryptoSuite.SM.generate(random));
        return this;
    }

    /// What a chain begins with whose only validator is the first node.
    Founding founding() {
        List<Call> calls = new ArrayList<>();
        accounts.forEach((account, key) -> calls.add(new Call(
                Notes.NAME,
                "Register",
                Bytes.wrap(AccountRecord.newBuilder()
                        .setId(account)
                        .setOrganisation(account.substring(0, account.indexOf('/')))
                        .addRoles(Role.ANALYST)
                        .setPublicKey(ChainForms.byteString(key.publicKey().encoded()))
                        .build()
                        .toByteArray()))));
        var first = nodes.firstEntry();
        return new Founding(
                title,
                "single",
                50,
                List.of(new FoundingValidator(
                        first.getKey(), first.getValue().publicKey().encoded())),
                calls);
    }

    /// The papers of a node.
    ///
    /// @param peers `name=host:port,…`
    Member member(String node, String peers) {
        char[] password = ("password of " + node).toCharArray();
        Sm2PrivateKey tls = Sm2PrivateKey.generate(random);
        Member.Papers papers = new Member.Papers(
                Certificates.toPem(chain(node, tls)),
                PrivateKeyFile.toPem(tls, password, random),
                Certificates.toPem(List.of(root.certificate())),
                PrivateKeyFile.toPem(Objects.requireNonNull(nodes.get(node)), password, random),
                "");
        boolean observes = !nodes.firstKey().equals(node);
        return new Member(node, peers, "archive", observes, papers, password);
    }

    private List<X509Certificate> chain(String name, Sm2PrivateKey key) {
        Authority issuer = root.issuer("department", Sm2PrivateKey.generate(random), validity, random);
        return List.of(issuer.leaf(name, key.publicKey(), validity, random), issuer.certificate());
    }

    TlsIdentity identity(String name) {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        return new TlsIdentity(chain(name, key), key, root.certificate(), clock, random);
    }

    SigningKey key(String account) {
        return Objects.requireNonNull(accounts.get(account));
    }

    /// A client of the chain's first node, behind a host's door.
    ChainClient client(GenesisFile genesis, int port) {
        return ChainClient.connect(
                genesis, identity("a-client"), List.of(new NodeAddress(nodes.firstKey(), "127.0.0.1", port)), clock);
    }

    ChainAccount account(ChainClient client, String account) {
        return new ChainAccount(client, account, key(account), random, clock);
    }

    Stream<String> names() {
        return nodes.keySet().stream();
    }
}
