package poyang.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import poyang.connectors.BatchStream;
import poyang.crypto.SeededRandom;
import poyang.crypto.random.ProcessRandom;
import poyang.executor.job.JobFacts;
import poyang.executor.job.JobKind;
import poyang.executor.job.JobPlan;
import poyang.executor.job.JobRun;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.RandomSource;

/// One party of `score` in a process of its own: it opens its own file only and meets the other party on a
/// Unix-domain socket. It runs what a department's executor runs, without jail and chain.
///
/// Arguments: `features|model FILE SOCKET OUT PROTOCOL NAME TERM COEFFICIENT DEGREE DECIMALS BOUND`, then
/// `COLUMN DECIMALS BOUND` for each feature. Prints `rows`, `matches`, `sent`, `received`, `protocolMillis`,
/// `inputRoot` and `transcript`, one `name=value` a line.
final class ScoreParty {
    static final PartyId FEATURES = new PartyId("features");
    static final PartyId MODEL = new PartyId("model");
    private static final int FIRST_FEATURE = 11;

    private ScoreParty() {}

    public static void main(String[] arguments) {
        PartyMeeting.run(() -> run(arguments));
    }

    /// What follows role, file and socket.
    static List<String> arguments(Path out, JobPlan.Scoring plan) {
        JobPlan.Model model = plan.model();
        List<String> arguments = new ArrayList<>(List.of(
                out.toAbsolutePath().toString(),
                plan.protocol(),
                plan.keyColumn(),
                model.termColumn(),
                model.coefficientColumn(),
                Integer.toString(model.degree()),
                Integer.toString(model.decimals()),
                Long.toString(model.bound())));
        for (JobPlan.Feature feature : plan.features()) {
            arguments.addAll(
                    List.of(feature.column(), Integer.toString(feature.decimals()), Long.toString(feature.bound())));
        }
        return arguments;
    }

    private static JobPlan.Scoring plan(String[] arguments) {
        List<JobPlan.Feature> features = new ArrayList<>();
        for (int i = FIRST_FEATURE; i < arguments.length; i += 3) {
            features.add(new JobPlan.Feature(
                    arguments[i], Integer.parseInt(arguments[i + 1]), Long.parseLong(arguments[i + 2])));
        }
        JobPlan.Model model = new JobPlan.Model(
                arguments[6],
                arguments[7],
                Integer.parseInt(arguments[8]),
                Integer.parseInt(arguments[9]),
                Long.parseLong(arguments[10]));
        return new JobPlan.Scoring(arguments[5], features, model, arguments[4]);
    }

    private static void run(String[] arguments) throws IOException, InterruptedException {
        boolean features = arguments[0].equals("features");
        JobPlan.Scoring plan = plan(arguments);
        PartyId self = features ? FEATURES : MODEL;
        PartyId peer = features ? MODEL : FEATURES;
        JobKind kind = JobKind.of(plan);
        JobRun run = kind.open(new JobFacts("local", 1, self, peer, features, plan));
        try (BufferAllocator allocator = new RootAllocator();
                BatchStream batches =
                        PartyMeeting.open(Path.of(arguments[1]), kind.columns(plan, features ? 0 : 1), allocator)) {
            while (batches.next()) {
                run.read(batches.root());
            }
        }
        RandomSource random = new SeededRandom(ProcessRandom.open("score").bytes(SeededRandom.SEED_BYTES), "score");
        Bytes root = run.inputRoot(random.fork("input"));
        try (SocketNetwork network = PartyMeeting.meet(self, peer, features, Path.of(arguments[2]))) {
            long start = System.nanoTime();
            JobRun.Output output = run.run(
                    network,
                    random.fork("protocol"),
                    (phase, done, total) -> System.out.println("progress=" + phase + " " + done + "/" + total));
            long millis = (System.nanoTime() - start) / 1_000_000;
            if (output.result().isPresent()) {
                Files.write(Path.of(arguments[3]), output.result().get().toArray());
            }
            System.out.println("rows=" + run.rowsRead());
            System.out.println("matches=" + output.matches());
            System.out.println("sent=" + output.exchange().bytesSent());
            System.out.println("received=" + output.exchange().bytesReceived());
            System.out.println("protocolMillis=" + millis);
            System.out.println("inputRoot=" + root.hex());
            System.out.println("transcript=" + output.exchange().transcript().hex());
        }
    }
}
