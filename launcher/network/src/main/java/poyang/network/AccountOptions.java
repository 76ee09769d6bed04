package poyang.network;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditSources;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.sdk.NodeAddress;
import poyang.sdk.ProcessSettings;
import poyang.tools.PasswordPrompt;
import poyang.wire.schema.GenesisFile;

/// Who acts on which chain.
@SuppressWarnings("NullAway.Init") // picocli sets the options before they are used
final class AccountOptions {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "properties: genesis, nodes (NAME=HOST:PORT,…), tls.certificate, tls.key, tls.root and"
                    + " password.file (of tls.key); executors (DEPARTMENT=HOST:PORT,…) where one is asked; audit.consoles"
                    + " (LOG=TLS-NAME=HOST:PORT,…) for audit watch")
    private Path config;

    @Option(names = "--account", required = true, paramLabel = "NAME", description = "the account that acts")
    private String account;

    @Option(names = "--key", required = true, paramLabel = "KEY.pem", description = "the account's key file")
    private Path key;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "mode 600; holds the account's password, which is asked for when absent")
    private @Nullable Path passwordFile;

    /// Connects, and opens the account's key, for as long as `use` runs.
    <R> R with(RandomSource random, InstantSource clock, Function<ChainAccount, R> use) {
        return withExecutors(random, clock, (account, _) -> use.apply(account));
    }

    /// The same with the departments' executors that the configuration names.
    <R> R withExecutors(RandomSource random, InstantSource clock, BiFunction<ChainAccount, ExecutorClient, R> use) {
        return withKey(random, clock, (account, executors, _) -> use.apply(account, executors));
    }

    /// The same with the processes whose audit logs can be followed.
    <R> R withAudits(RandomSource random, InstantSource clock, BiFunction<ChainAccount, AuditSources, R> use) {
        return open(random, clock, (account, executors, _, settings) -> {
            try (AuditSources audits =
                    AuditSources.of(account.client(), executors, settings.identity(), settings.consoles())) {
                return use.apply(account, audits);
            }
        });
    }

    /// What opens sealed files of the account too.
    interface KeyUse<R> {
        R run(ChainAccount account, ExecutorClient executors, SigningKey key);
    }

    /// The same with the account's own key.
    <R> R withKey(RandomSource random, InstantSource clock, KeyUse<R> use) {
        return open(random, clock, (account, executors, own, _) -> use.run(account, executors, own));
    }

    private record Connection(TlsIdentity identity, Map<String, NodeAddress> consoles) {}

    private interface Use<R> {
        R run(ChainAccount account, ExecutorClient executors, SigningKey key, Connection connection);
    }

    private <R> R open(RandomSource random, InstantSource clock, Use<R> use) {
        ProcessSettings settings = ProcessSettings.read(config);
        GenesisFile genesis = ChainForms.readGenesis(settings.path("genesis"));
        List<NodeAddress> nodes = NodeAddress.list(settings.text("nodes"));
        char[] processPassword = settings.password();
        TlsIdentity identity = settings.tlsIdentity(processPassword, clock, random, System.err::println);
        Arrays.fill(processPassword, '\0');
        List<NodeAddress> addresses = NodeAddress.list(settings.text("executors", ""));
        Map<String, NodeAddress> consoles = AuditSources.consoles(settings.text("audit.consoles", ""));
        settings.end();
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + account);
        try (SigningKey own = PrivateKeyFile.readSigningKey(key, password);
                ChainClient client = ChainClient.connect(genesis, identity, nodes, clock);
                ExecutorClient executors = ExecutorClient.connect(identity, addresses)) {
            return use.run(
                    new ChainAccount(client, account, own, random, clock),
                    executors,
                    own,
                    new Connection(identity, consoles));
        } finally {
            Arrays.fill(password, '\0');
        }
    }
}
