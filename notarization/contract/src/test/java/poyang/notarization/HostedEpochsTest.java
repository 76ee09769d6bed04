package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.node.host.ChainHost;
import poyang.chain.node.host.HostErrors;
import poyang.chain.node.host.HostSettings;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.crypto.Certificates;
import poyang.crypto.Certificates.Authority;
import poyang.crypto.Certificates.Validity;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.host.ChainListing;
import poyang.sdk.host.ChainState;
import poyang.sdk.host.HostClient;
import poyang.sdk.host.HostRequest;
import poyang.sdk.host.HostRequest.Founding;
import poyang.sdk.host.Member;
import poyang.wire.schema.EpochProposal;
import poyang.wire.schema.EpochValidator;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.Role;

/// A node of a host observes a chain, becomes a validator by an epoch, and may leave only once another epoch has begun
/// without it.
@Timeout(300)
final class HostedEpochsTest {
    private static final String SUPERVISOR = "supervision/supervisor";
    private static final String ADDRESS = "127.0.0.1";

    @TempDir
    private Path folder;

    private final RandomSource random = ProcessRandom.open("test");
    private final InstantSource clock = InstantSource.system();
    private final Validity validity = validity(clock.instant());
    private final Authority root = Certificates.root("Jiangxi", Sm2PrivateKey.generate(random), validity, random);
    private final Sm2PrivateKey operator = Sm2PrivateKey.generate(random);
    private final Sm2PrivateKey supervisor = Sm2PrivateKey.generate(random);
    private final Map<String, Sm2PrivateKey> keys =
            Map.of("node-1", Sm2PrivateKey.generate(random), "node-2", Sm2PrivateKey.generate(random));

    private static Validity validity(Instant now) {
        return new Validity(now.minus(Duration.ofDays(1)), now.plus(Duration.ofDays(30)));
    }

    private Sm2PrivateKey key(String node) {
        return Objects.requireNonNull(keys.get(node));
    }

    private ChainHost host(String name) {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        HostSettings settings = new HostSettings(
                folder.resolve(name), any, Optional.empty(), any, Map.of("operator", operator.publicKey()), 4, 16);
        return ChainHost.start(
                settings, folder.resolve(name).resolve("storage.key"), name.toCharArray(), random, clock);
    }

    private HostClient operator(String host) {
        return new HostClient(folder.resolve(host), "operator", operator, random, clock);
    }

    private ChainListing ask(String host, HostRequest request) {
        return operator(host).ask(request).chains().getFirst();
    }

    private Member member(String node, String peer) {
        char[] password = node.toCharArray();
        Sm2PrivateKey tls = Sm2PrivateKey.generate(random);
        Member.Papers papers = new Member.Papers(
                Certificates.toPem(chain(node, tls)),
                PrivateKeyFile.toPem(tls, password, random),
                Certificates.toPem(List.of(root.certificate())),
                PrivateKeyFile.toPem(key(node), password, random),
                "");
        return new Member(node, peer, "archive", node.equals("node-2"), papers, password);
    }

    private List<X509Certificate> chain(String name, Sm2PrivateKey key) {
        Authority issuer = root.issuer("department", Sm2PrivateKey.generate(random), validity, random);
        return List.of(issuer.leaf(name, key.publicKey(), validity, random), issuer.certificate());
    }

    private static Founding.Call register(String contract, Message arguments) {
        return new Founding.Call("poyang.v1." + contract, "Register", Bytes.wrap(arguments.toByteArray()));
    }

    private Founding founding() {
        Organisation supervision =
                Organisation.newBuilder().setId("supervision").setTitle("监管").build();
        return new Founding(
                "税务链",
                Epoch.SINGLE,
                50,
                List.of(new Founding.FoundingValidator(
                        "node-1", key("node-1").publicKey().encoded())),
                List.of(
                        register("Organisations", supervision),
                        register(
                                "Accounts",
                                Chain.account("supervision", "supervisor", Role.SUPERVISOR).toBuilder()
                                        .setPublicKey(ChainBytes.of(
                                                supervisor.publicKey().encoded()))
                                        .build())));
    }

    private void propose(ChainAccount account, long number, String engine, String... validators) {
        EpochProposal.Builder proposal =
                EpochProposal.newBuilder().setNumber(number).setEngine(engine).setBlockTimeMillis(50);
        for (String name : validators) {
            proposal.addValidators(EpochValidator.newBuilder()
                    .setId(name)
                    .setPublicKey(ChainBytes.of(key(name).publicKey().encoded())));
        }
        account.call("poyang.v1.Epochs", "Propose", proposal.build());
    }

    private ChainListing until(long epoch) throws InterruptedException {
        long deadline = System.nanoTime() + 120_000_000_000L;
        while (true) {
            ChainListing found = ask("two", new HostRequest.Listing());
            if (found.epoch() >= epoch) {
                return found;
            }
            assertTrue(System.nanoTime() < deadline, "epoch " + epoch + " has not begun: " + found);
            Thread.sleep(100);
        }
    }

    @Test
    void aHostedNodeJoinsAndLeavesTheValidatorsByEpochs() throws Exception {
        try (ChainHost one = host("one");
                ChainHost two = host("two")) {
            var made = operator("one")
                    .ask(new HostRequest.Create(
                            "taxes", founding(), member("node-1", "node-2=" + ADDRESS + ":" + two.peerPort())));
            ChainListing joined = ask(
                    "two",
                    new HostRequest.Join(
                            "taxes", made.genesis(), member("node-2", "node-1=" + ADDRESS + ":" + one.peerPort())));
            assertEquals(List.of("node-1"), joined.members());
            Sm2PrivateKey tls = Sm2PrivateKey.generate(random);
            TlsIdentity identity = new TlsIdentity(chain("a-client", tls), tls, root.certificate(), clock, random);
            try (ChainClient client = ChainClient.connect(
                    ChainForms.file(Genesis.decode(made.genesis().toArray())),
                    identity,
                    List.of(new NodeAddress("node-1", ADDRESS, one.apiPort())),
                    clock)) {
                ChainAccount account = new ChainAccount(client, SUPERVISOR, supervisor, random, clock);
                propose(account, 1, Epoch.BFT, "node-1", "node-2");
                assertEquals(List.of("node-1", "node-2"), until(1).members());
                PoyangException refused =
                        assertThrows(PoyangException.class, () -> ask("two", new HostRequest.Leave("taxes")));
                assertEquals(HostErrors.STILL_VALIDATOR, refused.code());
                propose(account, 2, Epoch.SINGLE, "node-1");
                assertEquals(List.of("node-1"), until(2).members());
                assertEquals(
                        ChainState.LEFT,
                        ask("two", new HostRequest.Leave("taxes")).state());
                propose(account, 3, Epoch.BFT, "node-1");
            }
        }
    }
}
