package poyang.homomorphic.rlwe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Modulus;
import poyang.kernel.Bug;
import poyang.kernel.PoyangException;

/// BFV by Microsoft SEAL with the same degree, primes and plaintext prime as here; SEAL judges the
/// parameters' security once more.
///
/// - secrecy: keys lie in the library's memory; its randomness is its own, from the operating
///   system, so that a run cannot be replayed
/// - rejects: what SEAL refuses, results that hide nothing among it; noise budgets of zero
final class SealEngine implements BfvEngine {
    private static final byte BFV = 1;
    private static final int SECURITY_BITS = 128;

    private final SealLibrary seal;
    private final BfvEncoder range;
    private final int slots;
    private final SealLibrary.Handle encryptor;
    private final SealLibrary.Handle decryptor;
    private final SealLibrary.Handle evaluator;
    private final SealLibrary.Handle encoder;
    private final SealLibrary.Handle products;
    private final SealLibrary.Handle rotations;

    private record Own(SealLibrary.Handle handle) implements Cipher {}

    /// Slots in SEAL's form.
    record Encoded(SealLibrary.Handle handle) {}

    SealEngine(SealLibrary seal, BfvParameters parameters) {
        this.seal = seal;
        range = new BfvEncoder(parameters);
        slots = parameters.slots();
        SealLibrary.Handle context = context(seal, BFV, parameters, parameters.plainModulus());
        SealLibrary.Handle keys = seal.make("KeyGenerator_Create1", "KeyGenerator_Destroy", context);
        SealLibrary.Handle secret = seal.make("KeyGenerator_SecretKey", "SecretKey_Destroy", keys);
        SealLibrary.Handle open = seal.make("KeyGenerator_CreatePublicKey", "PublicKey_Destroy", keys, false);
        products = seal.make("KeyGenerator_CreateRelinKeys", "KSwitchKeys_Destroy", keys, false);
        rotations = seal.make("KeyGenerator_CreateGaloisKeysAll", "KSwitchKeys_Destroy", keys, false);
        encryptor = seal.make("Encryptor_Create", "Encryptor_Destroy", context, open, secret);
        decryptor = seal.make("Decryptor_Create", "Decryptor_Destroy", context, secret);
        evaluator = seal.make("Evaluator_Create", "Evaluator_Destroy", context);
        encoder = seal.make("BatchEncoder_Create", "BatchEncoder_Destroy", context);
    }

    /// @param plainModulus 0 for CKKS, which has none
    static SealLibrary.Handle context(SealLibrary seal, byte scheme, RlweParameters parameters, long plainModulus) {
        SealLibrary.Handle all = seal.make("EncParams_Create1", "EncParams_Destroy", scheme);
        seal.call("EncParams_SetPolyModulusDegree", all, (long) parameters.degree());
        try (Arena arena = Arena.ofConfined()) {
            List<Modulus> moduli = parameters.chain().ring().moduli();
            MemorySegment primes = arena.allocate(ValueLayout.ADDRESS, moduli.size());
            List<MemorySegment> made = new ArrayList<>();
            for (Modulus modulus : moduli) {
                MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
                seal.call("Modulus_Create1", modulus.value(), out);
                made.add(out.get(ValueLayout.ADDRESS, 0));
                primes.setAtIndex(ValueLayout.ADDRESS, made.size() - 1, made.getLast());
            }
            seal.call("EncParams_SetCoeffModulus", all, (long) moduli.size(), primes);
            made.forEach(each -> seal.call("Modulus_Destroy", each));
            if (plainModulus != 0) {
                seal.call("EncParams_SetPlainModulus2", all, plainModulus);
            }
            SealLibrary.Handle context =
                    seal.make("SEALContext_Create", "SEALContext_Destroy", all, true, SECURITY_BITS);
            MemorySegment accepted = arena.allocate(ValueLayout.JAVA_BOOLEAN);
            seal.call("SEALContext_ParametersSet", context, accepted);
            if (!accepted.get(ValueLayout.JAVA_BOOLEAN, 0)) {
                throw new PoyangException(
                        HomomorphicErrors.BAD_PARAMETERS,
                        "SEAL refuses these parameters",
                        "the engine in Java takes them");
            }
            return context;
        }
    }

    private SealLibrary.Handle of(Cipher cipher) {
        if (cipher instanceof Own(SealLibrary.Handle handle)) {
            return handle;
        }
        throw new Bug("a ciphertext of another engine");
    }

