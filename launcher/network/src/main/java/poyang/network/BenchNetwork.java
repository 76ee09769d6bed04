package poyang.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.SigningKey;
import poyang.executor.jail.Scratch;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.NodeAddress;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.Role;

/// Validators and nothing else, as processes of this machine, with accounts for load. Everything listens on
/// loopback, or where a {@link Place} says; keys, genesis, ledgers and logs lie in a folder of its own that goes with
/// it.
final class BenchNetwork implements AutoCloseable {
    static final String ORGANISATION = "load";
    static final String SUPERVISOR = "supervisor";
    private static final String KEY = "validator.key.pem";
    private static final String NEXT_KEY = "validator.key.next.pem";
    /// The folder of what a node keeps, in its home.
    private static final String DATA = "data";
    static final int MEGABYTES = 768;
    private static final String LOAD_CLIENT = "load-client";
    private static final long LOAD_MARGIN_SECONDS = 240;
    /// The validator that a newcomer knows.
    private static final int FIRST_CONTACT = 1;

    private final Path folder;
    private final Plan made;
    private final Province province;
    private final boolean profile;
    private final int started;
    private final List<Place> places;
    private final List<List<SigningKey>> keysByNode = new ArrayList<>();
    private final List<Path> homes = new ArrayList<>();
    private final List<NodeAddress> peers = new ArrayList<>();
    private final List<NodeAddress> nodes = new ArrayList<>();
    private final List<Child.Program> programs = new ArrayList<>();
    private final List<Child> children = new ArrayList<>();

    /// What is to be made.
    ///
    /// @param engine of the genesis
    /// @param newcomers nodes besides that are no validators of the genesis, and are started later
    /// @param program what runs with a validator's configuration
    /// @param modules that the program is in
    record Plan(
            String engine,
            int validators,
            int newcomers,
            long blockTimeMillis,
            int signers,
            String program,
            List<String> modules) {
        /// Nodes.
        Plan(String engine, int validators, int newcomers, long blockTimeMillis, int signers) {
            this(
                    engine,
                    validators,
                    newcomers,
                    blockTimeMillis,
                    signers,
                    "poyang.chain.node.NodeMain",
                    List.of("chain-node/node", "notarization/contract"));
        }
    }

    /// Makes keys, certificates, genesis and configurations of nodes on loopback; starts nothing.
    ///
    /// @param seed makes the signers' keys, here and in the load client
    /// @param profile every process leaves a flight recording in the logs' folder
    BenchNetwork(Path folder, Plan plan, byte[] seed, RandomSource random, boolean profile) throws IOException {
        this(folder, plan, Place.onLoopback(plan.validators() + plan.newcomers()), seed, random, profile);
    }

    /// The same where the nodes are elsewhere.
    ///
    /// @param places of the nodes, one each
    BenchNetwork(Path folder, Plan plan, List<Place> places, byte[] seed, RandomSource random, boolean profile)
            throws IOException {
        this.folder = folder;
        this.places = List.copyOf(places);
        made = plan;
        this.profile = profile;
        Files.createDirectory(folder.resolve("logs"));
        province = new Province(folder, CryptoSuite.SM, random, InstantSource.system());
        province.engine(plan.engine());
        province.blockTime(plan.blockTimeMillis());
        province.organisation(ORGANISATION, "压力测试", "Load");
        List<SigningKey> keys = signerKeys(seed, plan.signers());
        for (int i = 0; i < plan.signers(); i++) {
            province.register(ORGANISATION, signer(i), "压力测试员", Role.ANALYST, keys.get(i));
        }
        Province.Person _ = province.account(ORGANISATION, SUPERVISOR, "压力监管员", Role.SUPERVISOR);
        int count = plan.validators() + plan.newcomers();
        started = plan.validators();
        for (int i = 0; i < count; i++) {
            String name = "validator-" + (i + 1);
            SigningKey key = CryptoSuite.SM.generate(random);
            SigningKey next = CryptoSuite.SM.generate(random);
            keysByNode.add(List.of(key, next));
            homes.add(province.process(ORGANISATION, name, Map.of(KEY, key, NEXT_KEY, next)));
            if (i < plan.validators()) {
                province.validator(name, key);
            }
            Place place = places.get(i);
            peers.add(new NodeAddress(name, place.peerHost(), place.peerPort()));
            nodes.add(new NodeAddress(name, place.clientHost(), place.clientPort()));
        }
        province.genesis("bench");
        for (int i = 0; i < count; i++) {
            programs.add(plan(i));
        }
    }

