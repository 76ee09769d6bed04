package poyang.crypto.curve;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.ECCurve;
import org.bouncycastle.math.ec.ECPoint;
import org.bouncycastle.math.ec.rfc7748.X25519;
import poyang.crypto.SeededRandom;
import poyang.kernel.RandomSource;

/// Rates of masking on one thread, beside BouncyCastle's fast custom curve in the same run: candidates
/// in turn, median of the rounds. `./poyang bench curve`
public final class CurveBench {
    private static final int ROUNDS = 9;
    private static final int POINTS = 1024;

    private CurveBench() {}

    public static void main(String[] arguments) {
        RandomSource random = new SeededRandom(new byte[32], "curve-bench");
        byte[] domain = "bench".getBytes(StandardCharsets.US_ASCII);
        List<byte[]> messages = new ArrayList<>();
        for (int i = 0; i < POINTS; i++) {
            messages.add(random.bytes(18));
        }
        long[] points = Sm2Group.hashToCurve(messages, domain);
        byte[] encoded = Sm2Group.encode(points);
        ECCurve curve = CustomNamedCurves.getByName("sm2p256v1").getCurve();
        List<ECPoint> theirs = new ArrayList<>();
        for (int i = 0; i < POINTS; i++) {
            theirs.add(curve.decodePoint(Arrays.copyOfRange(encoded, 33 * i, 33 * i + 33)));
        }
        BigInteger k = new BigInteger(1, random.bytes(32)).mod(curve.getOrder());
        Sm2Scalar scalar = Sm2Scalar.random(random);
        Curve25519Scalar clamped = Curve25519Scalar.random(random);
        byte[] flat = random.bytes(32 * POINTS);
        byte[] us = Curve25519.hashToCurve(flat, 32, POINTS, domain);
        long[] field = Arrays.copyOf(points, Field.LONGS);
        String[] names = {
            "field multiplication",
            "hash to curve",
            "decode",
            "multiply, constant time",
            "BouncyCastle multiply (variable time), batch normalised",
            "Curve25519: hash to curve",
            "Curve25519: multiply, constant time",
            "BouncyCastle X25519.scalarMult"
        };
        int[] operations = {1_000_000, POINTS, POINTS, POINTS, POINTS, POINTS, POINTS, POINTS};
        List<Runnable> candidates = List.of(
                () -> {
                    for (int i = 0; i < 1_000_000; i++) {
                        Field.multiply(field, 0, field, 0, points, Field.LONGS);
                    }
                },
                () -> Sm2Group.hashToCurve(messages, domain),
                () -> Sm2Group.decode(encoded),
                () -> Sm2Group.multiply(points, scalar),
                () -> curve.normalizeAll(theirs.stream().map(p -> p.multiply(k)).toArray(ECPoint[]::new)),
                () -> Curve25519.hashToCurve(flat, 32, POINTS, domain),
                () -> Curve25519.multiply(us, clamped),
                () -> {
                    byte[] out = new byte[32];
                    for (int i = 0; i < POINTS; i++) {
                        X25519.scalarMult(flat, 0, us, 32 * i, out, 0);
                    }
                });
        double[][] seconds = new double[names.length][ROUNDS];
        for (int round = -3; round < ROUNDS; round++) {
            for (int c = 0; c < names.length; c++) {
                long start = System.nanoTime();
                candidates.get(c).run();
                if (round >= 0) {
                    seconds[c][round] = (System.nanoTime() - start) / 1e9;
                }
            }
        }
        for (int c = 0; c < names.length; c++) {
            Arrays.sort(seconds[c]);
            double median = seconds[c][ROUNDS / 2];
            System.out.printf(
                    Locale.ROOT,
                    "%-56s %10.0f/s  %9.1f ns%n",
                    names[c],
                    operations[c] / median,
                    median * 1e9 / operations[c]);
        }
    }
}
