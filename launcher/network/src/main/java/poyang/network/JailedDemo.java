package poyang.network;

import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.connectors.SourceSettings;
import poyang.crypto.OperatingSystemRandom;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.SealedBox;
import poyang.crypto.Sm2PrivateKey;
import poyang.executor.host.ExecutorSetup;
import poyang.executor.host.LocalJob;
import poyang.executor.host.Source;
import poyang.executor.jail.Jail;
import poyang.executor.jail.JailTrial;
import poyang.executor.jail.Scratch;
import poyang.executor.job.ExactCounts;
import poyang.executor.job.JobPlan;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;
import poyang.tools.DepartmentTables;

/// Two departments' tables, each read and computed on by jailed children of its own: the sandbox from
/// its trial to the sealed result, the openings and the receiver who alone can open what came out.
@Command(name = "jailed-demo", description = "The collision of two made-up departments, in real sandboxes.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class JailedDemo implements Callable<Integer> {
    private static final List<String> DEPARTMENTS = List.of("medical-insurance", "taxation");
    private static final JobPlan PLAN = new JobPlan.Collision("key", "key", "id", "dh-sm2");
    private static final String JOB = "demo";
    private static final int SALT_BYTES = 16;
    /// What a reader's jail does not hold.
    private static final Pattern NOT_FOR_READER = entries(
            "picocli|poyang-(tools|network|psi-pir|jobs|sandbox-host|sandbox-compute)",
            "launcher/tools|launcher/network|psi-pir|sandbox-executor/(jobs|host|compute)");
    /// What a compute child's jail does not hold.
    private static final Pattern NOT_FOR_COMPUTE = entries(
            "picocli|duckdb_jdbc|fastcsv|postgresql|poyang-(tools|network|connectors-files|connectors-jdbc|sandbox-host"
                    + "|sandbox-reader)",
            "launcher/tools|launcher/network|data-connectors/(files|jdbc)|sandbox-executor/(host|reader)");

    @Option(names = "--rows", defaultValue = "20000", description = "persons of each department (default: 20000)")
    private int rows;

    @Option(names = "--folder", defaultValue = ".poyang/jailed", description = "where everything goes")
    private Path folder;

    @Option(names = "--unsafe-no-sandbox", description = "run without a jail where there is none to be had")
    private boolean unsafe;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Spec
    private CommandSpec command;

    private final RandomSource random = OperatingSystemRandom.open();

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        Files.createDirectories(folder);
        DepartmentTables tables = new DepartmentTables(
                new DepartmentTables.Plan(2, rows, 0.3, DepartmentTables.Kind.ID, 0.05, 20261123, List.of()));
        for (int party = 0; party < 2; party++) {
            write(tables, party);
        }
        Path runtime = Files.createTempDirectory("poyang");
        Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx--x--x"));
        Path keys = Files.createDirectory(
                runtime.resolve("keys"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try (Sm2PrivateKey receiver = Sm2PrivateKey.generate(random);
                Sm2PrivateKey left = department(0);
                Sm2PrivateKey right = department(1)) {
            Jail jail = jail(runtime, keys);
            LocalJob.Attempt attempt =
                    new LocalJob.Attempt(JOB, 1, PLAN, side(0, left), side(1, right), receiver.publicKey());
            ExecutorSetup setup = new ExecutorSetup(
                    jail,
                    runtime,
                    classPath(NOT_FOR_READER),
                    classPath(NOT_FOR_COMPUTE),
                    ExecutorSetup.READER_LIMITS,
                    ExecutorSetup.COMPUTE_LIMITS);
            Path sealed = folder.resolve("result.sealed");
            LocalJob.Result result = LocalJob.run(setup, attempt, sealed, (_, _, _) -> {});
            byte[] plain = SealedBox.open(receiver, context("poyang.result.v1:"), Files.readAllBytes(sealed));
            Files.write(folder.resolve("matches.csv"), Arrays.copyOfRange(plain, SALT_BYTES, plain.length));
            ExactCounts counts = counts(left, result.left().countsToDepartment());
            ExactCounts others = counts(right, result.right().countsToDepartment());
            long expected = tables.expectedMatches(0, 1);
            double seconds = (System.nanoTime() - start) / 1e9;
            command.commandLine()
                    .getOut()
                    .println(
                            json
                                    ? json(counts, others, expected, seconds, result, jail)
                                    : summary(counts, others, expected, result, jail));
            return counts.matches() == expected ? 0 : 1;
        } finally {
            Scratch.wipe(runtime);
        }
    }

    /// A jail that held in its trial, or none when the person said so.
    private Jail jail(Path runtime, Path keys) {
        if (unsafe) {
            return Jail.unsafe(runtime);
        }
        Jail jail = Jail.bubblewrap(runtime);
        JailTrial.require(JailTrial.run(jail, classPath(NOT_FOR_COMPUTE), runtime, keys));
        return jail;
    }

    /// The department's own key, kept encrypted for the auditor beside its generated password.
    private Sm2PrivateKey department(int party) throws IOException {
        Sm2PrivateKey key = Sm2PrivateKey.generate(random);
        String password = Bytes.wrap(random.bytes(16)).hex();
        String name = DEPARTMENTS.get(party);
        Path file = folder.resolve(name + ".password");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, password);
        PrivateKeyFile.write(folder.resolve(name + ".key.pem"), key, password.toCharArray(), random);
        return key;
    }

    private LocalJob.Side side(int party, Sm2PrivateKey department) {
        String name = DEPARTMENTS.get(party);
        return new LocalJob.Side(
                new PartyId(name),
                new Source("csv", new SourceSettings(Map.of("path", table(party).toString()))),
                department.publicKey(),
                folder.resolve(name + ".opening"));
    }

    private static ExactCounts counts(Sm2PrivateKey department, Bytes sealed) {
        return ExactCounts.decode(SealedBox.open(department, context("poyang.counts.v1:"), sealed.toArray()));
    }

    private static byte[] context(String prefix) {
        return (prefix + JOB + ":1").getBytes(StandardCharsets.UTF_8);
    }

    private static List<Path> classPath(Pattern without) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty() && !without.matcher(entry).matches())
                .map(entry -> Path.of(entry).toAbsolutePath())
                .toList();
    }

    /// Class path entries: jars by name, or the class folders of modules while they are being built.
    private static Pattern entries(String jars, String modules) {
        return Pattern.compile(".*/(" + jars + ")-[0-9][^/]*\\.jar|.*/(" + modules + ")/target/(test-)?classes");
    }

    private Path table(int party) {
        return folder.resolve(DEPARTMENTS.get(party) + ".csv");
    }

    private void write(DepartmentTables tables, int party) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(table(party))) {
            writer.write(DepartmentTables.HEADER + "\n");
            tables.rows(party, row -> {
                try {
                    writer.write(row.line() + "\n");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        Files.setPosixFilePermissions(table(party), PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static String json(
            ExactCounts left, ExactCounts right, long expected, double seconds, LocalJob.Result result, Jail jail) {
        return String.format(
                Locale.ROOT,
                "{\"rows\":{\"medical-insurance\":%d,\"taxation\":%d},\"matches\":%d,\"expectedMatches\":%d,"
                        + "\"seconds\":%.3f,\"protocolSeconds\":%.3f,\"bytesExchanged\":%d,\"sandbox\":\"%s\"}",
                left.rowsRead(),
                right.rowsRead(),
                left.matches(),
                expected,
                seconds,
                result.protocolMillis() / 1e3,
                result.bytesExchanged(),
                jail.name());
    }

    private String summary(ExactCounts left, ExactCounts right, long expected, LocalJob.Result result, Jail jail) {
        return String.format(
                Locale.ROOT,
                "Sandbox: %s%s.%nTwo departments, %,d and %,d rows, each read and computed on by children of its own.%n"
                        + "Who is in both? %,d persons; the generator knows that it made %,d. The protocol took %.1f s and"
                        + " %,d bytes.%nThe children sealed the result to the receiver, who opened it into %s.%n"
                        + "Committed before the first frame: inputs %s… and %s….%n"
                        + "Run one side again from its opening:%n  ./poyang audit replay %s --key %s --password-file %s",
                jail.name(),
                unsafe ? "" : ", which refused every probe",
                left.rowsRead(),
                right.rowsRead(),
                left.matches(),
                expected,
                result.protocolMillis() / 1e3,
                result.bytesExchanged(),
                folder.resolve("matches.csv"),
                result.leftInput().inputRoot().slice(0, 4),
                result.rightInput().inputRoot().slice(0, 4),
                folder.resolve("taxation.opening"),
                folder.resolve("taxation.key.pem"),
                folder.resolve("taxation.password"));
    }
}