    static String signer(int number) {
        return "signer-" + number;
    }

    /// What commands are told of the account that may propose epochs.
    List<String> supervisor() throws IOException {
        Province.Person person = province.person(ORGANISATION + "/" + SUPERVISOR);
        Path home = province.process(ORGANISATION, SUPERVISOR, Map.of());
        Path password = home.resolve("supervisor.password");
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, person.password() + "\n");
        Path config = configure(home, new TreeMap<>(Map.of("nodes", text(nodes.subList(0, started)))));
        return List.of(
                "--config",
                config.toString(),
                "--account",
                person.account(),
                "--key",
                person.keyFile().toString(),
                "--password-file",
                password.toString());
    }

    /// A node's keys: the one that it begins with, and the one that may follow.
    List<SigningKey> keys(int number) {
        return keysByNode.get(number);
    }

    static List<SigningKey> signerKeys(byte[] seed, int count) {
        SeededRandom random = new SeededRandom(seed, "signers");
        List<SigningKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(CryptoSuite.SM.generate(random));
        }
        return keys;
    }

    static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(free);
            ports.add(free.getLocalPort());
        }
        for (ServerSocket free : held) {
            free.close();
        }
        return ports;
    }

    /// A validator of the genesis finds the others of it by itself, a newcomer one of them;
    /// nobody's settings name a newcomer.
    private List<NodeAddress> seeds(int index) {
        List<NodeAddress> seeds = new ArrayList<>(peers.subList(0, started));
        if (index >= started) {
            return List.of(seeds.get(FIRST_CONTACT));
        }
        seeds.remove(index);
        return seeds;
    }

    private Child.Program plan(int index) throws IOException {
        NodeAddress own = peers.get(index);
        Map<String, String> settings = new TreeMap<>();
        settings.put("name", own.name());
        settings.put("validator.key", KEY);
        settings.put("validator.key.next", NEXT_KEY);
        if (index >= started) {
            settings.put("observer", "true");
        }
        settings.put("directory", DATA);
        settings.put("peer.listen", own.host() + ":" + own.port());
        settings.put("seeds", text(seeds(index)));
        settings.put(
                "api.listen", nodes.get(index).host() + ":" + nodes.get(index).port());
        return new Child.Program(
                own.name(),
                made.program(),
                ClassPaths.of(made.modules().toArray(new String[0])),
                MEGABYTES,
                flags(own.name()),
                List.of("--config", configure(homes.get(index), settings).toString()));
    }

    private List<String> flags(String name) {
        List<String> flags = new ArrayList<>(Child.FEW_CORES);
        if (profile) {
            flags.add("-XX:StartFlightRecording=settings=profile,dumponexit=true,filename="
                    + folder.resolve("logs").resolve(name + ".jfr"));
        }
        return flags;
    }

    private static String text(List<NodeAddress> addresses) {
        return addresses.stream().map(NodeAddress::toString).collect(Collectors.joining(","));
    }

    private Path configure(Path home, Map<String, String> settings) throws IOException {
        settings.put("genesis", province.genesisFile().toString());
        settings.put("password.file", "password");
        settings.put("tls.certificate", "tls.pem");
        settings.put("tls.key", "tls.key.pem");
        settings.put("tls.root", province.rootFile().toString());
        Path config = home.resolve("config.properties");
        Files.writeString(
                config,
                settings.entrySet().stream()
                        .map(each -> each.getKey() + " = " + each.getValue() + "\n")
                        .collect(Collectors.joining()));
        return config;
    }

    /// Starts the validators and waits until all serve.
    void start() {
        for (int i = 0; i < started; i++) {
            children.add(run(i));
        }
        children.forEach(child -> {
            String _ = child.awaitReady();
        });
    }

    private Child run(int number) {
        return Child.start(
                programs.get(number), folder.resolve("logs"), places.get(number).entrance());
    }

    /// A running validator, from 0 on.
    Child validator(int number) {
        return children.get(number);
    }

    /// Starts a validator that has ended, and waits until it serves.
    void restart(int number) {
        Child child = run(number);
        children.set(number, child);
        String _ = child.awaitReady();
    }

    /// Stops a validator and starts it where the others reach it at another port, which nobody is
    /// told but by itself.
    void move(int number) throws IOException {
        NodeAddress before = peers.get(number);
        children.get(number).terminate();
        boolean _ = children.get(number).awaitEnd();
        int port = freePorts(1).getFirst();
        peers.set(number, new NodeAddress(before.name(), before.host(), port));
        programs.set(number, plan(number));
        restart(number);
    }

    /// Where a node is reached by the others now.
    NodeAddress peer(int number) {
        return peers.get(number);
    }

    /// Starts the next newcomer, and waits until it serves.
    void startNewcomer() {
        children.add(run(children.size()));
        String _ = children.getLast().awaitReady();
    }

    List<NodeAddress> nodes() {
        return List.copyOf(nodes);
    }

    /// The folder of what a node keeps on disk.
    Path data(int number) {
        return homes.get(number).resolve(DATA);
    }

    /// A client of the nodes that were started; the caller closes it.
    ChainClient client() throws IOException {
        return client(nodes.subList(0, children.size()));
    }

    /// A client of one node alone; the caller closes it.
    ChainClient client(int number) throws IOException {
        return client(List.of(nodes.get(number)));
    }

    private ChainClient client(List<NodeAddress> of) throws IOException {
        GenesisFile genesis = ChainForms.readGenesis(province.genesisFile());
        return ChainClient.connect(genesis, province.identity(ORGANISATION, "launcher"), of, InstantSource.system());
    }

    /// Starts the load client, once the validators serve.
    ///
    /// @param settings what the load client is told besides whom to reach
    Child load(Map<String, String> settings) throws IOException {
        Path home = province.process(ORGANISATION, LOAD_CLIENT, Map.of());
        Map<String, String> all = new TreeMap<>(settings);
        all.put("nodes", text(nodes));
        all.put(
                "pids",
                children.stream()
                        .map(child -> Long.toString(child.handle().pid()))
                        .collect(Collectors.joining(",")));
        Child.Program program = new Child.Program(
                LOAD_CLIENT,
                "poyang.network.LoadClient",
                ClassPaths.of("launcher/network"),
                MEGABYTES,
                flags(LOAD_CLIENT),
                List.of("--config", configure(home, all).toString()));
        Child child = Child.start(program, folder.resolve("logs"));
        children.add(child);
        return child;
    }

    /// What the load client does once it runs.
    ///
    /// @param payload bytes of each record
    /// @param seconds of each phase at full and at 70 % of the load
    /// @param warmUp seconds before
    record Load(int payload, int seconds, int warmUp) {}

    /// Starts the load client with all signers and waits for what it found, one JSON object.
    String loaded(byte[] seed, Load what) throws IOException {
        Path result = folder.resolve("result.json");
        Child load = load(Map.of(
                "signers", Integer.toString(made.signers()),
                "payload", Integer.toString(what.payload()),
                "seconds", Integer.toString(what.seconds()),
                "warm.up", Integer.toString(what.warmUp()),
                "seed", HexFormat.of().formatHex(seed),
                "result", result.toString()));
        // The calm phase takes a third of the others.
        long mostSeconds = LoadClient.WARM_UP_TIMES * (long) what.warmUp() + 3L * what.seconds() + LOAD_MARGIN_SECONDS;
        if (!load.awaitExit(mostSeconds) || !Files.exists(result)) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    "the load client left no result: " + load.lastWords(),
                    "see " + folder.resolve("logs"));
        }
        return Files.readString(result).strip();
    }

    /// @throws PoyangException `BAD_OPTION` when an option does not hold
    static void check(boolean holds, String wrong, String right) {
        if (!holds) {
            throw new PoyangException(NetworkErrors.BAD_OPTION, wrong + " is not possible", right + " is needed");
        }
    }

    /// A folder for one network under `under`.
    static Path folder(Path under) {
        try {
            Files.createDirectories(under);
            return Files.createTempDirectory(
                    under,
                    "network",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    under + " cannot be used (" + e.getMessage() + ")",
                    "a folder that this user may write is needed",
                    e);
        }
    }

    @Override
    public void close() {
        children.forEach(Child::terminate);
        children.forEach(child -> {
            boolean _ = child.awaitEnd();
        });
    }

    /// Takes everything away that it left on disk.
    void wipe() {
        Scratch.wipe(folder);
    }
}
