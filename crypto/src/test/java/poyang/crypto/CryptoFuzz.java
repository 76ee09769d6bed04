package poyang.crypto;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The differential campaign: this library beside BouncyCastle and `BigInteger` on random and on extreme
/// inputs. `./poyang fuzz crypto [--cases N] [--seed S] [--case I] [--json]`
///
/// Case i of seed S draws everything, BouncyCastle's randomness included, from (S, i); properties take turns.
/// A failure prints the command that repeats that one case. Without `--seed` the seed is the clock's.
public final class CryptoFuzz {
    static final List<CryptoProperty> PROPERTIES = List.of(
            new SigningProperty(),
            new VerdictProperty(),
            new ForgeryProperty(),
            new ScalarProperty(),
            new ArithmeticProperty(),
            new PointProperty(),
            new DerProperty(),
            new AgreementProperty(),
            new EncryptionProperty(),
            new DigestProperty(),
            new BlockModeProperty(),
            new AuthenticatedModeProperty(),
            new GhashProperty());

    /// One round: each property as often as its share says.
    private static final List<CryptoProperty> ROUND = PROPERTIES.stream()
            .flatMap(property -> Collections.nCopies(property.share(), property).stream())
            .toList();

    private static final long DEFAULT_CASES = 200_000;
    private static final int FAILURES_SHOWN = 20;
    private static final long PROGRESS_NANOS = 20_000_000_000L;

    private CryptoFuzz() {}

    /// What went wrong in case `index`, with the line that repeats it.
    record Failure(long seed, long index, String property, String what) {
        @Override
        public String toString() {
            return property + ": " + what + "\n  ./poyang fuzz crypto --seed " + seed + " --case " + index;
        }
    }

    private static CryptoProperty property(long index) {
        return ROUND.get((int) (index % ROUND.size()));
    }

    static Optional<Failure> run(long seed, long index) {
        byte[] bytes = new byte[SeededRandom.SEED_BYTES];
        for (int i = 0; i < Long.BYTES; i++) {
            bytes[i] = (byte) (seed >>> 8 * i);
        }
        return run(property(index), new Draws(new SeededRandom(bytes, "case-" + index)), seed, index);
    }

    private static Optional<Failure> run(CryptoProperty property, Draws draws, long seed, long index) {
        try {
            property.check(draws);
            return Optional.empty();
        } catch (AssertionError e) {
            return Optional.of(new Failure(seed, index, property.name(), String.valueOf(e.getMessage())));
        } catch (Exception e) {
            StackTraceElement at = e.getStackTrace().length > 0 ? e.getStackTrace()[0] : null;
            return Optional.of(new Failure(seed, index, property.name(), e + " at " + at));
        }
    }

    // ---- the command -----------------------------------------------------------------------------

    public static void main(String[] arguments) {
        List<String> given = List.of(arguments);
        long seed = number(given, "--seed", System.currentTimeMillis());
        long only = number(given, "--case", -1);
        long cases = only >= 0 ? 1 : number(given, "--cases", DEFAULT_CASES);
        long from = Math.max(0, only);
        Map<String, Long> counts = new LinkedHashMap<>();
        Map<String, Long> nanos = new LinkedHashMap<>();
        List<Failure> failures = new ArrayList<>();
        long start = System.nanoTime();
        long shown = start;
        for (long index = from; index < from + cases; index++) {
            String name = property(index).name();
            long before = System.nanoTime();
            run(seed, index).ifPresent(failures::add);
            long now = System.nanoTime();
            counts.merge(name, 1L, Long::sum);
            nanos.merge(name, now - before, Long::sum);
            if (now - shown > PROGRESS_NANOS) {
                shown = now;
                System.err.printf(Locale.ROOT, "%,d of %,d cases, %d failures%n", index + 1, cases, failures.size());
            }
            if (failures.size() == FAILURES_SHOWN) {
                break;
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        report(seed, counts, nanos, failures, seconds);
        if (given.contains("--json")) {
            json(seed, counts, failures, seconds);
        }
        System.exit(failures.isEmpty() ? 0 : 1);
    }

    private static long number(List<String> given, String option, long otherwise) {
        int at = given.indexOf(option);
        if (at < 0) {
            return otherwise;
        }
        if (at + 1 == given.size() || !given.get(at + 1).matches("[0-9]{1,18}")) {
            System.err.println(option + " takes a number, such as 100000");
            System.exit(2);
        }
        return Long.parseLong(given.get(at + 1));
    }

    private static void report(
            long seed, Map<String, Long> counts, Map<String, Long> nanos, List<Failure> failures, double seconds) {
        System.out.printf(Locale.ROOT, "%-20s %12s %12s%n", "", "cases", "µs a case");
        counts.forEach((name, count) -> System.out.printf(
                Locale.ROOT, "%-20s %,12d %,12.0f%n", name, count, nanos.getOrDefault(name, 0L) / 1e3 / count));
        failures.forEach(System.out::println);
        long cases = counts.values().stream().mapToLong(Long::longValue).sum();
        System.out.printf(
                Locale.ROOT,
                "%n%,d cases from seed %d in %.0f s: %s%n",
                cases,
                seed,
                seconds,
                failures.isEmpty() ? "no difference" : failures.size() + " FAILED");
    }

    private static void json(long seed, Map<String, Long> counts, List<Failure> failures, double seconds) {
        StringBuilder properties = new StringBuilder();
        counts.forEach((name, count) -> properties
                .append(properties.isEmpty() ? "" : ",")
                .append('"')
                .append(name)
                .append("\":")
                .append(count));
        StringBuilder failed = new StringBuilder();
        failures.forEach(failure -> failed.append(failed.isEmpty() ? "" : ",").append(failure.index()));
        long cases = counts.values().stream().mapToLong(Long::longValue).sum();
        System.out.printf(
                Locale.ROOT,
                "{\"seed\":%d,\"cases\":%d,\"seconds\":%.1f,\"failures\":%d,\"failedCases\":[%s],\"properties\":{%s}}%n",
                seed,
                cases,
                seconds,
                failures.size(),
                failed,
                properties);
    }
}
