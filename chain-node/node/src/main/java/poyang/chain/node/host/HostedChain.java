package poyang.chain.node.host;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.chain.ledger.Retention;
import poyang.chain.node.ArchivedChain;
import poyang.chain.node.Node;
import poyang.chain.node.NodeSettings;
import poyang.chain.node.ServedChain;
import poyang.chain.proofs.ChainDoor;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.Genesis;
import poyang.crypto.Certificates;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SigningKey;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.PrivateFolder;
import poyang.sdk.host.ChainListing;
import poyang.sdk.host.ChainState;
import poyang.wire.transport.Door;

/// One chain of a host: its folder, its record and, while it is served, its node. Used by one thread at a time
/// but for {@link #listing}.
final class HostedChain {
    private static final Logger LOG = LoggerFactory.getLogger(HostedChain.class);

    private final ChainFolder folder;
    private final Surroundings around;
    private volatile ChainRecord record;
    private volatile @Nullable ServedChain served;
    private volatile String trouble = "";

    /// What a chain has of its host.
    ///
    /// @param announced where other nodes are told to reach it, when that is not where the door is
    /// @param storage the host's storage key; wraps the passwords of the chains' keys
    record Surroundings(
            Door peers,
            Door clients,
            Optional<InetSocketAddress> announced,
            int mostConnections,
            StorageKey storage,
            RandomSource random,
            InstantSource clock) {}

    HostedChain(ChainFolder folder, ChainRecord record, Surroundings around) {
        this.folder = folder;
        this.record = record;
        this.around = around;
    }

    ChainFolder folder() {
        return folder;
    }

    ChainRecord record() {
        return record;
    }

    String door() {
        return ChainDoor.of(record.chainId());
    }

    /// Is this node one on whose vote the others count?
    boolean votes() {
        return served instanceof Node node && node.votes();
    }

    Optional<ServedChain> served() {
        return Optional.ofNullable(served);
    }

    /// Begins to serve it as its record says, and leads callers there. What goes wrong is this chain's trouble
    /// alone.
    void start() {
        try {
            begin();
        } catch (PoyangException e) {
            trouble = e.code() + ": " + e.wrong() + "; " + e.right();
            LOG.error("the chain {} does not run here: {}", record.chain(), trouble);
        }
    }

    /// The same, but fails.
    void begin() {
        ServedChain begun = switch (record.state()) {
            case RUNNING -> open(false);
            case ARCHIVED -> open(true);
            case LEFT, DELETING, DELETED -> null;
        };
        if (begun == null) {
            return;
        }
        served = begun;
        trouble = "";
        InetAddress here = InetAddress.getLoopbackAddress();
        around.clients().lead(door(), new InetSocketAddress(here, begun.apiPort()), around.mostConnections());
        if (begun instanceof Node node) {
            around.peers().lead(door(), new InetSocketAddress(here, node.peerPort()), around.mostConnections());
        }
        var _ = begun.ended().whenComplete((_, why) -> {
            if (why != null) {
                trouble = "it had to stop (" + why.getMessage() + ")";
                LOG.error("the chain {} had to stop; the others go on", record.chain(), why);
                shutDoors();
            }
        });
    }

    private ServedChain open(boolean archived) {
        Genesis genesis = folder.genesis();
        ChainFolder.Part part = folder.part();
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        NodeSettings settings = new NodeSettings(
                new PartyId(part.name()),
                ChainForms.file(genesis),
                folder.data(),
                loopback,
                place(around.peers().address()),
                NodeAddress.list(part.seeds()),
                loopback,
                Retention.named(part.keep()),
                part.observes(),
                NodeSettings.PATIENCE_MILLIS,
                NodeSettings.ALARM_MILLIS,
                NodeSettings.snapshotBeyond("auto", Retention.named(part.keep())),
                NodeSettings.CatchUp.WRITES);
        char[] password = folder.password(around.storage(), around.random());
        PrivateFolder.make(folder.data());
        try (StorageKey storage =
                StorageKey.openOrCreate(folder.data().resolve("storage.key"), password, around.random())) {
            TlsIdentity identity = identity(genesis, part, password);
            if (archived) {
                return ArchivedChain.open(settings, identity, storage, around.random(), around.clock());
            }
            List<SigningKey> keys = new ArrayList<>();
            folder.validatorKeys().forEach(file -> keys.add(PrivateKeyFile.readSigningKey(file, password)));
            return Node.start(settings, identity, keys, storage, around.random(), around.clock());
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    /// The others reach every chain of this host at the host's own address.
    private Optional<InetSocketAddress> place(InetSocketAddress listens) {
        return around.announced()
                .or(() -> listens.getAddress().isAnyLocalAddress() ? Optional.empty() : Optional.of(listens));
    }

    private TlsIdentity identity(Genesis genesis, ChainFolder.Part part, char[] password) {
        TlsIdentity identity = TlsIdentity.load(
                folder.tlsFiles(), password, around.clock(), around.random().fork("tls"));
        if (!identity.name().equals(part.name())) {
            throw badMember(
                    "the certificate is of \"" + identity.name() + "\", the member is \"" + part.name() + "\"",
                    "the member's own certificate is needed");
        }
        Bytes root = Bytes.wrap(Certificates.encoded(identity.trustRoot()));
        if (!root.equals(genesis.trustRoot())) {
            throw badMember(
                    "the certificates lead to another root than the chain's genesis names",
                    "a certificate from an authority under the chain's own root is needed");
        }
        identity.follow(
                folder.tlsFiles(),
                () -> folder.password(around.storage(), around.random()),
                failure -> failure.ifPresent(e -> LOG.warn(
                        "a changed certificate of the chain {} is not taken up: {}", record.chain(), e.wrong())));
        return identity;
    }

    static PoyangException badMember(String wrong, String right) {
        return new PoyangException(HostErrors.BAD_MEMBER, wrong, right);
    }

    private void shutDoors() {
        around.peers().shut(door());
        around.clients().shut(door());
    }

    /// Serves it no longer; remembers where it stood. Nothing happens to one that is not served.
    void stop() {
        ServedChain running = served;
        if (running == null) {
            return;
        }
        shutDoors();
        record = standing(running);
        served = null;
        running.close();
    }

    private ChainRecord standing(ServedChain running) {
        long height = running.finalisedHeight();
        Epoch epoch = running.epoch();
        return record.at(
                height,
                height == 0 ? record.stateRoot() : running.stateRoot(height),
                epoch.number(),
                epoch.validators().stream().map(v -> v.id().name()).toList());
    }

    /// Puts the record into this state; durable when it returns.
    void become(ChainState next) {
        ChainRecord changed = record.now(next, around.clock().millis());
        folder.put(changed);
        record = changed;
        trouble = "";
    }

    ChainListing listing() {
        ServedChain running = served;
        ChainRecord now = record;
        if (running != null) {
            try {
                now = standing(running);
            } catch (RuntimeException e) {
                // It stops this moment: what the record says is the last of it.
                LOG.debug("the chain {} stopped while it was looked at", now.chain(), e);
            }
        }
        return now.listing(folder.diskBytes(), trouble);
    }
}
