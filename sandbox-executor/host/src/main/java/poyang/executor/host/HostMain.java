package poyang.executor.host;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import poyang.crypto.SigningKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.crypto.tls.TlsIdentity;
import poyang.executor.jail.Confinement.Limits;
import poyang.executor.jail.Jail;
import poyang.executor.jail.JailTrial;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.sdk.ProcessSettings;
import poyang.sdk.SdkErrors;
import poyang.wire.schema.GenesisFile;

/// One department's executor as a process: `--config FILE [--unsafe-no-sandbox]`. Prints
/// `READY executor HOST:PORT` when it serves, ends with 0 after SIGTERM, with 2 when it cannot start,
/// and with 3 when it had to stop.
public final class HostMain {
    private HostMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        try {
            List<String> given = List.of(arguments);
            boolean unsafe = given.size() == 3 && given.get(2).equals("--unsafe-no-sandbox");
            if (given.size() < 2 || !given.getFirst().equals("--config") || given.size() > 2 && !unsafe) {
                throw new PoyangException(
                        SdkErrors.BAD_SETTINGS,
                        "the arguments are " + given,
                        "--config FILE [--unsafe-no-sandbox] is needed");
            }
            run(ProcessSettings.read(Path.of(given.get(1))), unsafe);
        } catch (PoyangException e) {
            System.err.println(e.code() + ": " + e.wrong() + "; " + e.right());
            System.exit(2);
        }
    }

    private static void run(ProcessSettings from, boolean unsafe) throws InterruptedException {
        InstantSource clock = InstantSource.system();
        RandomSource random = ProcessRandom.open("executor");
        HostSettings settings = new HostSettings(
                from.text("organisation"),
                from.listen("listen"),
                NodeAddress.list(from.text("peers", "")),
                from.path("directory"),
                from.path("sources.folder"),
                from.text("proving.keys.folder", "").isEmpty()
                        ? from.path("directory").resolve("proving-keys")
                        : from.path("proving.keys.folder"),
                TimeUnit.SECONDS.toMillis(from.number("peer.seconds", 1, 3600, 60)),
                (int) from.number("attempts.at.once", 1, 64, 2));
        GenesisFile genesis = ChainForms.readGenesis(from.path("genesis"));
        List<NodeAddress> nodes = NodeAddress.list(from.text("nodes"));
        Path keys = from.path("account.key").resolveSibling("").normalize();
        char[] password = from.password();
        TlsIdentity identity = from.tlsIdentity(password, clock, random, System.err::println);
        SigningKey account = from.privateKey("account.key", password);
        StorageKey storage = from.storageKey(settings.directory(), password, random);
        Arrays.fill(password, '\0');
        Path scratch = from.path("scratch");
        List<Path> reader = classPath(from.text("reader.class.path"));
        List<Path> compute = classPath(from.text("compute.class.path"));
        Limits readerLimits = readerLimits(from);
        Limits computeLimits = limits(from);
        Limits viewLimits = viewLimits(from, computeLimits);
        int current = (int) from.number("views.current.minutes", 1, 1 << 20, ExecutorSetup.CURRENT_MINUTES);
        from.end();
        ExecutorSetup setup = setup(
                scratch, keys, reader, compute, List.of(readerLimits, computeLimits, viewLimits), current, unsafe);
        ChainClient client = ChainClient.connect(genesis, identity, nodes, clock);
        ChainAccount chain =
                new ChainAccount(client, PeerLinks.accountName(settings.organisation()), account, random, clock);
        Host host = Host.start(settings, setup, chain, new HostKeys(account, identity, storage), random, clock);
        storage.close();
        Runtime.getRuntime().addShutdownHook(new Thread(host::close, "shutdown"));
        System.out.println("READY executor " + settings.listen().getHostString() + ":" + host.port());
        try {
            Void _ = host.ended().get();
        } catch (ExecutionException e) {
            System.err.println("the executor had to stop: " + e.getCause());
            System.exit(3);
        }
    }

    /// What reading takes grows with the rows.
    private static Limits readerLimits(ProcessSettings from) {
        Limits usual = ExecutorSetup.READER_LIMITS;
        return new Limits(
                (int) from.number("reader.heap.mebibytes", 64, 1 << 20, usual.heapMebibytes()),
                usual.nativeMebibytes(),
                usual.processors(),
                usual.fileMebibytes(),
                (int) from.number("reader.seconds", 1, 1 << 20, usual.seconds()));
    }

    private static Limits limits(ProcessSettings from) {
        Limits usual = ExecutorSetup.COMPUTE_LIMITS;
        return new Limits(
                (int) from.number("compute.heap.mebibytes", 64, 1 << 20, usual.heapMebibytes()),
                (int) from.number("compute.native.mebibytes", 64, 1 << 20, usual.nativeMebibytes()),
                (int) from.number("compute.processors", 1, 1024, usual.processors()),
                (int) from.number("compute.file.mebibytes", 16, 1 << 20, usual.fileMebibytes()),
                (int) from.number("compute.seconds", 1, 1 << 20, usual.seconds()));
    }

    /// A table of n bytes of rows takes about three times as much.
    private static Limits viewLimits(ProcessSettings from, Limits compute) {
        Limits usual = ExecutorSetup.VIEW_LIMITS;
        return new Limits(
                (int) from.number("views.heap.mebibytes", 64, 1 << 20, usual.heapMebibytes()),
                usual.nativeMebibytes(),
                compute.processors(),
                (int) from.number("views.file.mebibytes", 16, 1 << 20, usual.fileMebibytes()),
                usual.seconds());
    }

    /// A jail that was tried out, or none where the operator said so.
    ///
    /// @param limits of readers, compute children and views
    private static ExecutorSetup setup(
            Path scratch,
            Path keys,
            List<Path> reader,
            List<Path> compute,
            List<Limits> limits,
            int currentMinutes,
            boolean unsafe) {
        Path runtime = scratch.resolve("runtime");
        Path children = scratch.resolve("s");
        try {
            Files.createDirectories(
                    scratch, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
            Files.createDirectories(runtime);
            Files.createDirectories(children);
            Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwx--x--x"));
            Files.setPosixFilePermissions(children, PosixFilePermissions.fromString("rwx--x--x"));
        } catch (IOException e) {
            throw new PoyangException(
                    HostErrors.VAULT_FAILED,
                    "the folder " + scratch + " cannot be made (" + e.getMessage() + ")",
                    "a place where the executor may write is needed",
                    e);
        }
        Jail jail = unsafe ? Jail.unsafe(runtime) : Jail.bubblewrap(runtime);
        if (!unsafe) {
            JailTrial.require(JailTrial.run(jail, compute, children, keys));
        }
        return new ExecutorSetup(
                jail, children, reader, compute, limits.getFirst(), limits.get(1), limits.getLast(), currentMinutes);
    }

    private static List<Path> classPath(String text) {
        return Arrays.stream(text.split(File.pathSeparator, -1)).map(Path::of).toList();
    }
}
