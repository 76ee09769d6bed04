package poyang.homomorphic.rlwe;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import poyang.crypto.SeededRandom;
import poyang.homomorphic.Turns;
import poyang.homomorphic.ring.KernelBench;
import poyang.kernel.RandomSource;

/// BFV and CKKS, operation by operation, with the transform beside scalar C.
public final class LatticeBench {
    private LatticeBench() {}

    public static void bfv(int degree, boolean json) throws IOException, InterruptedException {
        Bfv bfv = new Bfv(BfvParameters.standard(degree, 20));
        RandomSource random = new SeededRandom(new byte[32], "bench");
        RlweSecretKey secret = bfv.secretKey(random);
        RlwePublicKey open = bfv.publicKey(secret, random);
        RelinearisationKey relinearisation = bfv.relinearisationKey(secret, random);
        RotationKeys rotations = bfv.rotationKeys(secret, random);
        long[] slots = new long[degree];
        Arrays.setAll(slots, i -> i - degree / 2);
        BfvPlaintext plaintext = bfv.encode(slots);
        BfvCiphertext x = bfv.encrypt(open, plaintext, random);
        BfvCiphertext y = bfv.encrypt(open, plaintext, random);
        Chain chain = bfv.parameters().chain();
        Turns turns = new Turns();
        turns.note("degree", degree)
                .note("modulus_bits", Math.round(chain.bits()))
                .note("ciphertext_bytes", x.encode(bfv.parameters()).length())
                .note(
                        "relinearisation_key_bytes",
                        relinearisation.encode(bfv.parameters()).length());
        KernelBench.add(turns, degree, 49);
        turns.add("encrypt_public", () -> bfv.encrypt(open, plaintext, random))
                .add("encrypt_secret", () -> bfv.encrypt(secret, plaintext, random))
                .add("decrypt", () -> bfv.decrypt(secret, x))
                .add("encode", () -> bfv.encode(slots))
                .add("decode", () -> bfv.decode(plaintext))
                .add("add", () -> bfv.add(x, y))
                .add("multiply_plain", () -> bfv.multiply(x, plaintext))
                .add("multiply", () -> BfvProduct.of(bfv.parameters(), x, y))
                .add("relinearise", () -> relinearisation.key().apply(chain, x.c1(), false))
                .add("multiply_relinearise", () -> bfv.multiply(x, y, relinearisation))
                .add("rotate", () -> bfv.rotateRows(x, 1, rotations))
                .add("drop_prime", () -> bfv.dropPrime(x));
        besideSeal(turns, bfv.parameters(), slots);
        JointBench.bfv(turns, bfv, random);
        Map<String, Double> micros = turns.measure();
        ratios(turns, micros, "encrypt_public", "encrypt_secret", "multiply_relinearise", "rotate");
        turns.scaling("multiply_relinearise", () -> bfv.multiply(x, y, relinearisation));
        turns.report("bfv " + degree, json);
    }

    /// SEAL's operations on the same parameters, in the same turns, where it is installed.
    private static void besideSeal(Turns turns, BfvParameters parameters, long[] slots) {
        if (SealLibrary.found().isEmpty()) {
            return;
        }
        SealEngine seal = new SealEngine(SealLibrary.found().get(), parameters);
        BfvEngine.Cipher x = seal.encrypt(slots);
        BfvEngine.Cipher y = seal.encrypt(slots);
        SealEngine.Encoded plain = seal.encoded(slots);
        turns.note("seal", seal.name())
                .add("seal_encrypt_public", () -> seal.encrypt(plain))
                .add("seal_encrypt_secret", () -> seal.encryptSecretly(plain))
                .add("seal_add", () -> seal.add(x, y))
                .add("seal_multiply_relinearise", () -> seal.multiply(x, y))
                .add("seal_rotate", () -> seal.rotateRows(x, 1));
    }

    private static void ratios(Turns turns, Map<String, Double> micros, String... operations) {
        for (String each : operations) {
            Double seal = micros.get("seal_" + each);
            if (seal != null) {
                double ratio = micros.getOrDefault(each, Double.NaN) / seal;
                turns.note(each + "_times_seal", Math.round(ratio * 100) / 100.0);
            }
        }
    }

    public static void ckks(int degree, boolean json) throws IOException, InterruptedException {
        CkksParameters parameters = CkksParameters.standard(degree);
        Ckks ckks = new Ckks(parameters);
        RandomSource random = new SeededRandom(new byte[32], "bench");
        RlweSecretKey secret = ckks.secretKey(random);
        RlwePublicKey open = ckks.publicKey(secret, random);
        RelinearisationKey relinearisation = ckks.relinearisationKey(secret, random);
        RotationKeys rotations = ckks.rotationKeys(secret, random);
        double[] slots = new double[degree / 2];
        Arrays.setAll(slots, i -> Math.sin(i));
        CkksCiphertext x = ckks.encrypt(open, slots, random);
        CkksCiphertext y = ckks.encrypt(open, slots, random);
        CkksPlaintext plaintext = ckks.plaintext(slots, slots, x.level());
        CkksProduct product = ckks.product(x, y, relinearisation);
        Turns turns = new Turns();
        turns.note("degree", degree)
                .note("modulus_bits", Math.round(parameters.modulusBits()))
                .note("primes", parameters.chain().levels() + 1)
                .note("ciphertext_bytes", x.encode(parameters).length());
        KernelBench.add(turns, degree, 49);
        turns.add("encode", () -> ckks.plaintext(slots, slots, x.level()))
                .add("encode_encrypt_public", () -> ckks.encrypt(open, slots, random))
                .add("decrypt_decode", () -> ckks.decryptForKeyHolderOnly(secret, x))
                .add("add", () -> ckks.add(x, y))
                .add("multiply_plain", () -> ckks.times(x, plaintext))
                .add("multiply_relinearise", () -> ckks.product(x, y, relinearisation))
                .add("rescale", () -> ckks.rescale(product))
                .add("rotate", () -> ckks.rotate(x, 1, rotations));
        if (degree >= 16384) {
            JointBench.ckks(turns, degree, random);
        }
        SealLibrary.found().ifPresent(seal -> new SealCkks(seal, parameters, slots).add(turns));
        Map<String, Double> micros = turns.measure();
        ratios(turns, micros, "encode_encrypt_public", "multiply_relinearise", "rescale", "rotate");
        turns.scaling("multiply_relinearise", () -> ckks.product(x, y, relinearisation));
        turns.report("ckks " + degree, json);
    }
}
