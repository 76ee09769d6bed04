package poyang.zkp.systems;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.circuits.SparseMatrix;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Domain;
import poyang.zkp.curves.FixedBase;
import poyang.zkp.curves.Group;
import poyang.zkp.curves.MultiScalar;
import poyang.zkp.curves.PrimeField;
import poyang.zkp.curves.Workers;

/// `./poyang bench zkp`: set-up, prover and verifier for xᵢ₊₁ = xᵢ² + i with a full-size witness, and in the
/// same run sums of 2^18 points and transforms. CPU is that of the whole process, compilers and collectors
/// included. The last line is one JSON object.
final class ZkpBench {
    private static final int SUM_POINTS = 1 << 18;
    private static final int ROUNDS = 3;
    private static final int VERIFICATIONS_WARM = 100;
    private static final int VERIFICATIONS = 101;

    private final Curve curve;
    private final String system;
    private final int constraints;
    private final Map<String, Object> result = new LinkedHashMap<>();
    private final RandomSource random = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "bench");

    private ZkpBench(Curve curve, String system, int constraints) {
        this.curve = curve;
        this.system = system;
        this.constraints = constraints;
    }

    public static void main(String[] arguments) throws IOException {
        String curveName = "bn254";
        String system = "groth16";
        String count = "131072";
        boolean json = false;
        for (int i = 0; i < arguments.length; i++) {
            String value = i + 1 < arguments.length ? arguments[i + 1] : "";
            switch (arguments[i]) {
                case "--json" -> json = true;
                case "--curve" -> curveName = value;
                case "--system" -> system = value;
                case "--constraints" -> count = value;
                default -> wrongUse(arguments[i]);
            }
            i += arguments[i].equals("--json") ? 0 : 1;
        }
        Curve curve = Curve.named(curveName).orElse(null);
        int constraints = count.matches("[1-9][0-9]{0,7}") ? Integer.parseInt(count) : 0;
        if (curve == null || constraints < 2 || !system.matches("groth16|plonk")) {
            wrongUse("these values");
            return;
        }
        ZkpBench bench = new ZkpBench(curve, system, constraints);
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            bench.run(Workers.of(2, executor));
        }
        bench.print(json);
    }

    private static void wrongUse(String what) {
        System.err.println("cannot take " + what
                + ": bench zkp --curve bn254|bls12381 --system groth16|plonk --constraints N [--json]");
        System.exit(2);
    }

    private void print(boolean json) {
        if (!json) {
            result.forEach((name, value) -> System.out.printf("%-28s %s%n", name, value));
        }
        System.out.println(result.entrySet().stream()
                .map(e ->
                        "\"" + e.getKey() + "\":" + (e.getValue() instanceof String s ? "\"" + s + "\"" : e.getValue()))
                .collect(Collectors.joining(",", "{", "}")));
    }

    private void put(String name, double value) {
        result.put(name, Double.valueOf(String.format(Locale.ROOT, "%.4g", value)));
    }

    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /// Runs once and notes seconds of wall and CPU time.
    private <T> T timed(String name, Supplier<T> work) {
        long cpu = cpu();
        long wall = System.nanoTime();
        T value = work.get();
        put(name + "WallSeconds", (System.nanoTime() - wall) / 1e9);
        put(name + "CpuSeconds", (cpu() - cpu) / 1e9);
        return value;
    }

    /// The median of many, warm.
    private void verified(BooleanSupplier verify) {
        double[] wall = new double[VERIFICATIONS];
        double[] cpu = new double[VERIFICATIONS];
        for (int i = -VERIFICATIONS_WARM; i < VERIFICATIONS; i++) {
            long fromCpu = threadCpu();
            long from = System.nanoTime();
            Bug.unless(verify.getAsBoolean(), "a proof that held does not hold");
            if (i >= 0) {
                wall[i] = (System.nanoTime() - from) / 1e9;
                cpu[i] = (threadCpu() - fromCpu) / 1e9;
            }
        }
        Arrays.sort(wall);
        Arrays.sort(cpu);
        put("verifyWallSeconds", wall[VERIFICATIONS / 2]);
        put("verifyCpuSeconds", cpu[VERIFICATIONS / 2]);
    }

    private void run(Workers workers) throws IOException {
        result.put("curve", curve.name());
        result.put("system", system);
        result.put("constraints", constraints);
        R1cs circuit = chain();
        long[] witness = witness();
        if (system.equals("plonk")) {
            plonk(circuit, witness, workers);
        } else {
            groth16(circuit, witness, workers);
        }
        sums();
        transforms();
        String peak = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .findFirst()
                .orElse("0");
        put("peakMemoryMiB", Long.parseLong(peak) / 1024.0);
    }

    private void groth16(R1cs circuit, long[] witness, Workers workers) {
        Groth16ProvingKey key =
                timed("setUp", () -> Groth16SetUp.byOneTrustedParty(circuit, random.fork("set-up"), workers));
        Groth16Prover prover = new Groth16Prover(key, workers);
        prover.prove(witness, random.fork("warm"));
        Groth16Prover.Proven proven = timed("prove", () -> prover.prove(witness, random.fork("prove")));
        verified(() -> Groth16.verify(key.verificationKey(), proven.proof(), proven.publicValues())
                .holds());
    }

    private void plonk(R1cs circuit, long[] witness, Workers workers) {
        int power = 32 - Integer.numberOfLeadingZeros(constraints);
        PowersOfTau powers = timed(
                "powersOfTau",
                () -> PowersOfTau.begin(curve, power).contribute("bench", random.fork("powers"), workers));
        PlonkProvingKey key = timed("setUp", () -> PlonkSetUp.of(circuit, powers, workers));
        PlonkProver prover = new PlonkProver(key, workers);
        prover.prove(witness, random.fork("warm"));
        PlonkProver.Proven proven = timed("prove", () -> prover.prove(witness, random.fork("prove")));
        verified(() -> Plonk.verify(key.verificationKey(), proven.proof(), proven.publicValues())
                .holds());
    }

    /// Wire 1 is the last value, wires 2 on are the others.
    private R1cs chain() {
        PrimeField f = curve.scalars();
        SparseMatrix[] m = {new SparseMatrix(f), new SparseMatrix(f), new SparseMatrix(f)};
        long[] one = f.of(1);
        for (int i = 0; i < constraints; i++) {
            int next = i + 1 == constraints ? 1 : i + 3;
            m[0].add(i, i + 2, one, 0);
            m[1].add(i, i + 2, one, 0);
            m[2].add(i, next, one, 0);
            if (i > 0) {
                m[2].add(i, 0, f.of(-i), 0);
            }
        }
        return new R1cs(curve, constraints + 2, 1, constraints, m[0], m[1], m[2]);
    }

    private long[] witness() {
        PrimeField f = curve.scalars();
        int n = f.longs();
        long[] plain = new long[(constraints + 2) * n];
        long[] x = f.random(random);
        plain[0] = 1;
        for (int i = 0; i < constraints; i++) {
            f.toPlain(plain, (i + 2) * n, x, 0);
            f.square(x, 0, x, 0);
            f.add(x, 0, x, 0, f.of(i), 0);
        }
        f.toPlain(plain, n, x, 0);
        return plain;
    }

    private void sums() {
        PrimeField f = curve.scalars();
        long[] scalars = new long[SUM_POINTS * f.longs()];
        Random dice = new Random(1);
        for (int i = 0; i < SUM_POINTS; i++) {
            System.arraycopy(f.limbs(new BigInteger(256, dice).mod(f.modulus())), 0, scalars, 4 * i, 4);
        }
        Group g1 = curve.g1();
        long[] points = new FixedBase(g1, f, g1.generator()).multiples(scalars, SUM_POINTS, Workers.CALLER);
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long from = threadCpu();
            MultiScalar.sum(g1, f, points, 0, scalars, 0, SUM_POINTS, Workers.CALLER);
            best = Math.max(best, SUM_POINTS / ((threadCpu() - from) / 1e9));
        }
        put("sumPointsPerSecondPerCore", best);
    }

    private static long threadCpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private void transforms() {
        PrimeField f = curve.scalars();
        int power = 17;
        Domain domain = curve.domain(power);
        long[] values = new long[domain.size() * f.longs()];
        for (int i = 0; i < domain.size(); i++) {
            System.arraycopy(f.of(i * 0x9e3779b97f4a7c15L), 0, values, 4 * i, 4);
        }
        long[] before = values.clone();
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 2 * ROUNDS; round++) {
            long from = threadCpu();
            domain.transform(values);
            best = Math.min(best, (threadCpu() - from) / (domain.size() / 2.0 * power));
            domain.interpolate(values);
        }
        if (!Arrays.equals(before, values)) {
            throw new IllegalStateException("the transform is wrong");
        }
        put("transformNanosPerButterfly", best);
    }
}
