package poyang.network;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import poyang.crypto.CryptoSuite;
import poyang.crypto.tls.TlsIdentity;
import poyang.executor.jail.Scratch;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.AuditSources;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainClient;
import poyang.sdk.ChainForms;
import poyang.sdk.ExecutorClient;
import poyang.sdk.NodeAddress;
import poyang.sdk.PrivateFolder;
import poyang.wire.schema.GenesisFile;
import poyang.wire.schema.Role;

/// A whole province on this machine: four validators, an executor for each of three departments, the
/// console, and their people. Everything listens on loopback, at ports counted from one number.
public final class LocalNetwork implements AutoCloseable {
    static final List<String> DEPARTMENTS = List.of("medical-insurance", "taxation", "housing");
    static final String SUPERVISION = "supervision";

    private static final Map<String, List<String>> TITLES = Map.of(
            "medical-insurance",
            List.of("医疗保障局", "Medical Insurance"),
            "taxation",
            List.of("税务局", "Taxation"),
            "housing",
            List.of("住房公积金中心", "Housing Fund"),
            SUPERVISION,
            List.of("政务数据监管", "Data Supervision"));
    private static final int VALIDATORS = 4;
    private static final String HOST = "127.0.0.1";
    private static final int PORTS = 1 + 2 * VALIDATORS + DEPARTMENTS.size() + 1;
    private static final String MARK = "poyang-network";

    private final Path folder;
    private final Path passage;
    private final int port;
    private final RandomSource random;
    private final InstantSource clock;
    private final FileLock lock;
    private final Province province;
    private final GenesisFile genesis;
    private final Map<String, Child.Program> programs = new TreeMap<>();
    private final Map<String, Child> children = new TreeMap<>();
    private final TlsIdentity identity;
    private final ChainClient client;
    private final ExecutorClient executors;

