package poyang.homomorphic.scoring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.simulation.Property;

/// Scores equal those in the clear, for numbers at their bounds too; what is damaged or out of bounds ends the run.
final class ScoringTest {

    /// By feature and row, in units.
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Columns(long[][] values) implements FeatureColumns {
        @Override
        public int rows() {
            return values[0].length;
        }

        @Override
        public long units(int feature, int row) {
            return values[feature][row];
        }
    }

    private static ScoringSession session(PartyNetwork network, long seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return new ScoringSession(
                network,
                network.peers().getFirst(),
                new SeededRandom(bytes, network.self().name()),
                (_, _) -> {});
    }

    private static Scores run(Pair pair, ScoringShape shape, Columns columns, long[] model, long seed) {
        return Pair.both(
                pair,
                network -> Scoring.score(shape, columns, session(network, seed)),
                network -> Scoring.answer(shape, model, session(network, seed)));
    }

    private static BigDecimal clear(ScoringShape shape, Columns columns, long[] model, int row) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int m = 0; m < model.length; m++) {
            BigDecimal term = BigDecimal.valueOf(model[m], shape.coefficients().decimals());
            for (int f : shape.terms().get(m).factors()) {
                FixedPoint feature = shape.features().get(f);
                term = term.multiply(BigDecimal.valueOf(columns.units(f, row), feature.decimals()));
            }
            sum = sum.add(term);
        }
        return sum;
    }

    private static long number(Random random, FixedPoint of) {
        return switch (random.nextInt(4)) {
            case 0 -> of.bound();
            case 1 -> -of.bound();
            default -> random.nextLong(2 * of.bound() + 1) - of.bound();
        };
    }

    private static FixedPoint numbers(Random random, int bits) {
        return new FixedPoint(random.nextInt(4), 1 + random.nextLong(1L << (1 + random.nextInt(bits))));
    }

    private static Columns columns(Random random, ScoringShape shape, int rows) {
        long[][] values = new long[shape.features().size()][rows];
        for (int f = 0; f < values.length; f++) {
            FixedPoint feature = shape.features().get(f);
            Arrays.setAll(values[f], _ -> number(random, feature));
        }
        return new Columns(values);
    }

    private static long[] model(Random random, ScoringShape shape) {
        long[] model = new long[shape.termCount()];
        Arrays.setAll(model, _ -> random.nextInt(5) == 0 ? 0 : number(random, shape.coefficients()));
        return model;
    }

    private static void assertScores(ScoringShape shape, Columns columns, long[] model, Scores scores) {
        assertEquals(columns.rows(), scores.size());
        for (int row = 0; row < columns.rows(); row++) {
            BigDecimal expected = clear(shape, columns, model, row);
            assertEquals(0, expected.compareTo(scores.at(row)), expected + " is not " + scores.at(row));
            assertEquals(shape.scoreDecimals(), scores.at(row).scale());
        }
    }

    /// Linear models and polynomials under random plans, up to the largest that one, two and three primes hold.
    @Test
    void scoresAreThoseInTheClearAndCostWhatTheFormulasSay() {
        TreeSet<Integer> primes = new TreeSet<>();
        Property.seeds(12).check(seed -> {
            Random random = new Random(seed);
            int degree = 1 + random.nextInt(3);
            List<FixedPoint> features = new ArrayList<>();
            for (int i = 1 + random.nextInt(degree == 1 ? 8 : 3); i > 0; i--) {
                features.add(numbers(random, 60 / (degree * degree + 1)));
            }
            ScoringShape shape = new ScoringShape(features, degree, numbers(random, 20));
            primes.add(shape.parameters().size());
            Columns columns = columns(random, shape, random.nextInt(300));
            long[] model = model(random, shape);
            Pair pair = new Pair(UnaryOperator.identity(), UnaryOperator.identity());
            assertScores(shape, columns, model, run(pair, shape, columns, model, seed));
            ScoringCost cost = Scoring.cost(shape, columns.rows());
            assertEquals(cost.featuresFrames(), pair.features.frames);
            assertEquals(cost.featuresBytes(), pair.features.bytes);
            assertEquals(cost.modelFrames(), pair.model.frames);
            assertEquals(cost.modelBytes(), pair.model.bytes);
            assertTrue(cost.frameBytes() >= Math.max(pair.features.longest, pair.model.longest));
        });
        assertTrue(primes.size() > 1, primes.toString());
    }

    /// All numbers at their bounds in the widest plan there is: the score of the largest magnitude.
    @Test
    void theLargestScoreDoesNotWrap() {
        ScoringShape widest = new ScoringShape(
                List.of(new FixedPoint(0, 1L << 30), new FixedPoint(0, 1L << 30)), 3, new FixedPoint(0, 200_000));
        assertEquals(3, widest.parameters().size());
        for (long sign : new long[] {1, -1}) {
            Columns columns = new Columns(new long[][] {{1L << 30}, {1L << 30}});
            long[] model = new long[widest.termCount()];
            Arrays.fill(model, sign * 200_000);
            assertScores(
                    widest,
                    columns,
                    model,
                    run(new Pair(UnaryOperator.identity(), UnaryOperator.identity()), widest, columns, model, 1));
        }
    }

    /// More rows than one ciphertext holds.
    @Test
    void rowsGoOnInTheNextCiphertext() {
        Random random = new Random(5);
        ScoringShape shape = new ScoringShape(
                List.of(new FixedPoint(2, 1_000_000), new FixedPoint(0, 120)), 1, new FixedPoint(4, 100_000));
        Columns columns = columns(random, shape, ScoringShape.DEGREE + 3);
        long[] model = model(random, shape);
        assertScores(
                shape,
                columns,
                model,
                run(new Pair(UnaryOperator.identity(), UnaryOperator.identity()), shape, columns, model, 2));
        assertEquals(6, Scoring.cost(shape, columns.rows()).rounds());
    }

    private static final ScoringShape SMALL =
            new ScoringShape(List.of(new FixedPoint(0, 100)), 1, new FixedPoint(0, 100));

    /// A row of zeros would give the constant away.
    @Test
    void slotsBehindTheLastRowTellNothing() {
        Pair pair = new Pair(UnaryOperator.identity(), UnaryOperator.identity());
        long[] slots = Pair.both(
                pair,
                network -> {
                    ScoringRun run = new ScoringRun(session(network, 3), false);
                    long _ = run.open(SMALL, 1);
                    try (FeaturesSide side = FeaturesSide.all(
                                    SMALL, session(network, 3).random())
                            .getFirst()) {
                        run.send(side.publicKey());
                        side.encrypt(new Columns(new long[][] {{7}}), 0, 1, run::send);
                        long[] all = side.decrypt(run);
                        run.confirm();
                        return all;
                    }
                },
                network -> Scoring.answer(SMALL, new long[] {42, 3}, session(network, 3)));
        assertEquals(42 + 7 * 3, slots[0]);
        // of 8,191 slots that are uniform modulo a prime of 20 bits hardly two hold one number
        long[] rest = Arrays.copyOfRange(slots, 1, slots.length);
        assertTrue(Arrays.stream(rest).filter(slot -> slot == 42).count() <= 2);
        assertTrue(Arrays.stream(rest).distinct().count() > 8000);
        assertTrue(Arrays.stream(rest).anyMatch(slot -> slot < -200_000)
                && Arrays.stream(rest).anyMatch(slot -> slot > 200_000));
    }

    @Test
    void numbersOutsideOfTheirBoundsAreRefusedBeforeAnythingIsSent() {
        for (boolean feature : new boolean[] {true, false}) {
            Pair pair = new Pair(UnaryOperator.identity(), UnaryOperator.identity());
            PoyangException thrown = assertThrows(PoyangException.class, () -> {
                if (feature) {
                    var _ = Scoring.score(SMALL, new Columns(new long[][] {{0, -101}}), session(pair.features, 4));
                } else {
                    long _ = Scoring.answer(SMALL, new long[] {0, 101}, session(pair.model, 4));
                }
            });
            assertEquals(HomomorphicErrors.BAD_PLAINTEXT, thrown.code());
            assertEquals(0, pair.features.frames + pair.model.frames);
        }
    }

    @Test
    void plansThatCannotBeScoredAreNotMade() {
        FixedPoint small = new FixedPoint(0, 10);
        List<Runnable> wrong = List.of(
                () -> new ScoringShape(List.of(), 1, small),
                () -> new ScoringShape(List.of(small), 4, small),
                () -> new ScoringShape(List.of(small), 0, small),
                () -> new ScoringShape(List.of(small), 1, new FixedPoint(10, 1)),
                () -> new ScoringShape(List.of(small), 1, new FixedPoint(0, 0)),
                () -> new ScoringShape(Collections.nCopies(65, small), 1, small),
                () -> new ScoringShape(Collections.nCopies(22, small), 2, small),
                () -> new ScoringShape(List.of(new FixedPoint(0, 1L << 53)), 3, small));
        for (Runnable each : wrong) {
            assertEquals(
                    HomomorphicErrors.BAD_PARAMETERS,
                    assertThrows(PoyangException.class, each::run).code());
        }
        assertEquals(
                253,
                new ScoringShape(Collections.nCopies(21, small), 2, small)
                        .terms()
                        .size());
    }

    /// Each frame in turn is changed in one byte, cut, or lengthened: never a score.
    @Test
    void framesThatWereChangedGiveNoScore() {
        Columns columns = new Columns(new long[][] {{1, 2, 3}});
        ScoringCost cost = Scoring.cost(SMALL, 3);
        Random random = new Random(6);
        for (boolean ofModel : new boolean[] {false, true}) {
            long frames = ofModel ? cost.modelFrames() : cost.featuresFrames();
            for (int changed = 0; changed < frames; changed++) {
                for (int way = 0; way < 3; way++) {
                    Pair pair = changing(ofModel, changed, way, random);
                    PoyangException thrown =
                            assertThrows(PoyangException.class, () -> run(pair, SMALL, columns, new long[] {1, 2}, 7));
                    assertEquals(KernelErrors.PEER_MISBEHAVED, thrown.code(), thrown.getMessage());
                }
            }
        }
    }

    private static Pair changing(boolean ofModel, int changed, int way, Random random) {
        int[] seen = {0};
        UnaryOperator<byte[]> change = frame -> {
            if (seen[0]++ != changed) {
                return frame;
            }
            byte[] other = switch (way) {
                case 0 -> frame.clone();
                case 1 -> Arrays.copyOf(frame, frame.length - 1);
                default -> Arrays.copyOf(frame, frame.length + 1);
            };
            if (way == 0) {
                other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
            }
            return other;
        };
        return ofModel ? new Pair(UnaryOperator.identity(), change) : new Pair(change, UnaryOperator.identity());
    }
}