    private SealLibrary.Handle empty() {
        return seal.make("Ciphertext_Create1", "Ciphertext_Destroy", SealLibrary.NOTHING);
    }

    private SealLibrary.Handle plaintext() {
        return seal.make("Plaintext_Create1", "Plaintext_Destroy", SealLibrary.NOTHING);
    }

    private SealLibrary.Handle encode(long... values) {
        range.check(values);
        SealLibrary.Handle plain = plaintext();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocate(ValueLayout.JAVA_LONG, slots);
            MemorySegment.copy(values, 0, all, ValueLayout.JAVA_LONG, 0, values.length);
            seal.call("BatchEncoder_Encode2", encoder, (long) slots, all, plain);
        }
        return plain;
    }

    @Override
    public String name() {
        return "SEAL " + seal.version();
    }

    @Override
    public Cipher encrypt(long... values) {
        return encrypt(encoded(values));
    }

    Encoded encoded(long... values) {
        return new Encoded(encode(values));
    }

    Cipher encrypt(Encoded plain) {
        SealLibrary.Handle out = empty();
        seal.call("Encryptor_Encrypt", encryptor, plain.handle(), out, SealLibrary.NOTHING);
        return new Own(out);
    }

    /// With the secret key; half of the ciphertext is not kept as a seed.
    Cipher encryptSecretly(Encoded plain) {
        SealLibrary.Handle out = empty();
        seal.call("Encryptor_EncryptSymmetric", encryptor, plain.handle(), false, out, SealLibrary.NOTHING);
        return new Own(out);
    }

    @Override
    public Cipher add(Cipher a, Cipher b) {
        SealLibrary.Handle out = empty();
        seal.call("Evaluator_Add", evaluator, of(a), of(b), out);
        return new Own(out);
    }

    @Override
    public Cipher subtract(Cipher a, Cipher b) {
        SealLibrary.Handle out = empty();
        seal.call("Evaluator_Sub", evaluator, of(a), of(b), out);
        return new Own(out);
    }

    @Override
    public Cipher multiply(Cipher a, long... values) {
        SealLibrary.Handle out = empty();
        seal.call("Evaluator_MultiplyPlain", evaluator, of(a), encode(values), out, SealLibrary.NOTHING);
        return new Own(out);
    }

    @Override
    public Cipher multiply(Cipher a, Cipher b) {
        SealLibrary.Handle three = empty();
        SealLibrary.Handle out = empty();
        seal.call("Evaluator_Multiply", evaluator, of(a), of(b), three, SealLibrary.NOTHING);
        seal.call("Evaluator_Relinearize", evaluator, three, products, out, SealLibrary.NOTHING);
        return new Own(out);
    }

    @Override
    public Cipher rotateRows(Cipher a, int steps) {
        SealLibrary.Handle out = empty();
        int within = Math.floorMod(steps, slots / 2);
        seal.call("Evaluator_RotateRows", evaluator, of(a), within, rotations, out, SealLibrary.NOTHING);
        return new Own(out);
    }

    @Override
    public Cipher swapRows(Cipher a) {
        SealLibrary.Handle out = empty();
        seal.call("Evaluator_RotateColumns", evaluator, of(a), rotations, out, SealLibrary.NOTHING);
        return new Own(out);
    }

    @Override
    public long[] decrypt(Cipher a) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment budget = arena.allocate(ValueLayout.JAVA_INT);
            seal.call("Decryptor_InvariantNoiseBudget", decryptor, of(a), budget);
            if (budget.get(ValueLayout.JAVA_INT, 0) <= 0) {
                throw new PoyangException(
                        HomomorphicErrors.NOISE_EXHAUSTED,
                        "the noise leaves no room for a reliable result",
                        "fewer operations in a row, or larger parameters, are needed");
            }
            SealLibrary.Handle plain = plaintext();
            seal.call("Decryptor_Decrypt", decryptor, of(a), plain);
            MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
            count.set(ValueLayout.JAVA_LONG, 0, slots);
            MemorySegment out = arena.allocate(ValueLayout.JAVA_LONG, slots);
            seal.call("BatchEncoder_Decode2", encoder, plain, count, out, SealLibrary.NOTHING);
            return out.toArray(ValueLayout.JAVA_LONG);
        }
    }

    /// SEAL wipes keys when their objects are destroyed, once nothing reaches them.
    @Override
    public void close() {}
}
