package poyang.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.random.BitSample;
import poyang.crypto.random.Judgement;
import poyang.crypto.random.Judgement.Item;
import poyang.crypto.random.Judgement.Verdict;
import poyang.crypto.random.RandomErrors;
import poyang.crypto.random.RandomnessTests;
import poyang.crypto.random.RandomnessTests.Battery;
import poyang.crypto.random.TestValue;
import poyang.kernel.PoyangException;

/// Puts a file of raw random bytes to the fifteen tests.
@Command(
        name = "randomness-test",
        description = "Judges a file of random bytes by the fifteen tests of GB/T 32915."
                + " Exit code 0: nothing speaks against it, 1: not random, 2: unreadable or too short.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class RandomnessTest implements Callable<Integer> {
    private static final int LONG_BITS = Battery.FULL.bitsMin();
    private static final int SHORT_BITS = Battery.SHORT.bitsMin();

    @Parameters(paramLabel = "FILE", description = "Raw bytes, the first bit of each its highest; - is standard input")
    private Path file;

    @Option(
            names = "--samples",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Reads at most so many samples (default: ${DEFAULT-VALUE}, which the standard asks for)")
    private int samplesMax;

    @Option(
            names = "--short",
            description = "Samples of 20,000 bits and the 12 tests that suit them; taken without being asked when the"
                    + " file has less than 1,000,000 bits")
    private boolean ofShort;

    @Option(names = "--json", description = "One JSON object")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (samplesMax < 1) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, "--samples is " + samplesMax, "at least one sample is needed");
        }
        Judgement judgement = judge();
        PrintWriter out = spec.commandLine().getOut();
        Report report = new Report(out, json)
                .say("file", file)
                .say("samples", judgement.samples())
                .say("sample bits", judgement.sampleBits())
                .list("tests");
        for (Item item : judgement.items()) {
            report.item("tests", fields(item), line(item, judgement.samples()));
        }
        report.say("verdict", judgement.verdict().name().toLowerCase(Locale.ROOT))
                .hint(meaning(judgement));
        return report.done(judgement.verdict() == Verdict.FAIL ? 1 : 0);
    }

    private Judgement judge() {
        try (InputStream in = file.toString().equals("-") ? System.in : Files.newInputStream(file)) {
            byte[] first = in.readNBytes(LONG_BITS / Byte.SIZE);
            boolean full = !ofShort && first.length == LONG_BITS / Byte.SIZE;
            int bits = full ? LONG_BITS : SHORT_BITS;
            int bytes = bits / Byte.SIZE;
            if (first.length < bytes) {
                throw new PoyangException(
                        RandomErrors.BAD_SAMPLE,
                        file + " has " + first.length + " bytes",
                        "at least " + bytes + " are needed, and 125,000,000 for all that the standard asks for");
            }
            RandomnessTests tests = new RandomnessTests(full ? Battery.FULL : Battery.SHORT, bits);
            List<List<TestValue>> values = new ArrayList<>();
            int from = 0;
            while (values.size() < samplesMax && from + bytes <= first.length) {
                values.add(tests.of(BitSample.of(java.util.Arrays.copyOfRange(first, from, from + bytes))));
                from += bytes;
            }
            while (values.size() < samplesMax) {
                byte[] next = in.readNBytes(bytes);
                if (next.length < bytes) {
                    break;
                }
                values.add(tests.of(BitSample.of(next)));
            }
            return Judgement.of(values, bits, Judgement.CHANCE);
        } catch (IOException e) {
            throw new PoyangException(
                    RandomErrors.BAD_SAMPLE,
                    file + " cannot be read: " + e.getMessage(),
                    "name a file of raw random bytes",
                    e);
        }
    }

    private static Map<String, Object> fields(Item item) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("number", item.test().number());
        fields.put("test", item.test().english());
        fields.put("name", item.test().chinese());
        fields.put("parameter", item.parameter());
        fields.put("leastP", text(item.p()));
        fields.put("passed", item.passed());
        fields.put("needed", item.needed());
        fields.put("uniformity", text(item.uniformity()));
        fields.put("verdict", item.verdict().name().toLowerCase(Locale.ROOT));
        return fields;
    }

    private static String text(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    private static String line(Item item, int samples) {
        return String.format(
                Locale.ROOT,
                "%2d %-24s %-10s least P %-11s %4d of %d pass, %d needed  spread %-9.6f %s",
                item.test().number(),
                item.test().english(),
                item.parameter(),
                text(item.p()),
                item.passed(),
                samples,
                item.needed(),
                item.uniformity(),
                item.verdict().name().toLowerCase(Locale.ROOT));
    }

    private static String meaning(Judgement judgement) {
        return switch (judgement.verdict()) {
            case PASS ->
                judgement.samples() < 1000
                        ? "Every test meets the standard's mark. The standard asks for 1000 samples; this file had "
                                + judgement.samples() + "."
                        : "Every test meets the standard's mark.";
            case REMARK ->
                "Some test misses the standard's mark by what may be chance: test another, longer file of the"
                        + " same source; a source that misses it again is not good.";
            case FAIL -> "Not random: good random numbers give such a value less than once in a million times.";
        };
    }
}
