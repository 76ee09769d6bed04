package poyang.homomorphic.rlwe;

import java.util.Optional;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// BFV for one process that holds the key and computes under it: slots in, slots out, keys and
/// ciphertexts inside. Where ciphertexts travel, take {@link Bfv}.
///
/// The work is done here, or by Microsoft SEAL 4 where `libsealc` is installed and was asked for.
///
/// - security, errors: as {@link Bfv}; values of one session are refused by another
/// - threads: one at a time
public final class BfvSession implements AutoCloseable {
    private final BfvEngine engine;
    private boolean closed;

    /// An encrypted vector of a session.
    public static final class Value {
        private final BfvSession session;
        private final BfvEngine.Cipher cipher;

        private Value(BfvSession session, BfvEngine.Cipher cipher) {
            this.session = session;
            this.cipher = cipher;
        }

        @Override
        public String toString() {
            return "Value[" + session.engine() + "]";
        }
    }

    BfvSession(BfvEngine engine) {
        this.engine = engine;
    }

    /// A session whose every bit follows from the parameters and the randomness.
    public static BfvSession open(BfvParameters parameters, RandomSource random) {
        return new BfvSession(new JavaEngine(parameters, random));
    }

    /// A session by SEAL, with randomness of SEAL's own, where SEAL 4 was found at start.
    public static Optional<BfvSession> openNative(BfvParameters parameters) {
        return SealLibrary.found().map(seal -> new BfvSession(new SealEngine(seal, parameters)));
    }

    /// What does the work, with its version.
    public String engine() {
        return engine.name();
    }

    /// @throws PoyangException `BAD_PLAINTEXT` for too many slots, or values out of range
    public Value encrypt(long... slots) {
        return value(engine.encrypt(slots));
    }

    public Value add(Value a, Value b) {
        return value(engine.add(of(a), of(b)));
    }

    public Value subtract(Value a, Value b) {
        return value(engine.subtract(of(a), of(b)));
    }

    public Value multiply(Value a, long... slots) {
        return value(engine.multiply(of(a), slots));
    }

    public Value multiply(Value a, Value b) {
        return value(engine.multiply(of(a), of(b)));
    }

    /// Slot i + steps of each row moves to slot i.
    public Value rotateRows(Value a, int steps) {
        return value(engine.rotateRows(of(a), steps));
    }

    public Value swapRows(Value a) {
        return value(engine.swapRows(of(a)));
    }

    /// @throws PoyangException `NOISE_EXHAUSTED` when the noise leaves no room for a reliable
    ///     answer
    public long[] decrypt(Value a) {
        return engine.decrypt(of(a));
    }

    private Value value(BfvEngine.Cipher cipher) {
        return new Value(this, cipher);
    }

    private BfvEngine.Cipher of(Value value) {
        if (closed || value.session != this) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_CIPHERTEXT,
                    closed ? "the session is closed" : "the value is of another session",
                    "a value of this session, while it is open, is needed");
        }
        return value.cipher;
    }

    @Override
    public void close() {
        closed = true;
        engine.close();
    }

    @Override
    public String toString() {
        return "BfvSession[" + engine() + "]";
    }
}
