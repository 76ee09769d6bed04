package poyang.chain.node.host;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import poyang.chain.proofs.Genesis;
import poyang.crypto.SigningKey;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.host.ChainListing;
import poyang.sdk.host.HostAnswer;
import poyang.sdk.host.HostClient;
import poyang.sdk.host.HostRequest;
import poyang.wire.schema.AccountRecord;
import poyang.wire.schema.GenesisFile;

/// Hosts on this machine, with real sockets, certificates and disks, and their operator.
final class Hosts implements AutoCloseable {
    static final String PASSWORD = "host";
    static final String OPERATOR = "alice";

    final RandomSource random = ProcessRandom.open("test");
    final InstantSource clock = InstantSource.system();
    private final SigningKey operator = Sm2PrivateKey.generate(random);
    private final List<ChainHost> hosts = new ArrayList<>();
    private final List<ChainClient> clients = new ArrayList<>();
    private final Path folder;

    Hosts(Path folder) {
        this.folder = folder;
    }

    /// A chain that runs on a host.
    record Chain(String name, Members members, GenesisFile genesis, ChainClient client) {
        ChainAccount account(String account) {
            return members.account(client, account);
        }
    }

    static AccountRecord note(String id) {
        return AccountRecord.newBuilder().setId(id).setTitle("笔记 " + id).build();
    }

    Path home(String name) {
        return folder.resolve(name);
    }

    ChainHost start(String name) {
        return start(name, Steps.unheard());
    }

    ChainHost start(String name, Steps steps) {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        HostSettings settings =
                new HostSettings(home(name), any, Optional.empty(), any, Map.of(OPERATOR, operator.publicKey()), 4, 16);
        ChainHost host = ChainHost.start(
                settings, home(name).resolve("storage.key"), PASSWORD.toCharArray(), random, clock, steps);
        hosts.add(host);
        return host;
    }

    void stop(ChainHost host) {
        hosts.remove(host);
        host.close();
    }

    HostClient operator(String host) {
        return new HostClient(home(host), OPERATOR, operator, random, clock);
    }

    HostClient stranger(String host) {
        return new HostClient(home(host), OPERATOR, Sm2PrivateKey.generate(random), random, clock);
    }

    ChainListing ask(String host, HostRequest request) {
        return operator(host).ask(request).chains().getFirst();
    }

    Chain create(String hostName, ChainHost host, String chain, Members members, String peers) {
        HostAnswer.Chains made = operator(hostName)
                .ask(new HostRequest.Create(
                        chain,
                        members.founding(),
                        members.member(members.names().findFirst().orElseThrow(), peers)));
        GenesisFile genesis = ChainForms.file(Genesis.decode(made.genesis().toArray()));
        ChainClient client = members.client(genesis, host.apiPort());
        clients.add(client);
        return new Chain(chain, members, genesis, client);
    }

    ChainClient keep(ChainClient client) {
        clients.add(client);
        return client;
    }

    @Override
    public void close() {
        clients.forEach(ChainClient::close);
        List.copyOf(hosts).forEach(this::stop);
    }
}
