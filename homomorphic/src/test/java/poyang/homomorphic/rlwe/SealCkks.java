package poyang.homomorphic.rlwe;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import poyang.homomorphic.Turns;

/// SEAL's CKKS on the same primes and scale, for comparison.
final class SealCkks {
    private static final byte CKKS = 2;

    private final SealLibrary seal;
    private final SealLibrary.Handle encryptor;
    private final SealLibrary.Handle evaluator;
    private final SealLibrary.Handle encoder;
    private final SealLibrary.Handle products;
    private final SealLibrary.Handle rotations;
    private final MemorySegment level;
    private final MemorySegment values;
    private final long count;
    private final double scale;

    SealCkks(SealLibrary seal, CkksParameters parameters, double[] slots) {
        this.seal = seal;
        SealLibrary.Handle context = SealEngine.context(seal, CKKS, parameters, 0);
        SealLibrary.Handle keys = seal.make("KeyGenerator_Create1", "KeyGenerator_Destroy", context);
        SealLibrary.Handle open = seal.make("KeyGenerator_CreatePublicKey", "PublicKey_Destroy", keys, false);
        products = seal.make("KeyGenerator_CreateRelinKeys", "KSwitchKeys_Destroy", keys, false);
        rotations = seal.make("KeyGenerator_CreateGaloisKeysAll", "KSwitchKeys_Destroy", keys, false);
        encryptor = seal.make("Encryptor_Create", "Encryptor_Destroy", context, open, SealLibrary.NOTHING);
        evaluator = seal.make("Evaluator_Create", "Evaluator_Destroy", context);
        encoder = seal.make("CKKSEncoder_Create", "CKKSEncoder_Destroy", context);
        level = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, 4);
        seal.call("SEALContext_FirstParmsId", context, level);
        values = Arena.ofAuto().allocate(ValueLayout.JAVA_DOUBLE, slots.length);
        MemorySegment.copy(slots, 0, values, ValueLayout.JAVA_DOUBLE, 0, slots.length);
        count = slots.length;
        scale = parameters.scale(parameters.depth());
    }

    void add(Turns turns) {
        SealLibrary.Handle x = encrypted();
        SealLibrary.Handle product = product(x);
        turns.note("seal", "SEAL " + seal.version())
                .gives("seal_encode_encrypt_public", this::encrypted)
                .gives("seal_multiply_relinearise", () -> product(x))
                .gives("seal_rescale", () -> rescaled(product))
                .gives("seal_rotate", () -> rotated(x));
    }

    private SealLibrary.Handle empty() {
        return seal.make("Ciphertext_Create1", "Ciphertext_Destroy", SealLibrary.NOTHING);
    }

    private SealLibrary.Handle encrypted() {
        SealLibrary.Handle plain = seal.make("Plaintext_Create1", "Plaintext_Destroy", SealLibrary.NOTHING);
        seal.call("CKKSEncoder_Encode1", encoder, count, values, level, scale, plain, SealLibrary.NOTHING);
        SealLibrary.Handle out = empty();
        seal.call("Encryptor_Encrypt", encryptor, plain, out, SealLibrary.NOTHING);
        return out;
    }

    private SealLibrary.Handle product(SealLibrary.Handle x) {
        SealLibrary.Handle three = empty();
        SealLibrary.Handle out = empty();
        seal.call("Evaluator_Multiply", evaluator, x, x, three, SealLibrary.NOTHING);
        seal.call("Evaluator_Relinearize", evaluator, three, products, out, SealLibrary.NOTHING);
        return out;
    }

    private SealLibrary.Handle rescaled(SealLibrary.Handle product) {
        SealLibrary.Handle out = empty();
        seal.call("Evaluator_RescaleToNext", evaluator, product, out, SealLibrary.NOTHING);
        return out;
    }

    private SealLibrary.Handle rotated(SealLibrary.Handle x) {
        SealLibrary.Handle out = empty();
        seal.call("Evaluator_RotateVector", evaluator, x, 1, rotations, out, SealLibrary.NOTHING);
        return out;
    }
}
