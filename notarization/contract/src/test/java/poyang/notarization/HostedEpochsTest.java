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
import poyang.crypto.Signature;
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
import poyang.wire.schema.Empty;
import poyang.wire.schema.EpochProposal;
import poyang.wire.schema.EpochValidator;
import poyang.wire.schema.EpochsStatus;
import poyang.wire.schema.Organisation;
import poyang.wire.schema.ProvenReceipt;
import poyang.wire.schema.Role;
import poyang.wire.schema.Transaction;
import poyang.wire.schema.TransactionPayload;

/// A node of a host observes a chain, becomes a validator by an epoch, and may leave only once another epoch has begun
/// without it. Whatever is proposed there, another chain of the process stays in its first epoch.
@Timeout(300)
final class HostedEpochsTest {
    private static final String SUPERVISOR = "supervision/supervisor";
    private static final String EPOCHS = "poyang.v1.Epochs";
    private static final String ADDRESS = "127.0.0.1";

    @TempDir
    private Path folder;

    private final RandomSource random = ProcessRandom.open("test");
    private final InstantSource clock = InstantSource.system();
    private final Validity validity = validity(clock.instant());
    private final Authority root = Certificates.root("Jiangxi", Sm2PrivateKey.generate(random), validity, random);
    private final Sm2PrivateKey operator = Sm2PrivateKey.generate(random);
    private final Sm2PrivateKey supervisor = Sm2PrivateKey.generate(random);
    private final Sm2PrivateKey homeSupervisor = Sm2PrivateKey.generate(random);
    private final Map<String, Sm2PrivateKey> keys = Map.of(
            "node-1", Sm2PrivateKey.generate(random),
            "node-2", Sm2PrivateKey.generate(random),
            "node-3", Sm2PrivateKey.generate(random));

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

    private Founding founding(String title, String validator, Sm2PrivateKey supervisor) {
        Organisation supervision =
                Organisation.newBuilder().setId("supervision").setTitle("监管").build();
        return new Founding(
                title,
                Epoch.SINGLE,
                50,
                List.of(new Founding.FoundingValidator(
                        validator, key(validator).publicKey().encoded())),
                List.of(
                        register("Organisations", supervision),
                        register(
                                "Accounts",
                                Chain.account("supervision", "supervisor", Role.SUPERVISOR).toBuilder()
                                        .setPublicKey(ChainBytes.of(
                                                supervisor.publicKey().encoded()))
                                        .build())));
    }

    private EpochProposal proposal(long number, String engine, String... validators) {
        EpochProposal.Builder proposal =
                EpochProposal.newBuilder().setNumber(number).setEngine(engine).setBlockTimeMillis(50);
        for (String name : validators) {
            proposal.addValidators(EpochValidator.newBuilder()
                    .setId(name)
                    .setPublicKey(ChainBytes.of(key(name).publicKey().encoded())));
        }
        return proposal.build();
    }

    private ProvenReceipt propose(ChainAccount account, long number, String engine, String... validators) {
        return account.prove(EPOCHS, "Propose", proposal(number, engine, validators));
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
                            "taxes",
                            founding("税务链", "node-1", supervisor),
                            member("node-1", "node-2=" + ADDRESS + ":" + two.peerPort())));
            ChainListing joined = ask(
                    "two",
                    new HostRequest.Join(
                            "taxes", made.genesis(), member("node-2", "node-1=" + ADDRESS + ":" + one.peerPort())));
            assertEquals(List.of("node-1"), joined.members());
            var other = operator("one")
                    .ask(new HostRequest.Create(
                            "homes", founding("住房链", "node-3", homeSupervisor), member("node-3", "")));
            try (ChainClient client = client(made.genesis(), "node-1", one);
                    ChainClient homes = client(other.genesis(), "node-3", one)) {
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
                changesNoEpochOf(homes, propose(account, 3, Epoch.BFT, "node-1").getTransaction());
            }
        }
    }

    /// The other chain of the process, whose supervisor has the same name and another key, goes on in its first epoch.
    private void changesNoEpochOf(ChainClient homes, Transaction ours) throws Exception {
        refused("TRANSACTION_OF_OTHER_CHAIN", () -> homes.submit(ours));
        ChainAccount intruder = new ChainAccount(homes, SUPERVISOR, supervisor, random, clock);
        refused("QUERY_NOT_PROVEN", () -> propose(intruder, 1, Epoch.SINGLE, "node-1"));
        byte[] payload = TransactionPayload.newBuilder()
                .setVersion(1)
                .setChainId(ChainForms.byteString(homes.chainId()))
                .setNonce(ChainForms.byteString(Bytes.wrap(random.bytes(16))))
                .setBlockLimit(100)
                .setSender(SUPERVISOR)
                .setContract(EPOCHS)
                .setMethod("Propose")
                .setArguments(proposal(1, Epoch.SINGLE, "node-1").toByteString())
                .build()
                .toByteArray();
        Signature signature = supervisor.sign(payload);
        refused(
                "TRANSACTION_NOT_SIGNED",
                () -> homes.submit(Transaction.newBuilder()
                        .setPayload(ChainForms.byteString(Bytes.wrap(payload)))
                        .setSignature(ChainForms.byteString(signature.rs()))
                        .setParity(signature.parity())
                        .build()));
        ChainAccount own = new ChainAccount(homes, SUPERVISOR, homeSupervisor, random, clock);
        EpochsStatus status = EpochsStatus.parseFrom(own.read(EPOCHS, "Status", Empty.getDefaultInstance()));
        assertTrue(status.getProposed().isEmpty(), status.toString());
        assertEquals(
                List.of(0L),
                operator("one").ask(new HostRequest.Listing()).chains().stream()
                        .filter(each -> each.chain().equals("homes"))
                        .map(ChainListing::epoch)
                        .toList());
    }

    private static void refused(String code, Runnable call) {
        assertEquals(code, assertThrows(PoyangException.class, call::run).code().name());
    }

    private ChainClient client(Bytes genesis, String node, ChainHost host) {
        Sm2PrivateKey tls = Sm2PrivateKey.generate(random);
        return ChainClient.connect(
                ChainForms.file(Genesis.decode(genesis.toArray())),
                new TlsIdentity(chain("a-client", tls), tls, root.certificate(), clock, random),
                List.of(new NodeAddress(node, ADDRESS, host.apiPort())),
                clock);
    }
}
