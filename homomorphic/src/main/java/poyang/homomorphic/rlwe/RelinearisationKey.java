package poyang.homomorphic.rlwe;

import poyang.homomorphic.ring.Ring;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The key that brings a product of two ciphertexts back to two parts: it switches from s² to s.
public final class RelinearisationKey {
    private static final String DOMAIN = "poyang.rlwe.relinearisation-key.v1";

    private final SwitchKey key;

    RelinearisationKey(SwitchKey key) {
        this.key = key;
    }

    static RelinearisationKey generate(Chain chain, RlweSecretKey secret, RandomSource random) {
        Ring ring = chain.ring();
        double[][] values = secret.values(chain);
        double[][] square = ring.multiply(values, values, ring.zero(chain.levels() + 1));
        return new RelinearisationKey(SwitchKey.generate(chain, secret, square, random));
    }

    SwitchKey key() {
        return key;
    }

    /// The canonical bytes; half of a key of one holder is a seed.
    public Bytes encode(RlweParameters of) {
        CanonicalWriter writer = Codec.begin(DOMAIN, of.chain());
        key.write(writer, of.chain());
        return writer.toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_CIPHERTEXT` for anything but the canonical
    ///     bytes of a key of these parameters
    public static RelinearisationKey decode(RlweParameters of, Bytes encoded) {
        CanonicalReader reader = Codec.open(DOMAIN, of.chain(), encoded.toArray());
        SwitchKey key = SwitchKey.read(reader, of.chain());
        reader.end();
        return new RelinearisationKey(key);
    }

    @Override
    public String toString() {
        return "RelinearisationKey";
    }
}
