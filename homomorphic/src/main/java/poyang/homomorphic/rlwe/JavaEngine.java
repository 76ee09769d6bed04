package poyang.homomorphic.rlwe;

import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// The engine of this library: works everywhere, with the caller's randomness.
final class JavaEngine implements BfvEngine {
    private final Bfv bfv;
    private final RandomSource random;
    private final RlweSecretKey secret;
    private final RlwePublicKey open;
    private final RelinearisationKey products;
    private final RotationKeys rotations;

    private record Own(BfvCiphertext value) implements Cipher {}

    JavaEngine(BfvParameters parameters, RandomSource random) {
        this.random = random;
        bfv = new Bfv(parameters);
        secret = bfv.secretKey(random);
        open = bfv.publicKey(secret, random);
        products = bfv.relinearisationKey(secret, random);
        rotations = bfv.rotationKeys(secret, random);
    }

    private static BfvCiphertext of(Cipher cipher) {
        if (cipher instanceof Own(BfvCiphertext value)) {
            return value;
        }
        throw new Bug("a ciphertext of another engine");
    }

    @Override
    public String name() {
        return "Java";
    }

    @Override
    public Cipher encrypt(long... slots) {
        return new Own(bfv.encrypt(open, bfv.encode(slots), random));
    }

    @Override
    public Cipher add(Cipher a, Cipher b) {
        return new Own(bfv.add(of(a), of(b)));
    }

    @Override
    public Cipher subtract(Cipher a, Cipher b) {
        return new Own(bfv.subtract(of(a), of(b)));
    }

    @Override
    public Cipher multiply(Cipher a, long... slots) {
        return new Own(bfv.multiply(of(a), bfv.encode(slots)));
    }

    @Override
    public Cipher multiply(Cipher a, Cipher b) {
        return new Own(bfv.multiply(of(a), of(b), products));
    }

    @Override
    public Cipher rotateRows(Cipher a, int steps) {
        return new Own(bfv.rotateRows(of(a), steps, rotations));
    }

    @Override
    public Cipher swapRows(Cipher a) {
        return new Own(bfv.swapRows(of(a), rotations));
    }

    @Override
    public long[] decrypt(Cipher a) {
        return bfv.decode(bfv.decrypt(secret, of(a)));
    }

    @Override
    public void close() {
        secret.close();
    }
}
