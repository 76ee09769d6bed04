package poyang.pir;

import com.sun.management.OperatingSystemMXBean;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm3;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

/// Private reads between two processes over TCP: `[--records N] [--bytes N] [--mode keyword|index]
/// [--batch K] [--threads T] [--rounds R] [--json]`. The last line is one JSON object. `--timing` is {@link PirTiming}.
///
/// The holder runs in a process of its own, which measures how fast its memory is read, before the
/// table is made; the client checks every answer.
final class PirBench {
    private static final int WARM_UP = 3;
    /// The youngest objects, the transforms of two outputs, frames.
    private static final int WORK_MEGABYTES = 240;
    private final Map<String, String> options = new TreeMap<>();
    private final boolean json;

    private PirBench(String[] arguments) {
        List<String> words = new ArrayList<>(List.of(arguments));
        json = words.remove("--json");
        for (int i = 0; i + 1 < words.size(); i += 2) {
            options.put(words.get(i), words.get(i + 1));
        }
    }

    private int number(String option, int otherwise) {
        return Integer.parseInt(options.getOrDefault(option, Integer.toString(otherwise)));
    }

    private int records() {
        return number("--records", 1 << 20);
    }

    private int bytes() {
        return number("--bytes", 1024);
    }

    private int batch() {
        return number("--batch", 1);
    }

    private boolean byIndex() {
        return options.getOrDefault("--mode", "keyword").equals("index");
    }

    public static void main(String[] arguments) throws Exception {
        if (List.of(arguments).contains("--timing")) {
            System.exit(PirTiming.run(List.of(arguments).contains("--json")));
        }
        PirBench bench = new PirBench(arguments);
        if (bench.options.containsKey("--serve")) {
            bench.serve();
        } else {
            bench.run();
        }
    }

