package poyang.network;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.OperatingSystemRandom;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SealedBox;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.executor.compute.Replay;
import poyang.executor.host.ExecutorSetup;
import poyang.executor.host.LocalJob;
import poyang.executor.host.Source;
import poyang.executor.jail.Jail;
import poyang.executor.jail.JailTrial;
import poyang.executor.jail.Scratch;
import poyang.executor.job.JobPlan;
import poyang.executor.job.SourceDescription;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The main job as far as it stands: three departments' sources, a jail that is tried before it is
/// used, one collision job between two of them, a result that only the analyst's key opens, and a
/// replay of one side from its opening.
@Command(name = "demo", description = "Three departments, one collision job in jailed processes, checked and replayed.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Demo implements Callable<Integer> {
    private static final int MOST_PERSONS = 2_000_000;
    private static final String JOB = "demo";
    private static final String OPENING = "medical-insurance.opening";
    private static final String KEY = "medical-insurance.key.pem";
    private static final String PASSWORD = "medical-insurance.password";

    @Option(names = "--rows", defaultValue = "20000", description = "persons of each department (default: 20000)")
    private int rows;

    @Option(names = "--out", defaultValue = ".poyang/demo", description = "where the opened result goes")
    private Path out;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Spec
    private CommandSpec command;

    private final RandomSource random = OperatingSystemRandom.open();

    @Override
    public Integer call() throws IOException {
        if (rows < 1 || rows > MOST_PERSONS) {
            throw new PoyangException(
                    NetworkErrors.BAD_OPTION,
                    "--rows " + rows + " is out of range",
                    "1 to " + MOST_PERSONS + " are possible");
        }
        long start = System.nanoTime();
        Path folder = Files.createTempDirectory("poyang-demo");
        Thread onExit = new Thread(() -> Scratch.wipe(folder));
        Runtime.getRuntime().addShutdownHook(onExit);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Outcome outcome = run(folder);
        double seconds = (System.nanoTime() - start) / 1e9;
        command.commandLine().getOut().println(json ? outcome.json(seconds) : outcome.summary(seconds, out));
        return outcome.matches() == outcome.expected() && outcome.replayed() ? 0 : 1;
    }

    private Outcome run(Path folder) throws IOException {
        ExecutorSetup setup = setUp(folder);
        try (Departments departments = new Departments(folder, rows)) {
            Map<String, Long> found = new LinkedHashMap<>();
            for (Map.Entry<PartyId, Source> entry : departments.sources().entrySet()) {
                SourceDescription description = LocalJob.discover(setup, entry.getValue());
                if (description instanceof SourceDescription.Discovered(var discovery)) {
                    found.put(entry.getKey().name(), discovery.rows());
                    say(String.format(
                            Locale.ROOT,
                            "  %-18s %-11s %,8d rows, columns %s",
                            entry.getKey(),
                            entry.getValue().connector(),
                            discovery.rows(),
                            discovery.columns().stream().map(c -> c.name()).toList()));
                }
            }
            return collide(folder, setup, departments, found);
        }
    }

    /// A jail that its probes have found tight, and what runs in it.
    private ExecutorSetup setUp(Path folder) throws IOException {
        Jail jail = Jail.bubblewrap(Files.createDirectory(folder.resolve("runtime")));
        Path scratch = Files.createDirectory(folder.resolve("s"));
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwx--x--x"));
        List<Path> compute = classPath("sandbox-executor/compute");
        JailTrial.Findings findings =
                JailTrial.run(jail, compute, scratch, Files.createDirectory(folder.resolve("keys")));
        JailTrial.require(findings);
        say("The jail is tight; out of reach inside: "
                + findings.open().entrySet().stream()
                        .filter(probe -> !probe.getValue())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.joining(", ")));
        return new ExecutorSetup(
                jail,
                scratch,
                classPath("sandbox-executor/reader"),
                compute,
                ExecutorSetup.READER_LIMITS,
                ExecutorSetup.COMPUTE_LIMITS);
    }

    private Outcome collide(Path folder, ExecutorSetup setup, Departments departments, Map<String, Long> found)
            throws IOException {
        try (Sm2PrivateKey analyst = Sm2PrivateKey.generate(random);
                Sm2PrivateKey medical = Sm2PrivateKey.generate(random);
                Sm2PrivateKey taxation = Sm2PrivateKey.generate(random)) {
            Files.createDirectories(out);
            Path opening = out.resolve(OPENING);
            keep(medical);
            LocalJob.Attempt attempt = new LocalJob.Attempt(
                    JOB,
                    1,
                    new JobPlan.Collision("key", "key", "id", "dh-sm2"),
                    new LocalJob.Side(
                            Departments.MEDICAL_INSURANCE,
                            departments.source(Departments.MEDICAL_INSURANCE),
                            medical.publicKey(),
                            opening),
                    new LocalJob.Side(
                            Departments.TAXATION,
                            departments.source(Departments.TAXATION),
                            taxation.publicKey(),
                            folder.resolve("right.opening")),
                    analyst.publicKey());
            Path sealed = folder.resolve("result.sealed");
            LocalJob.Result result = LocalJob.run(setup, attempt, sealed, (_, _, _) -> {});
            byte[] plain = SealedBox.open(
                    analyst,
                    ("poyang.result.v1:" + JOB + ":1").getBytes(StandardCharsets.UTF_8),
                    Files.readAllBytes(sealed));
            boolean committed = Sm3.hash(plain).equals(result.left().outputCommitment());
            String csv = new String(plain, 16, plain.length - 16, StandardCharsets.UTF_8);
            Files.writeString(out.resolve("matches.csv"), csv);
            return new Outcome(
                    found,
                    csv.lines().count() - 1,
                    departments.expectedMatches(),
                    result.protocolMillis() / 1e3,
                    result.bytesExchanged(),
                    setup.jail().name(),
                    committed && replays(opening, medical, result));
        }
    }

    /// The department's own key, encrypted, beside its generated password: its auditor opens the opening.
    private void keep(Sm2PrivateKey department) throws IOException {
        String password = Bytes.wrap(random.bytes(16)).hex();
        Path file = out.resolve(PASSWORD);
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, password);
        Files.deleteIfExists(out.resolve(KEY)); // of an earlier demonstration
        PrivateKeyFile.write(out.resolve(KEY), department, password.toCharArray(), random);
    }

    /// Whether re-executing the left side from its opening gives what was committed and exchanged.
    private static boolean replays(Path opening, Sm2PrivateKey department, LocalJob.Result result) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(opening))) {
            Replay.Commitment again = Replay.run(in, department);
            return again.inputRoot().equals(result.leftInput().inputRoot())
                    && again.seedCommitment().equals(result.leftInput().seedCommitment())
                    && again.transcript().equals(result.left().transcript());
        }
    }

    /// The run-time class path of a module, as its build left it; in a test, the test's own.
    private static List<Path> classPath(String module) throws IOException {
        String home = System.getenv("POYANG_HOME");
        if (home == null) {
            return split(System.getProperty("java.class.path"));
        }
        Path target = Path.of(home, module, "target");
        List<Path> entries = new ArrayList<>();
        try (Stream<Path> jars = Files.list(target)) {
            entries.addAll(jars.filter(j -> j.toString().endsWith(".jar")).toList());
        }
        entries.addAll(split(Files.readString(target.resolve("classpath.txt")).strip()));
        return entries;
    }

    private static List<Path> split(String classPath) {
        return Arrays.stream(classPath.split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
    }

    private void say(String line) {
        command.commandLine().getErr().println(line);
    }

    /// What came of it.
    private record Outcome(
            Map<String, Long> rows,
            long matches,
            long expected,
            double protocolSeconds,
            long bytesExchanged,
            String sandbox,
            boolean replayed) {

        String json(double seconds) {
            String found = rows.entrySet().stream()
                    .map(e -> "\"" + e.getKey() + "\":" + e.getValue())
                    .collect(Collectors.joining(",", "{", "}"));
            return String.format(
                    Locale.ROOT,
                    "{\"rows\":%s,\"matches\":%d,\"expectedMatches\":%d,\"seconds\":%.3f,\"protocolSeconds\":%.3f,"
                            + "\"bytesExchanged\":%d,\"sandbox\":\"%s\",\"replayed\":%b}",
                    found,
                    matches,
                    expected,
                    seconds,
                    protocolSeconds,
                    bytesExchanged,
                    sandbox,
                    replayed);
        }

        String summary(double seconds, Path out) {
            return String.format(
                    Locale.ROOT,
                    "Who is in both medical-insurance and taxation? %,d persons; the generator made %,d.%n"
                            + "Each side's rows went from a jailed reader straight into a jailed compute child (%s);%n"
                            + "the process that carried the frames between them saw none.%n"
                            + "The result was sealed to the analyst's key inside the child, and opened here into %s.%n"
                            + "One side was re-executed from its opening: %s.%n"
                            + "%.1f s in all, %.1f s of them the protocol, %,d bytes between the departments.%n"
                            + "Its auditor does the same by%n  ./poyang audit replay %s --key %s --password-file %s",
                    matches,
                    expected,
                    sandbox,
                    out.resolve("matches.csv"),
                    replayed ? "commitments and transcript are those of the run" : "IT DIFFERS from the run",
                    seconds,
                    protocolSeconds,
                    bytesExchanged,
                    out.resolve(OPENING),
                    out.resolve(KEY),
                    out.resolve(PASSWORD));
        }
    }
}
