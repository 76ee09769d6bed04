package poyang.homomorphic.paillier;

import java.math.BigInteger;
import java.util.Map;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.Turns;
import poyang.kernel.RandomSource;

/// Paillier beside the textbook scheme on `BigInteger`, in one run.
public final class PaillierBench {
    private PaillierBench() {}

    public static void run(int bits, boolean json) {
        PaillierStrength strength = PaillierStrength.STANDARD_128_BITS;
        for (PaillierStrength each : PaillierStrength.values()) {
            strength = each.modulusBits() == bits ? each : strength;
        }
        RandomSource random = new SeededRandom(new byte[32], "bench");
        PaillierSecretKey secret = PaillierSecretKey.generate(strength, random);
        PaillierPublicKey key = secret.publicKey();
        BigInteger n = key.modulus();
        BigInteger square = n.multiply(n);
        BigInteger m = BigInteger.valueOf(123_456_789);
        PaillierCiphertext x = key.encrypt(m, random);
        PaillierCiphertext y = key.encrypt(m, random);
        BigInteger r = new BigInteger(1, random.bytes(bits / 8)).mod(n);
        BigInteger cx = key.arithmetic().out(x.value());
        BigInteger cy = key.arithmetic().out(y.value());
        // a textbook decryption raises to λ of about n's length modulo n²
        BigInteger lambda = n.subtract(n.sqrt().shiftLeft(1));
        Turns turns = new Turns().note("modulus_bits", strength.modulusBits()).note("table_bytes", key.tableBytes());
        turns.gives(
                        "plain_encrypt",
                        () -> m.multiply(n)
                                .add(BigInteger.ONE)
                                .multiply(r.modPow(n, square))
                                .mod(square))
                .gives("plain_decrypt", () -> cx.modPow(lambda, square))
                .gives("plain_add", () -> cx.multiply(cy).mod(square))
                .add("encrypt", () -> key.encrypt(m, random))
                .add("decrypt", () -> secret.decrypt(x))
                .add("add", () -> key.add(x, y))
                .add("add_plain", () -> key.add(x, m))
                .add("multiply_64_bits", () -> key.multiply(x, BigInteger.valueOf(Long.MAX_VALUE)));
        Map<String, Double> micros = turns.measure();
        for (String each : new String[] {"encrypt", "decrypt", "add"}) {
            turns.note(each + "_times_plain", ratio(micros, "plain_" + each, each));
        }
        turns.note("encrypt_per_second", Math.round(1e6 / micros.getOrDefault("encrypt", Double.NaN)));
        turns.scaling("encrypt", () -> key.encrypt(m, new SeededRandom(new byte[32], "thread")));
        turns.report("paillier " + strength.modulusBits(), json);
    }

    private static double ratio(Map<String, Double> micros, String above, String below) {
        double ratio = micros.getOrDefault(above, Double.NaN) / micros.getOrDefault(below, Double.NaN);
        return Math.round(ratio * 100) / 100.0;
    }
}
