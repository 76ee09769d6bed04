package poyang.network.yardstick;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import poyang.chain.consensus.raft.RaftConfig;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.Retention;
import poyang.chain.proofs.Genesis;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.ProcessSettings;
import poyang.wire.transport.PeerLimits;
import poyang.wire.transport.Transport;
import poyang.wire.transport.TransportConfig;

/// A replica of {@link OwnLog} as a process, from the configuration of a validator: the transport between nodes
/// with its TLS, and the ledger's encrypted store with its synced writes. Prints `READY` when it serves.
public final class OwnReplica {
    private static final int CHANNEL = 1;
    private static final int SEED_BYTES = Long.BYTES;
    private static final PeerLimits UNHINDERED = new PeerLimits(1_000_000, 4L << 30);

    private OwnReplica() {}

    public static void main(String[] arguments) throws IOException {
        ProcessSettings from = ProcessSettings.of(arguments);
        RandomSource random = ProcessRandom.open("yardstick");
        PartyId self = new PartyId(from.text("name"));
        Genesis genesis = ChainForms.genesis(ChainForms.readGenesis(from.path("genesis")));
        SortedMap<PartyId, InetSocketAddress> peers = new TreeMap<>();
        for (NodeAddress peer : NodeAddress.list(from.text("seeds"))) {
            peers.put(new PartyId(peer.name()), peer.socketAddress());
        }
        TransportConfig usual = TransportConfig.of(self, from.listen("peer.listen"), peers);
        TransportConfig config = new TransportConfig(
                self,
                usual.listen(),
                peers,
                usual.heartbeatMillis(),
                usual.reconnectMillis(),
                usual.queueFrames(),
                usual.queueBytes(),
                UNHINDERED);
        char[] password = from.password();
        TlsIdentity identity = from.tlsIdentity(password, InstantSource.system(), random, System.err::println);
        Ledger ledger;
        try (StorageKey storage = from.storageKey(from.path("directory"), password, random)) {
            Arrays.fill(password, '\0');
            ledger = Ledger.open(
                    from.path("directory").resolve("ledger"), genesis, new Retention.Archive(), storage, random);
        }
        long seed = Arrays.hashCode(random.bytes(SEED_BYTES));
        RaftConfig raft = RaftConfig.of(genesis.chainId(), genesis.epoch(), self, seed);
        Links links = new Links();
        OwnLog log = new OwnLog(raft, ledger.safety(), links::send);
        links.open(config, identity, random, log);
        log.start();
        RequestDoor _ = RequestDoor.open(from.listen("api.listen").getPort(), log);
        System.out.println("READY replica " + self);
    }

    /// Between the log and the transport, which need each other.
    private static final class Links {
        private volatile @Nullable Transport transport;

        void open(TransportConfig config, TlsIdentity identity, RandomSource random, OwnLog log) {
            transport = Transport.start(config, identity, random, new Transport.Listener() {
                @Override
                public void received(PartyId from, int channel, Bytes payload) {
                    log.heard(from, payload);
                }

                @Override
                public void connected(PartyId peer) {
                    System.err.println("linked with " + peer);
                }

                @Override
                public void lost(PartyId peer, String reason) {
                    System.err.println("lost " + peer + ": " + reason);
                }

                @Override
                public void refused(String remote, String reason) {
                    System.err.println("refused " + remote + ": " + reason);
                }

                @Override
                public void failed(Bug bug) {
                    bug.printStackTrace();
                    System.exit(3);
                }
            });
        }

        void send(PartyId to, Bytes message) {
            Transport open = transport;
            if (open != null) {
                open.send(to, CHANNEL, message);
            }
        }
    }
}
