package poyang.crypto.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.random.Judgement.Item;
import poyang.crypto.random.Judgement.Verdict;
import poyang.crypto.random.RandomnessTests.Battery;
import poyang.kernel.RandomSource;

/// Known-bad generators fail, good ones pass; every one of the fifteen tests finds something.
final class GeneratorsTest {
    private static final int BITS = 1_000_000;
    private static final int BYTES = BITS / 8;
    private static final RandomnessTests FULL = new RandomnessTests(Battery.FULL, BITS);
    private static final RandomnessTests SHORT = new RandomnessTests(Battery.SHORT, 20_000);

    private static RandomSource good(String label) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], label);
    }

    private static Judgement judge(byte[] bytes) {
        return Judgement.of(List.of(FULL.of(BitSample.of(bytes))), BITS, Judgement.CHANCE);
    }

    private static byte[] bytes(IntUnaryOperator octet) {
        byte[] out = new byte[BYTES];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) octet.applyAsInt(i);
        }
        return out;
    }

    private static byte[] bits(IntUnaryOperator bit) {
        byte[] out = new byte[BYTES];
        for (int i = 0; i < BITS; i++) {
            out[i / 8] |= (byte) ((bit.applyAsInt(i) & 1) << (7 - i % 8));
        }
        return out;
    }

    private static byte[] lcgLowBits() {
        int[] state = {12_345};
        return bytes(_ -> {
            state[0] = state[0] * 1_103_515_245 + 12_345;
            return state[0];
        });
    }

    /// A register of 20 bits: a period of 2^20 − 1, longer than the sample.
    private static byte[] shiftRegister() {
        int[] state = {1};
        return bits(_ -> {
            int out = state[0] & 1;
            state[0] = state[0] >>> 1 | ((state[0] ^ state[0] >>> 3) & 1) << 19;
            return out;
        });
    }

    private static byte[] biased(int outOf100) {
        byte[] dice = good("biased").bytes(4 * BITS);
        return bits(i -> {
            int number = (dice[4 * i] & 0xff) << 16 | (dice[4 * i + 1] & 0xff) << 8 | dice[4 * i + 2] & 0xff;
            return number % 100_000 < outOf100 * 1000 ? 1 : 0;
        });
    }

    private static byte[] repeated(int blockBytes) {
        byte[] block = good("block").bytes(blockBytes);
        return bytes(i -> block[i % blockBytes]);
    }

    private static byte[] text() {
        byte[] words = "Departments compute together, and no raw row leaves a department. "
                .getBytes(StandardCharsets.US_ASCII);
        byte[] dice = good("text").bytes(BYTES);
        return bytes(i -> i % 7 == 0 ? 'a' + (dice[i] & 0xf) : words[i % words.length]);
    }

    private static Map<String, byte[]> badGenerators() {
        byte[] dice = good("spoilt").bytes(BYTES);
        Map<String, byte[]> bad = new TreeMap<>();
        bad.put("all zero", bytes(_ -> 0));
        bad.put("all one", bytes(_ -> 0xff));
        bad.put("stuck byte", bytes(_ -> 0xb7));
        bad.put("alternating bits", bytes(_ -> 0x55));
        bad.put("alternating bytes", bytes(i -> i % 2 == 0 ? 0xa6 : 0x59));
        bad.put("counter of 8 bits", bytes(i -> i));
        bad.put("counter of 32 bits", bytes(i -> i / 4 >>> (24 - i % 4 * 8)));
        bad.put("low bits of a linear congruence", lcgLowBits());
        bad.put("51 ones of 100", biased(51));
        bad.put("49 ones of 100", biased(49));
        bad.put("repeated block of 64 bytes", repeated(64));
        bad.put("repeated block of 10,000 bytes", repeated(10_000));
        bad.put("short shift register", shiftRegister());
        bad.put("text", text());
        bad.put("one line stuck", bytes(i -> dice[i] | 0x08));
        bad.put("a bit copied to the next byte", bytes(i -> i == 0 ? 0 : dice[i] & 0xfe | dice[i - 1] >> 3 & 1));
        bad.put("each byte twice", bytes(i -> dice[i / 2]));
        return bad;
    }

    @Test
    void badGeneratorsFail() {
        Map<StatisticalTest, List<String>> foundBy = new TreeMap<>();
        badGenerators().forEach((name, bytes) -> {
            Judgement judgement = judge(bytes);
            assertEquals(Verdict.FAIL, judgement.verdict(), name);
            for (Item item : judgement.items()) {
                assertTrue(item.p() >= 0 && item.p() <= 1 && item.q() >= 0 && item.q() <= 1, name + ": " + item);
                if (item.verdict() == Verdict.FAIL) {
                    foundBy.computeIfAbsent(item.test(), _ -> new ArrayList<>()).add(name);
                }
            }
        });
        assertEquals(List.of(StatisticalTest.values()), List.copyOf(foundBy.keySet()), "each test finds something");
    }

    @Test
    void badGeneratorsFailInAShortSampleToo() {
        badGenerators().forEach((name, bytes) -> {
            if (name.contains("10,000") || name.contains("of 100") || name.contains("copied")) {
                return; // 20,000 bits, and lags of 2, 8 and 16 only, do not show these
            }
            List<TestValue> values = SHORT.of(BitSample.of(bytes, 20_000));
            Verdict verdict = Judgement.of(List.of(values), 20_000, Judgement.CHANCE_FOR_GOOD)
                    .verdict();
            assertNotEquals(Verdict.PASS, verdict, name);
            if (!name.contains("congruence")) { // so short, it is odd, but not beyond all chance
                assertEquals(Verdict.FAIL, verdict, name);
            }
        });
    }

    @Test
    void goodGeneratorsPass() {
        assertEquals(Verdict.PASS, judge(good("SM4-CTR 1").bytes(BYTES)).verdict());
        ProcessRandom random = ProcessRandom.open("test", new PlantedEntropy(5), () -> 0);
        assertNotEquals(Verdict.FAIL, judge(random.bytes(BYTES)).verdict()); // its seed holds the process's number
        random.close();
        try (ProcessRandom system = ProcessRandom.open("test")) {
            assertNotEquals(Verdict.FAIL, judge(system.bytes(BYTES)).verdict());
        }
        try (OperatingSystemEntropy system = new OperatingSystemEntropy()) {
            byte[] bytes = new byte[BYTES];
            system.read(bytes);
            assertNotEquals(Verdict.FAIL, judge(bytes).verdict());
        }
    }

    @Test
    void manyShortSamplesOfAGoodGeneratorMeetTheStandardsMark() {
        int samples = 1000;
        byte[] bytes = good("many").bytes(2500 * samples);
        List<List<TestValue>> values = new ArrayList<>();
        for (int i = 0; i < samples; i++) {
            values.add(SHORT.of(BitSample.of(Arrays.copyOfRange(bytes, 2500 * i, 2500 * (i + 1)))));
        }
        Judgement judgement = Judgement.of(values, 20_000, Judgement.CHANCE);
        assertEquals(Verdict.PASS, judgement.verdict());
        // The same with one sample in thirty spoilt.
        for (int i = 0; i < samples; i += 30) {
            values.set(i, SHORT.of(BitSample.of(new byte[2500])));
        }
        assertEquals(
                Verdict.FAIL,
                Judgement.of(values, 20_000, Judgement.CHANCE_FOR_GOOD).verdict());
    }

    @Test
    void aMissedMarkIsARemark() {
        List<TestValue> low = List.of(TestValue.oneSided(StatisticalTest.RUNS, "", 0.005));
        List<TestValue> fine = List.of(TestValue.oneSided(StatisticalTest.RUNS, "", 0.5));
        assertEquals(
                Verdict.REMARK, Judgement.of(List.of(low), 8, Judgement.CHANCE).verdict());
        assertEquals(
                Verdict.PASS, Judgement.of(List.of(fine), 8, Judgement.CHANCE).verdict());
        assertEquals(
                Verdict.REMARK,
                Judgement.of(List.of(low, low, fine), 8, Judgement.CHANCE).verdict());
        assertEquals(
                Verdict.FAIL,
                Judgement.of(List.of(low, low, low, low, fine), 8, Judgement.CHANCE)
                        .verdict(),
                "four in five are no chance");
    }
}
