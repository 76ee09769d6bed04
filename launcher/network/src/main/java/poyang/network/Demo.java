package poyang.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.CryptoSuite;
import poyang.crypto.random.ProcessRandom;
import poyang.executor.jail.Scratch;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The main job, end to end: a province of real processes on this machine, three departments' sources,
/// one collision job with consents and receipts, verified by a process that knows nothing but receipt
/// and genesis. Then everything keeps running for a look around, unless `--once`.
@Command(
        name = "demo",
        description = "A whole province on this machine, and one collision job between two departments.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Demo implements Callable<Integer> {
    private static final int MOST_PERSONS = 2_000_000;
    private static final Pattern POSTGRES = Pattern.compile("([^:/]+):([0-9]{1,5})/([A-Za-z0-9_]+)");
    private static final long VERIFY_SECONDS = 60;

    @Option(names = "--rows", defaultValue = "20000", description = "persons of each department (default: 20000)")
    private int rows;

    @Option(
            names = "--suite",
            defaultValue = "sm",
            description = "what the chain signs and hashes with: sm or international (default: sm)")
    private String suite;

    @Option(names = "--once", description = "run the job, stop everything and exit")
    private boolean once;

    @Option(names = "--json", description = "print one JSON object as the last line")
    private boolean json;

    @Option(
            names = "--directory",
            defaultValue = ".poyang/demo",
            description =
                    "keys, results and logs of this network; wiped when an earlier demo left it (default: .poyang/demo)")
    private Path directory;

    @Option(
            names = "--port",
            defaultValue = "8480",
            description = "of the console; the next 11 are used too (default: 8480)")
    private int port;

    @Option(
            names = "--unsafe-no-sandbox",
            description = "run without a jail where none can be had; every receipt then says so")
    private boolean unsafe;

    @Option(
            names = "--postgres",
            description = "HOST:PORT/DATABASE for the housing fund's table (default: an embedded server)")
    private @Nullable String postgres;

    @Option(names = "--postgres-user", defaultValue = "postgres", description = "who may make a table there")
    private String postgresUser;

    @Option(names = "--postgres-password-file", description = "holds that user's password")
    private @Nullable Path postgresPassword;

    @Spec
    private CommandSpec command;

    private final RandomSource random = ProcessRandom.open("demo");

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (rows < 1 || rows > MOST_PERSONS) {
            throw new PoyangException(
                    NetworkErrors.BAD_OPTION,
                    "--rows " + rows + " is out of range",
                    "1 to " + MOST_PERSONS + " are possible");
        }
        Optional<Departments.Database> database = database();
        long start = System.nanoTime();
        Path passage = Files.createTempDirectory("poyang");
        Files.setPosixFilePermissions(passage, PosixFilePermissions.fromString("rwx--x--x"));
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch finished = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopped.countDown();
            awaitQuietly(finished);
            Scratch.wipe(passage);
        }));
        try (LocalNetwork network = new LocalNetwork(
                        directory,
                        passage,
                        port,
                        unsafe ? List.of("--unsafe-no-sandbox") : List.of(),
                        CryptoSuite.named(suite),
                        random,
                        InstantSource.system());
                Departments departments = new Departments(network, rows, database)) {
            Outcome outcome = run(network, departments, start);
            command.commandLine().getOut().println(json ? outcome.json() : outcome.summary(network));
            if (!once) {
                say("The owner of taxation publishes a view for private look-ups; its table is being made ...");
                DemoView view = new DemoView(network);
                view.publish();
                var _ = view.awaitTable(1);
                command.commandLine().getOut().println(tour(network));
                stopped.await();
                say("stopping ...");
            }
            return outcome.right() ? 0 : 1;
        } finally {
            finished.countDown();
        }
    }

    private Optional<Departments.Database> database() throws IOException {
        if (postgres == null) {
            return Optional.empty();
        }
        Matcher matcher = POSTGRES.matcher(postgres);
        if (!matcher.matches()) {
            throw new PoyangException(
                    NetworkErrors.BAD_OPTION,
                    "--postgres \"" + postgres + "\" is no address",
                    "HOST:PORT/DATABASE is needed");
        }
        String password = postgresPassword == null
                ? ""
                : Files.readString(postgresPassword).strip();
        return Optional.of(new Departments.Database(
                matcher.group(1), Integer.parseInt(matcher.group(2)), matcher.group(3), postgresUser, password));
    }

    private Outcome run(LocalNetwork network, Departments departments, long start)
            throws IOException, InterruptedException {
        say("Keys, certificates and the genesis of four validators lie in " + network.folder() + ".");
        network.start();
        String jails = unsafe ? "WITHOUT A JAIL" : "in tried jails";
        say("Four validators and three executors " + jails + (hasConsole(network) ? ", and the console," : "")
                + " are up. The owners register:");
        MainJob main = new MainJob(network, random, this::say);
        Map<String, Long> found = departments.register(main);
        String id = main.submit("medical-insurance/insured", "taxation/taxpayers");
        say("The analyst of medical insurance asks who is in both; the owners of both consent ...");
        main.consent(id);
        MainJob.Outcome done = main.collect(main.awaitEnd(id, 1), network.folder());
        Files.writeString(network.folder().resolve("matches.csv"), done.csv());
        long height = network.account("supervision/supervisor").height();
        boolean verified = done.committed() && verified(network, done.receipts());
        return new Outcome(
                found, done, departments.expectedMatches(), height, verified, (System.nanoTime() - start) / 1e9);
    }

    /// Each receipt by a fresh process that is given nothing but receipt and genesis.
    private static boolean verified(LocalNetwork network, Map<String, Path> receipts)
            throws IOException, InterruptedException {
        for (Path receipt : receipts.values()) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            ClassPaths.text(ClassPaths.of("launcher/network")),
                            "poyang.network.Main",
                            "verify",
                            receipt.toString(),
                            "--genesis",
                            network.province().genesisFile().toString())
                    .redirectOutput(ProcessBuilder.Redirect.to(network.folder()
                            .resolve(receipt.getFileName() + ".verified.txt")
                            .toFile()))
                    .redirectErrorStream(true)
                    .start();
            if (!process.waitFor(VERIFY_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                return false;
            }
        }
        return true;
    }

    private void say(String line) {
        command.commandLine().getErr().println(line);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean hasConsole(LocalNetwork network) {
        return network.genesis().getSuite().equals(CryptoSuite.SM.label());
    }

    private static String tour(LocalNetwork network) {
        StringBuilder text = new StringBuilder();
        if (!hasConsole(network)) {
            return text.append(String.format(
                            Locale.ROOT,
                            "%nThe console's pages sign with SM2, so this chain has none; accounts and keys are in %s.%n",
                            network.folder().resolve("logins.txt")))
                    .append("Ctrl-C stops everything.")
                    .toString();
        }
        text.append(String.format(Locale.ROOT, "%nThe console: %s%n", network.consoleAddress()));
        text.append("Have your browser trust ")
                .append(network.province().webAuthorityFile())
                .append(" first (README.md says how); it is good for this machine's addresses only.\n");
        text.append(
                "Log in with account, key file and password (the key is opened in your browser, never on a server):\n");
        for (String account : List.of("taxation/owner", "medical-insurance/analyst", "supervision/supervisor")) {
            text.append(String.format(
                    Locale.ROOT, "  %-26s %s  %s%n", account, network.password(account), network.keyFile(account)));
        }
        text.append("The others' passwords are in ")
                .append(network.folder().resolve("logins.txt"))
                .append(".\n");
        text.append("First: log in as medical-insurance/analyst, open the job that has just run, and its result.\n");
        return text.append(lookUp(network)).append("Ctrl-C stops everything.").toString();
    }

    /// The command that reads a record without telling taxation whose.
    private static String lookUp(LocalNetwork network) {
        Path folder = network.folder();
        return String.format(
                Locale.ROOT,
                "Read a taxpayer's record by number, without telling taxation whose (numbers: %s):%n"
                        + "  ./poyang lookup %s NUMBER --purpose 核对登记 --config %s%n"
                        + "    --account medical-insurance/analyst --key %s%n",
                folder.resolve("matches.csv"),
                DemoView.ID,
                folder.resolve("processes/client/config.properties"),
                network.keyFile("medical-insurance/analyst"));
    }

    /// What came of it.
    private record Outcome(
            Map<String, Long> rows,
            MainJob.Outcome done,
            long expected,
            long blockHeight,
            boolean verified,
            double seconds) {

        boolean right() {
            return done.matches() == expected && verified;
        }

        String json() {
            String found = rows.entrySet().stream()
                    .map(e -> "\"" + e.getKey() + "\":" + e.getValue())
                    .collect(Collectors.joining(",", "{", "}"));
            String receipts = done.receipts().values().stream()
                    .map(path -> "\"" + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"")
                    .collect(Collectors.joining(",", "[", "]"));
            return String.format(
                    Locale.ROOT,
                    "{\"rows\":%s,\"matches\":%d,\"expectedMatches\":%d,\"seconds\":%.3f,\"protocolSeconds\":%.3f,"
                            + "\"bytesExchanged\":%d,\"blockHeight\":%d,\"receipts\":%s,\"verified\":%b}",
                    found,
                    done.matches(),
                    expected,
                    seconds,
                    done.protocolSeconds(),
                    done.bytesExchanged(),
                    blockHeight,
                    receipts,
                    verified);
        }

        String summary(LocalNetwork network) {
            Path folder = network.folder();
            return String.format(
                    Locale.ROOT,
                    "Who is in both medical insurance and taxation? %,d persons; the generator made %,d.%n"
                            + "Each side's rows went from a reader straight into a compute child (sandbox: %s); only masked%n"
                            + "points crossed between the departments, %,d bytes. The result was sealed to the analyst's key%n"
                            + "inside the child, and opened here into %s.%n"
                            + "Inputs and randomness were committed to on chain before the first frame; block %d stands.%n"
                            + "Two receipts, verified by a fresh process from receipt and genesis alone: %s%n"
                            + "  ./poyang verify %s --genesis %s%n"
                            + "%.1f s in all, %.1f s of them the protocol.",
                    done.matches(),
                    expected,
                    done.job().getParties(0).getCommitment().getSandbox(),
                    done.bytesExchanged(),
                    folder.resolve("matches.csv"),
                    blockHeight,
                    verified ? "both hold." : "NOT PROVEN.",
                    done.receipts().get(MainJob.LEFT),
                    folder.resolve("genesis.json"),
                    seconds,
                    done.protocolSeconds());
        }
    }
}
