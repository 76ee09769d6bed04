package poyang.homomorphic.rlwe;

import poyang.homomorphic.ring.Ring;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
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

    Bytes encode(Chain chain) {
        CanonicalWriter writer = Codec.begin(DOMAIN, chain);
        key.write(writer, chain);
        return writer.toBytes();
    }

    static RelinearisationKey decode(Chain chain, Bytes encoded) {
        CanonicalReader reader = Codec.open(DOMAIN, chain, encoded.toArray());
        SwitchKey key = SwitchKey.read(reader, chain);
        reader.end();
        return new RelinearisationKey(key);
    }

    @Override
    public String toString() {
        return "RelinearisationKey";
    }
}
