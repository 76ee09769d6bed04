package poyang.pir;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import poyang.crypto.SeededRandom;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.psi.Workers;

class RowReadTest {
    private static final byte[] SEED = new byte[PirParameters.SEED_BYTES];

    private static RandomSource random(long seed) {
        return new SeededRandom(new byte[SeededRandom.SEED_BYTES], "row-read-" + seed);
    }

    private static List<byte[]> rows(int count, int bytes, long seed) {
        Random content = new Random(seed);
        List<byte[]> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] row = new byte[bytes];
            content.nextBytes(row);
            rows.add(row);
        }
        return rows;
    }

    private static byte[] padded(byte[] row) {
        return Arrays.copyOf(row, RowServer.outputs(row.length) * PirParameters.OUTPUT_BYTES);
    }

    @Test
    void everyShapeGivesTheRowAskedFor() {
        int[][] shapes = {{1, 1}, {2048, 4096}, {2049, 4097}};
        for (int[] shape : shapes) {
            List<byte[]> rows = rows(shape[0], shape[1], shape[0]);
            RowServer server = RowServer.of(rows, SEED, Workers.ALONE, (done, total) -> {});
            RowClient client = new RowClient(shape[0], shape[1], SEED);
            for (int row : new int[] {0, shape[0] / 2, shape[0] - 1}) {
                try (RowClient.Asked asked = client.ask(row, random(row))) {
                    byte[] answer = server.answer(asked.frame(), 1, Workers.ALONE);
                    assertEquals(client.answerBytes(), answer.length);
                    assertArrayEquals(padded(rows.get(row)), client.open(asked, answer, 0), "row " + row);
                }
            }
        }
    }

    @Test
    void extremeWordsAreRead() {
        List<byte[]> rows = new ArrayList<>();
        for (int fill : new int[] {0x00, 0x7f, 0x80, 0xff}) {
            byte[] row = new byte[64];
            Arrays.fill(row, (byte) fill);
            rows.add(row);
        }
        RowServer server = RowServer.of(rows, SEED, Workers.ALONE, (done, total) -> {});
        RowClient client = new RowClient(rows.size(), 64, SEED);
        for (int row = 0; row < rows.size(); row++) {
            RowClient.Asked asked = client.ask(row, random(row));
            assertArrayEquals(
                    padded(rows.get(row)), client.open(asked, server.answer(asked.frame(), 1, Workers.ALONE), 0));
        }
    }

    @Test
    void aBatchIsAnsweredAsItsQueriesAre() {
        List<byte[]> rows = rows(300, 4096, 5);
        RowServer server = RowServer.of(rows, SEED, Workers.ALONE, (done, total) -> {});
        RowClient client = new RowClient(300, 4096, SEED);
        int[] wanted = {7, 299, 7, 0};
        byte[] frame = new byte[wanted.length * client.queryBytes()];
        List<RowClient.Asked> asked = new ArrayList<>();
        for (int i = 0; i < wanted.length; i++) {
            asked.add(client.ask(wanted[i], random(i)));
            System.arraycopy(asked.get(i).frame(), 0, frame, i * client.queryBytes(), client.queryBytes());
        }
        byte[] answers = server.answer(frame, wanted.length, Workers.ALONE);
        for (int i = 0; i < wanted.length; i++) {
            byte[] single = server.answer(asked.get(i).frame(), 1, Workers.ALONE);
            assertArrayEquals(
                    single, Arrays.copyOfRange(answers, i * client.answerBytes(), (i + 1) * client.answerBytes()));
            assertArrayEquals(rows.get(wanted[i]), client.open(asked.get(i), answers, i * client.answerBytes()));
        }
    }

    @Test
    void changedRowsAreReadAsAFreshMatrixGivesThem() {
        List<byte[]> rows = rows(500, 6000, 9);
        RowServer before = RowServer.of(rows, SEED, Workers.ALONE, (done, total) -> {});
        byte[] part = rows(1, 100, 10).getFirst();
        RowServer after = before.with(List.of(new Matrix.Patch(77, 4200, Bytes.copyOf(part))), Workers.ALONE);
        byte[] changed = rows.get(77).clone();
        System.arraycopy(part, 0, changed, 4200, part.length);
        List<byte[]> all = new ArrayList<>(rows);
        all.set(77, changed);
        RowServer fresh = RowServer.of(all, SEED, Workers.ALONE, (done, total) -> {});
        RowClient client = new RowClient(500, 6000, SEED);
        RowClient.Asked asked = client.ask(77, random(1));
        byte[] answer = after.answer(asked.frame(), 1, Workers.ALONE);
        assertArrayEquals(fresh.answer(asked.frame(), 1, Workers.ALONE), answer);
        assertArrayEquals(padded(changed), client.open(asked, answer, 0));
        // what began on the table before ends on it
        assertArrayEquals(padded(rows.get(77)), client.open(asked, before.answer(asked.frame(), 1, Workers.ALONE), 0));
    }

    @Test
    void bothFormsOfTheScanGiveTheSameSums() {
        Random content = new Random(3);
        int rows = Scan.SPAN + 100;
        short[] block = new short[rows * Scan.COLUMNS];
        long[] integers = new long[rows];
        for (int i = 0; i < block.length; i++) {
            block[i] = (short) (i % 5 == 0 ? Short.MIN_VALUE : content.nextInt());
        }
        for (int i = 0; i < rows; i++) {
            integers[i] = i % 3 == 0 ? PirParameters.Q.value() - 1 : content.nextLong(PirParameters.Q.value());
        }
        double[] scalar = new double[2 * Scan.COLUMNS];
        double[] vector = new double[2 * Scan.COLUMNS];
        Scan.span(block, 50, 50 + Scan.SPAN, Scan.limbs(integers), scalar);
        VectorScan.span(block, 50, 50 + Scan.SPAN, Scan.limbs(integers), vector);
        assertArrayEquals(scalar, vector);
        for (int column : new int[] {0, 1, 63}) {
            BigInteger sum = BigInteger.ZERO;
            for (int row = 0; row < rows; row++) {
                sum = sum.add(BigInteger.valueOf(integers[row])
                        .multiply(BigInteger.valueOf(block[row * Scan.COLUMNS + column])));
            }
            long[] sums = new long[2 * Scan.COLUMNS];
            Scan.add(block, 0, rows, Scan.limbs(integers), sums);
            double[] out = new double[Scan.COLUMNS];
            Scan.reduce(sums, out, 0);
            assertEquals(PirParameters.Q.of(sum), PirParameters.Q.canonical(out[column]));
        }
    }

    @Test
    void malformedQueriesAndAnswersAreRefused() {
        List<byte[]> rows = rows(10, 100, 1);
        RowServer server = RowServer.of(rows, SEED, Workers.ALONE, (done, total) -> {});
        RowClient client = new RowClient(10, 100, SEED);
        RowClient.Asked asked = client.ask(3, random(3));
        byte[] frame = asked.frame();
        for (byte[] wrong : List.of(
                new byte[0],
                Arrays.copyOf(frame, frame.length - 1),
                Arrays.copyOf(frame, frame.length + 1),
                Arrays.copyOf(frame, 2 * frame.length))) {
            refused(() -> server.answer(wrong, 1, Workers.ALONE));
        }
        refused(() -> server.answer(frame, 2, Workers.ALONE));
        refused(() -> server.answer(frame, 0, Workers.ALONE));
        for (int at : new int[] {0, ClientKeys.BYTES}) {
            byte[] notBelowTheModulus = frame.clone();
            Arrays.fill(notBelowTheModulus, at, at + 7, (byte) 0xff);
            refused(() -> server.answer(notBelowTheModulus, 1, Workers.ALONE));
        }
        byte[] filledUp = frame.clone();
        filledUp[filledUp.length - 1] |= (byte) 0x80; // 10 rows of 50 bits leave four bits over
        refused(() -> server.answer(filledUp, 1, Workers.ALONE));
        byte[] answer = server.answer(frame, 1, Workers.ALONE);
        refused(() -> client.open(asked, Arrays.copyOf(answer, answer.length - 1), 0));
    }

    @Test
    void impossibleShapesAreRefused() {
        assertEquals(PirErrors.BAD_SHAPE, code(() -> Matrix.zeros(0, 1)));
        assertEquals(PirErrors.BAD_SHAPE, code(() -> Matrix.zeros(1, 0)));
        assertEquals(PirErrors.BAD_SHAPE, code(() -> new RowClient(PirParameters.ROWS_MAX + 1, 10, SEED)));
        assertEquals(PirErrors.BAD_SHAPE, code(() -> RowServer.of(List.of(), SEED, Workers.ALONE, (d, t) -> {})));
    }

    private static void refused(Executable call) {
        assertEquals(PirErrors.BAD_FRAME, code(call));
    }

    private static ErrorCode code(Executable call) {
        return assertThrows(PoyangException.class, call).code();
    }
}