    /// Makes keys, certificates, genesis and configurations; starts nothing.
    ///
    /// @param folder of this network, wiped when an earlier one left it; people find their keys in it
    /// @param passage an existing folder that jailed children may pass through; sources lie in it
    /// @param port of the console; the next ones are the others'
    /// @param executorOptions given to every executor besides its configuration
    /// @param suite of the chain; only one on SM has a console
    /// @throws PoyangException `PORT_TAKEN`, `NETWORK_RUNNING`, `SET_UP_FAILED`
    public LocalNetwork(
            Path folder,
            Path passage,
            int port,
            List<String> executorOptions,
            CryptoSuite suite,
            RandomSource random,
            InstantSource clock) {
        this.folder = folder.toAbsolutePath();
        this.passage = passage;
        this.port = port;
        this.random = random;
        this.clock = clock;
        lock = claim(this.folder);
        try {
            requireFreePorts();
            clear(this.folder);
            province = new Province(this.folder, suite, random, clock);
            people();
            List<Path> validators = new ArrayList<>();
            for (int i = 1; i <= VALIDATORS; i++) {
                validators.add(province.validator(SUPERVISION, validator(i)));
            }
            genesis = ChainForms.file(province.genesis("鄱阳演示链"));
            for (int i = 1; i <= VALIDATORS; i++) {
                planValidator(i, validators.get(i - 1));
            }
            for (String department : DEPARTMENTS) {
                planExecutor(department, executorOptions);
            }
            if (suite == CryptoSuite.SM) {
                // The console's pages sign with SM2.
                planConsole();
            }
            Path _ = configure(
                    province.process(SUPERVISION, "client", Map.of()),
                    Map.of(
                            "nodes",
                            text(nodes()),
                            "executors",
                            text(executorAddresses(DEPARTMENTS)),
                            "audit.consoles",
                            suite == CryptoSuite.SM
                                    ? SUPERVISION + "/console/console=" + new NodeAddress("console", HOST, auditPort())
                                    : ""));
            writeLogins();
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    "the folder " + folder + " could not be filled (" + e.getMessage() + ")",
                    "a folder with room that this user may write is needed",
                    e);
        }
        identity = province.identity(SUPERVISION, "launcher");
        client = ChainClient.connect(genesis, identity, nodes(), clock);
        executors = ExecutorClient.connect(identity, executorAddresses(DEPARTMENTS));
    }

    // ---- the plan -------------------------------------------------------------------------------

    private static String validator(int number) {
        return "validator-" + number;
    }

    private int peerPort(int number) {
        return port + number;
    }

    private int apiPort(int number) {
        return port + VALIDATORS + number;
    }

    private int executorPort(String department) {
        return port + 2 * VALIDATORS + 1 + DEPARTMENTS.indexOf(department);
    }

    /// The audit logs of all processes, for a supervisor to follow.
    public AuditSources audits() {
        return AuditSources.of(
                client,
                executors,
                identity,
                programs.containsKey("console")
                        ? Map.of(SUPERVISION + "/console/console", new NodeAddress("console", HOST, auditPort()))
                        : Map.of());
    }

    /// Where the console shows its audit log to supervisors.
    private int auditPort() {
        return port + 2 * VALIDATORS + 1 + DEPARTMENTS.size();
    }

    public List<NodeAddress> nodes() {
        List<NodeAddress> nodes = new ArrayList<>();
        for (int i = 1; i <= VALIDATORS; i++) {
            nodes.add(new NodeAddress(validator(i), HOST, apiPort(i)));
        }
        return nodes;
    }

    private List<NodeAddress> executorAddresses(List<String> departments) {
        return departments.stream()
                .map(department -> new NodeAddress(department, HOST, executorPort(department)))
                .toList();
    }

    private static String text(List<NodeAddress> addresses) {
        return addresses.stream().map(NodeAddress::toString).collect(Collectors.joining(","));
    }

    private void people() throws IOException {
        List<String> all = new ArrayList<>(DEPARTMENTS);
        all.add(SUPERVISION);
        for (String organisation : all) {
            List<String> titles = Objects.requireNonNull(TITLES.get(organisation));
            province.organisation(organisation, titles.get(0), titles.get(1));
        }
        for (String department : DEPARTMENTS) {
            String title = Objects.requireNonNull(TITLES.get(department)).getFirst();
            province.account(department, "owner", title + "数据负责人", Role.OWNER);
            province.account(department, "analyst", title + "分析员", Role.ANALYST);
            province.account(department, "executor", title + "计算节点", Role.EXECUTOR);
        }
        province.account(SUPERVISION, "supervisor", "监管员", Role.SUPERVISOR);
        province.account(SUPERVISION, "authority", "证书签发机构", Role.AUTHORITY);
        province.account(SUPERVISION, "console", "控制台索引", Role.CONSOLE);
    }

    private void planValidator(int number, Path home) throws IOException {
        List<NodeAddress> peers = new ArrayList<>();
        for (int i = 1; i <= VALIDATORS; i++) {
            if (i != number) {
                peers.add(new NodeAddress(validator(i), HOST, peerPort(i)));
            }
        }
        Path config = configure(
                home,
                Map.of(
                        "name",
                        validator(number),
                        "validator.key",
                        "validator.key.pem",
                        "directory",
                        "data",
                        "peer.listen",
                        HOST + ":" + peerPort(number),
                        "seeds",
                        text(peers),
                        "api.listen",
                        HOST + ":" + apiPort(number)));
        plan(
                validator(number),
                "poyang.chain.node.NodeMain",
                ClassPaths.of("chain-node/node", "notarization/contract"),
                256,
                config,
                List.of());
    }

    private void planExecutor(String department, List<String> options) throws IOException {
        String name = department + "-executor";
        Path home = province.process(
                department,
                name,
                Map.of(
                        "account.key.pem",
                        province.person(department + "/executor").key()));
        List<String> others =
                DEPARTMENTS.stream().filter(d -> !d.equals(department)).toList();
        Map<String, String> settings = new TreeMap<>();
        settings.put("organisation", department);
        settings.put("account.key", "account.key.pem");
        settings.put("directory", "data");
        settings.put("listen", HOST + ":" + executorPort(department));
        settings.put("nodes", text(nodes()));
        settings.put("peers", text(executorAddresses(others)));
        settings.put("sources.folder", sources(department).toString());
        settings.put("proving.keys.folder", provingKeys(department).toString());
        settings.put(
                "scratch",
                passage.resolve("x" + DEPARTMENTS.indexOf(department)).toString());
        settings.put("reader.class.path", ClassPaths.text(ClassPaths.of("sandbox-executor/reader")));
        settings.put("compute.class.path", ClassPaths.text(ClassPaths.of("sandbox-executor/compute")));
        Path config = configure(home, settings);
        plan(name, "poyang.executor.host.HostMain", ClassPaths.of("sandbox-executor/host"), 256, config, options);
    }

    private void planConsole() throws IOException {
        Path home = province.process(
                SUPERVISION,
                "console",
                Map.of(
                        "account.key.pem",
                        province.person(SUPERVISION + "/console").key()));
        province.https(home);
        Map<String, String> settings = new TreeMap<>();
        settings.put("account", SUPERVISION + "/console");
        settings.put("account.key", "account.key.pem");
        settings.put("directory", "data");
        settings.put("host", HOST);
        settings.put("port", Integer.toString(port));
        settings.put("https.certificate", "https.pem");
        settings.put("https.key", "https.key.pem");
        settings.put("nodes", text(nodes()));
        settings.put("executors", text(executorAddresses(DEPARTMENTS)));
        settings.put("audit.listen", HOST + ":" + auditPort());
        Path config = configure(home, settings);
        plan(
                "console",
                "poyang.dashboard.ConsoleMain",
                ClassPaths.of("stats-dashboard/server"),
                384,
                config,
                List.of());
    }

    private Path configure(Path home, Map<String, String> settings) throws IOException {
        Map<String, String> all = new TreeMap<>(settings);
        all.put("genesis", province.genesisFile().toString());
        all.put("password.file", "password");
        all.put("tls.certificate", "tls.pem");
        all.put("tls.key", "tls.key.pem");
        all.put("tls.root", province.rootFile().toString());
        Path config = home.resolve("config.properties");
        Files.writeString(
                config,
                all.entrySet().stream()
                        .map(setting ->
                                setting.getKey() + " = " + setting.getValue().replace("\\", "\\\\") + "\n")
                        .collect(Collectors.joining()));
        return config;
    }

    private void plan(
            String name, String mainClass, List<Path> classPath, int megabytes, Path config, List<String> options) {
        List<String> arguments = new ArrayList<>(List.of("--config", config.toString()));
        arguments.addAll(options);
        programs.put(name, new Child.Program(name, mainClass, classPath, megabytes, Child.QUICK_START, arguments));
    }

    /// Where a department's executor finds what it proves with.
    Path provingKeys(String department) throws IOException {
        return PrivateFolder.make(passage.resolve("proving-keys-" + department));
    }

    /// Where a department's file sources lie.
    Path sources(String department) throws IOException {
        Path sources = passage.resolve("sources").resolve(department);
        Files.createDirectories(sources);
        for (Path each : List.of(sources.getParent(), sources)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return sources;
    }

    // ---- folders and ports ----------------------------------------------------------------------

    private static FileLock claim(Path folder) {
        FileLock claimed = null;
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            claimed = FileChannel.open(folder.resolve(MARK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                    .tryLock();
        } catch (OverlappingFileLockException e) {
            throw running(folder, e);
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED,
                    "the folder " + folder + " cannot be used (" + e.getMessage() + ")",
                    "give --directory a folder that this user may write",
                    e);
        }
        if (claimed == null) {
            throw running(folder, null);
        }
        return claimed;
    }

    private static PoyangException running(Path folder, @Nullable Exception cause) {
        return new PoyangException(
                NetworkErrors.NETWORK_RUNNING,
                "a network is running in " + folder,
                "stop it with Ctrl-C where it was started, or give another --directory and --port",
                cause);
    }

    private void requireFreePorts() {
        for (int each = port; each < port + PORTS; each++) {
            try (ServerSocket probe = new ServerSocket(each, 1, InetAddress.getLoopbackAddress())) {
                Bug.unless(probe.isBound(), "a server socket is bound when it is made");
            } catch (IOException | IllegalArgumentException e) {
                throw new PoyangException(
                        NetworkErrors.PORT_TAKEN,
                        "port " + each + " is taken (" + e.getMessage() + ")",
                        "stop what listens there, or give --port with " + PORTS + " free ports from it on",
                        e);
            }
        }
    }

    private static void clear(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                if (!entry.getFileName().toString().equals(MARK)) {
                    Scratch.wipe(entry);
                }
            }
        }
        Files.createDirectory(folder.resolve("logs"));
    }

    // ---- running it -----------------------------------------------------------------------------

    /// Starts every process and waits until all serve; from a thread that lives as long as they shall.
    public void start() {
        List<String> names = new ArrayList<>(programs.keySet());
        names.forEach(this::launch);
        names.forEach(name -> {
            String _ = child(name).awaitReady();
        });
    }

    private void launch(String name) {
        children.put(name, Child.start(Objects.requireNonNull(programs.get(name), name), folder.resolve("logs")));
    }

    Child child(String name) {
        return Objects.requireNonNull(children.get(name), name);
    }

    /// `kill -9`.
    public void kill(String process) {
        child(process).kill();
    }

    /// Starts a killed process again.
    public void restart(String process) {
        launch(process);
        String _ = child(process).awaitReady();
    }

    public boolean isAlive(String process) {
        return child(process).isAlive();
    }

    long pid(String process) {
        return child(process).handle().pid();
    }

    /// Every process of the province, and what they started in turn.
    List<ProcessHandle> processes() {
        return children.values().stream()
                .flatMap(child ->
                        Stream.concat(Stream.of(child.handle()), child.handle().descendants()))
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    public String consoleAddress() {
        return "https://" + HOST + ":" + port;
    }

    /// Every person's account, password and key file, for those who run the demonstration.
    private void writeLogins() throws IOException {
        StringBuilder text = new StringBuilder();
        for (Province.Person person : province.people()) {
            if (!person.account().endsWith("/executor") && !person.account().endsWith("/console")) {
                text.append(person.account())
                        .append("  ")
                        .append(person.password())
                        .append("  ")
                        .append(person.keyFile())
                        .append("  ")
                        .append(person.title())
                        .append('\n');
            }
        }
        Path file = folder.resolve("logins.txt");
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, text);
    }

    Province province() {
        return province;
    }

    public Path folder() {
        return folder;
    }

    public GenesisFile genesis() {
        return genesis;
    }

    ExecutorClient executors() {
        return executors;
    }

    /// A person's hand on the chain.
    public ChainAccount account(String name) {
        return new ChainAccount(client, name, province.person(name).key(), random, clock);
    }

    /// Where the encrypted key of a person lies.
    public Path keyFile(String account) {
        return province.person(account).keyFile();
    }

    public String password(String account) {
        return province.person(account).password();
    }

    /// Stops every process, the console first.
    @Override
    public void close() {
        client.close();
        executors.close();
        for (String group : List.of("console", "executor", "validator")) {
            List<Child> members = children.values().stream()
                    .filter(child -> child.name().contains(group))
                    .toList();
            members.forEach(Child::terminate);
            members.forEach(child -> {
                boolean _ = child.awaitEnd();
            });
        }
        release(lock);
    }

    private static void release(@Nullable FileLock held) {
        try {
            if (held != null) {
                held.acquiredBy().close();
            }
        } catch (IOException e) {
            throw new PoyangException(
                    NetworkErrors.SET_UP_FAILED, "the network's folder was not released", "see " + MARK, e);
        }
    }
}