    static RandomSource random(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    static byte[] keyword(int i) {
        return ("36010219" + i).getBytes(StandardCharsets.US_ASCII);
    }

    byte[] record(int i) {
        byte[] record = new byte[bytes()];
        new Random(i).nextBytes(record);
        return record;
    }

    // ---- the holder ---------------------------------------------------------------------------------

    /// Reads commands of one byte: 'q' a frame to be answered, 'e' a frame to be evaluated, 'x' the
    /// end.
    private void serve() throws Exception {
        int threads = number("--threads", 2);
        double limit = ReadLimit.bytesPerSecond(threads);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads);
                ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Workers workers = (parts, work) -> spread(pool, threads, parts, work);
            long start = System.nanoTime();
            Holder holder = byIndex() ? Holder.ofIndex(this, workers) : Holder.ofKeywords(this, workers);
            double setUp = (System.nanoTime() - start) / 1e9;
            System.out.println("port " + listener.getLocalPort());
            System.out.flush();
            try (Socket socket = listener.accept()) {
                socket.setTcpNoDelay(true);
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                send(out, holder.form());
                out.writeDouble(setUp);
                out.writeDouble(limit);
                out.writeLong(holder.rows().matrixBytes());
                out.writeLong(holder.rows().preparedBytes());
                out.writeLong(peakBytes());
                out.flush();
                answer(holder, workers, in, out);
            }
        }
    }

    private void answer(Holder holder, Workers workers, DataInputStream in, DataOutputStream out) throws IOException {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        while (true) {
            int command = in.read();
            if (command != 'q' && command != 'e') {
                return;
            }
            byte[] frame = receive(in);
            long cpu = system.getProcessCpuTime();
            if (command == 'e') {
                send(out, holder.evaluate(frame));
            } else {
                long start = System.nanoTime();
                RowQuery[] queries = new RowQuery[batch()];
                for (int i = 0; i < queries.length; i++) {
                    queries[i] = RowQuery.read(
                            frame, i * holder.rows().queryBytes(), holder.rows().rows());
                }
                holder.rows().firstPass(queries, workers);
                double firstPass = (System.nanoTime() - start) / 1e9;
                double scanCpu = (system.getProcessCpuTime() - cpu) / 1e9;
                cpu = system.getProcessCpuTime();
                start = System.nanoTime();
                byte[] answer = holder.rows().answer(frame, batch(), workers);
                out.writeDouble(firstPass);
                out.writeDouble(scanCpu);
                out.writeDouble((System.nanoTime() - start) / 1e9);
                out.writeDouble((system.getProcessCpuTime() - cpu) / 1e9);
                send(out, answer);
            }
            out.flush();
        }
    }

    private static void spread(ExecutorService pool, int threads, int parts, java.util.function.IntConsumer work) {
        java.util.concurrent.atomic.AtomicInteger next = new java.util.concurrent.atomic.AtomicInteger();
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(CompletableFuture.runAsync(
                    () -> {
                        for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                            work.accept(part);
                        }
                    },
                    pool));
        }
        running.forEach(CompletableFuture::join);
    }

    /// The process's largest resident set so far.
    private static long peakBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return 0;
    }

    // ---- the client ---------------------------------------------------------------------------------

    private void run() throws Exception {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "--add-modules=jdk.incubator.vector",
                "-XX:+UseParallelGC",
                "-Xmn96m", // what stays is nearly all of it
                "-Xms" + heapMegabytes() + "m",
                "-Xmx" + heapMegabytes() + "m",
                "-cp",
                System.getProperty("java.class.path"),
                PirBench.class.getName(),
                "--serve",
                "yes"));
        options.forEach((option, value) -> command.addAll(List.of(option, value)));
        Process holder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = holder.inputReader()) {
            int port = 0;
            while (port == 0) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IllegalStateException("the holder ended with " + holder.waitFor());
                }
                if (line.startsWith("port ")) {
                    port = Integer.parseInt(line.substring(5));
                } else if (!json) {
                    System.out.println(line);
                }
            }
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setTcpNoDelay(true);
                measure(new DataInputStream(socket.getInputStream()), new DataOutputStream(socket.getOutputStream()));
            }
        } finally {
            holder.destroy();
            holder.waitFor(10, TimeUnit.SECONDS);
        }
    }

    /// Room for the matrix, what is prepared from it, what is kept of each record (its value twice, a check),
    /// and work: no more, so that the largest resident set is what the table takes and not what was left lying.
    private long heapMegabytes() {
        long matrix;
        int outputs;
        if (byIndex()) {
            int perRow = IndexForm.plan(records(), bytes());
            int rows = Math.ceilDiv(records(), perRow);
            outputs = RowServer.outputs(perRow * bytes() + KeywordForm.depth(rows) * Sm3.DIGEST_BYTES);
            matrix = (long) rows * outputs * PirParameters.OUTPUT_BYTES;
        } else {
            TablePlan plan = TablePlan.of(records(), bytes());
            matrix = plan.matrixBytes(bytes());
            outputs = (int) (matrix / plan.rows() / PirParameters.OUTPUT_BYTES);
        }
        return (matrix + outputs * Packing.bytes() + records() * 96L >> 20) + WORK_MEGABYTES + 6L * batch();
    }

    private void measure(DataInputStream in, DataOutputStream out) throws IOException {
        byte[] form = receive(in);
        double setUp = in.readDouble();
        double limit = in.readDouble();
        long matrixBytes = in.readLong();
        long preparedBytes = in.readLong();
        long peakBytes = in.readLong();
        Asker asker = byIndex() ? Asker.byIndex(this, form) : Asker.byKeyword(this, form);
        int rounds = number("--rounds", 5);
        List<double[]> measured = new ArrayList<>();
        for (int round = -WARM_UP; round < rounds; round++) {
            double[] figures = asker.ask(round, batch(), in, out);
            if (round >= 0) {
                measured.add(figures);
            }
        }
        out.write('x');
        out.flush();
        double[] median = new double[measured.getFirst().length];
        for (int i = 0; i < median.length; i++) {
            int figure = i;
            double[] sorted =
                    measured.stream().mapToDouble(m -> m[figure]).sorted().toArray();
            median[i] = sorted[sorted.length / 2];
        }
        double perSecond = matrixBytes / median[1];
        System.out.printf(
                Locale.ROOT,
                "{\"mode\":\"%s\",\"records\":%d,\"recordBytes\":%d,\"batch\":%d,\"threads\":%d,\"seconds\":%.3f,"
                        + "\"firstPassSeconds\":%.3f,\"firstPassCpuSeconds\":%.3f,\"serverSeconds\":%.3f,"
                        + "\"serverCpuSeconds\":%.3f,\"clientCpuSeconds\":%.3f,\"bytesUp\":%d,\"bytesDown\":%d,"
                        + "\"bytesTotal\":%d,\"hintBytes\":0,\"setUpSeconds\":%.1f,\"setUpPeakBytes\":%d,"
                        + "\"matrixBytes\":%d,\"preparedBytes\":%d,\"gigabytesPerSecond\":%.2f,"
                        + "\"readLimitGigabytesPerSecond\":%.2f,\"scanLimitRatio\":%.3f}%n",
                byIndex() ? "index" : "keyword",
                records(),
                bytes(),
                batch(),
                number("--threads", 2),
                median[0],
                median[1],
                median[2],
                median[3],
                median[4],
                median[5],
                (long) median[6],
                (long) median[7],
                (long) (median[6] + median[7]),
                setUp,
                peakBytes,
                matrixBytes,
                preparedBytes,
                perSecond / 1e9,
                limit / 1e9,
                perSecond / limit);
    }

    static void send(DataOutputStream out, byte[] frame) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
    }

    static byte[] receive(DataInputStream in) throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return frame;
    }

    /// A client that measures one read: seconds (without the second run of the first pass, which
    /// the holder makes to time it alone), first pass's seconds and CPU seconds, holder's seconds
    /// and CPU seconds, own CPU seconds, bytes up and down.
    interface Asker {
        double[] ask(int round, int batch, DataInputStream in, DataOutputStream out) throws IOException;

        static double[] exchange(
                long cpuBefore,
                long start,
                int up,
                int extraDown,
                byte[] frame,
                DataInputStream in,
                DataOutputStream out,
                java.util.function.Consumer<byte[]> check)
                throws IOException {
            out.write('q');
            send(out, frame);
            out.flush();
            double firstPass = in.readDouble();
            double firstPassCpu = in.readDouble();
            double server = in.readDouble();
            double serverCpu = in.readDouble();
            byte[] answer = receive(in);
            check.accept(answer);
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            double seconds = (System.nanoTime() - start) / 1e9 - firstPass;
            double cpu = (threads.getCurrentThreadCpuTime() - cpuBefore) / 1e9;
            return new double[] {
                seconds, firstPass, firstPassCpu, server, serverCpu, cpu, up + frame.length, extraDown + answer.length
            };
        }

        static Asker byKeyword(PirBench bench, byte[] encoded) {
            KeywordClient client = new KeywordClient(KeywordForm.decode(encoded));
            return (round, batch, in, out) -> {
                long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                long start = System.nanoTime();
                int[] wanted = new Random(round).ints(batch, 0, bench.records()).toArray();
                List<byte[]> keywords = new ArrayList<>();
                for (int i : wanted) {
                    keywords.add(keyword(i));
                }
                try (KeywordClient.Lookup lookup = client.lookup(keywords, random("lookup-" + round))) {
                    byte[] blinded = lookup.blinded();
                    out.write('e');
                    send(out, blinded);
                    out.flush();
                    byte[] evaluated = receive(in);
                    byte[] queries = lookup.queries(evaluated);
                    return exchange(cpu, start, blinded.length, evaluated.length, queries, in, out, answer -> {
                        List<KeywordClient.Outcome> outcomes = lookup.outcomes(answer);
                        for (int i = 0; i < batch; i++) {
                            if (!(outcomes.get(i) instanceof KeywordClient.Outcome.Found found)
                                    || !Arrays.equals(found.records().getFirst().toArray(), bench.record(wanted[i]))) {
                                throw new IllegalStateException("a wrong answer: " + outcomes.get(i));
                            }
                        }
                    });
                }
            };
        }

        static Asker byIndex(PirBench bench, byte[] encoded) {
            IndexForm form = IndexForm.decode(encoded);
            RowClient client = IndexTable.client(form);
            return (round, batch, in, out) -> {
                long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                long start = System.nanoTime();
                int[] wanted = new Random(round).ints(batch, 0, bench.records()).toArray();
                List<RowClient.Asked> asked = new ArrayList<>();
                byte[] frame = new byte[batch * client.queryBytes()];
                for (int i = 0; i < batch; i++) {
                    asked.add(client.ask(IndexTable.row(form, wanted[i]), random("query-" + round + "-" + i)));
                    System.arraycopy(asked.get(i).frame(), 0, frame, i * client.queryBytes(), client.queryBytes());
                }
                return exchange(cpu, start, 0, 0, frame, in, out, answer -> {
                    for (int i = 0; i < batch; i++) {
                        byte[] row = client.open(asked.get(i), answer, i * client.answerBytes());
                        byte[] record = IndexTable.record(form, wanted[i], row)
                                .orElseThrow(() -> new IllegalStateException("not the committed table"))
                                .toArray();
                        if (!Arrays.equals(record, bench.record(wanted[i]))) {
                            throw new IllegalStateException("a wrong answer");
                        }
                    }
                });
            };
        }
    }

    /// A table of either kind.
    interface Holder {
        byte[] form();

        RowServer rows();

        byte[] evaluate(byte[] blinded);

        static Holder ofKeywords(PirBench bench, Workers workers) {
            KeywordTable table = KeywordTable.of(
                    taker -> {
                        for (int i = 0; i < bench.records(); i++) {
                            taker.take(keyword(i), bench.record(i));
                        }
                    },
                    bench.bytes(),
                    1,
                    HolderKey.random(random("key")),
                    random("table"),
                    workers,
                    new Printed());
            return new Holder() {
                @Override
                public byte[] form() {
                    return table.form().encode();
                }

                @Override
                public RowServer rows() {
                    return table.server();
                }

                @Override
                public byte[] evaluate(byte[] blinded) {
                    return table.evaluate(blinded, random("proof"));
                }
            };
        }

        static Holder ofIndex(PirBench bench, Workers workers) {
            IndexTable table = IndexTable.of(
                    bench.records(), bench.bytes(), bench::record, random("table"), workers, (done, total) -> {});
            return new Holder() {
                @Override
                public byte[] form() {
                    return table.form().encode();
                }

                @Override
                public RowServer rows() {
                    return table.server();
                }

                @Override
                public byte[] evaluate(byte[] blinded) {
                    throw new IllegalStateException("an index has no keywords");
                }
            };
        }
    }

    /// Prints each step of the making once, with the time at which it began.
    private static final class Printed implements KeywordTable.Making {
        private final long start = System.nanoTime();
        private String last = "";

        @Override
        public synchronized void at(String step, long done, long total) {
            if (!step.equals(last)) {
                last = step;
                System.out.printf(Locale.ROOT, "%s from %.1f s%n", step, (System.nanoTime() - start) / 1e9);
            }
        }
    }
}
