package poyang.chain.node;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import poyang.chain.ledger.Retention;
import poyang.crypto.SigningKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.ProcessSettings;

/// One validator as a process: `--config FILE`. Prints `READY validator HOST:PORT` when it serves, ends
/// with 0 after SIGTERM, with 2 for a wrong configuration, and with 3 when it had to stop.
public final class NodeMain {
    private NodeMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        try {
            run(ProcessSettings.of(arguments));
        } catch (PoyangException e) {
            System.err.println(e.code() + ": " + e.wrong() + "; " + e.right());
            System.exit(2);
        }
    }

    private static void run(ProcessSettings from) throws InterruptedException {
        InstantSource clock = InstantSource.system();
        Retention retention = Retention.named(from.text("state.keep", "archive"));
        NodeSettings settings = new NodeSettings(
                new PartyId(from.text("name")),
                ChainForms.readGenesis(from.path("genesis")),
                from.path("directory"),
                from.listen("peer.listen"),
                from.text("peer.announce", "").isEmpty() ? Optional.empty() : Optional.of(from.listen("peer.announce")),
                // One validator alone has none.
                NodeAddress.list(from.text("seeds", "")),
                from.listen("api.listen"),
                retention,
                Boolean.parseBoolean(from.text("observer", "false")),
                TimeUnit.SECONDS.toMillis(from.number("fallback.after", 2, 86_400, 60)),
                TimeUnit.SECONDS.toMillis(from.number("alarm.after", 1, 86_400, 10)),
                NodeSettings.snapshotBeyond(from.text("sync.snapshot", "auto"), retention),
                NodeSettings.replay(from.text("sync.replay", "writes")));
        RandomSource random = ProcessRandom.open("node");
        char[] password = from.password();
        TlsIdentity identity = from.tlsIdentity(password, clock, random, System.err::println);
        List<SigningKey> keys = new ArrayList<>();
        keys.add(from.privateKey("validator.key", password));
        if (!from.text("validator.key.next", "").isEmpty()) {
            keys.add(from.privateKey("validator.key.next", password));
        }
        Node node;
        try (StorageKey storage = from.storageKey(settings.directory(), password, random)) {
            Arrays.fill(password, '\0');
            from.end();
            node = Node.start(settings, identity, keys, storage, random, clock);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "shutdown"));
        System.out.println("READY validator " + settings.apiListen().getHostString() + ":" + node.apiPort());
        try {
            Void _ = node.ended().get();
        } catch (ExecutionException e) {
            System.err.println(NodeErrors.NODE_STOPPED + ": the node had to stop (" + e.getCause() + ")");
            System.exit(3);
        }
    }
}
