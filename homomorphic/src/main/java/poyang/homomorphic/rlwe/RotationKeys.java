package poyang.homomorphic.rlwe;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import poyang.homomorphic.HomomorphicErrors;
import poyang.homomorphic.ring.Ring;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Keys that move slots: one for each automorphism. A rotation without its own key takes those of
/// powers of two, one after another.
public final class RotationKeys {
    /// Generates, with −1, the automorphisms that permute slots.
    static final int GENERATOR = 3;

    private static final String DOMAIN = "poyang.rlwe.rotation-keys.v1";
    private static final int KEYS_MAX = 1024;

    private final TreeMap<Integer, SwitchKey> keys;
    private final TreeMap<Integer, int[]> permutations = new TreeMap<>();

    private RotationKeys(Chain chain, Map<Integer, SwitchKey> keys) {
        this.keys = new TreeMap<>(keys);
        for (int g : keys.keySet()) {
            permutations.put(g, Ring.permutation(chain.degree(), g));
        }
    }

    /// @param steps rotations to have own keys for, besides the powers of two
    static RotationKeys generate(Chain chain, RlweSecretKey secret, RandomSource random, int... steps) {
        TreeMap<Integer, SwitchKey> keys = new TreeMap<>();
        for (int g : elements(chain, steps)) {
            keys.put(g, SwitchKey.generate(chain, secret, secret.moved(chain, g), random));
        }
        return new RotationKeys(chain, keys);
    }

    static RotationKeys of(Chain chain, Map<Integer, SwitchKey> keys) {
        return new RotationKeys(chain, keys);
    }

    /// The automorphisms for the powers of two, the exchange of rows, and the steps given.
    static SortedSet<Integer> elements(Chain chain, int... steps) {
        TreeSet<Integer> elements = new TreeSet<>();
        elements.add(2 * chain.degree() - 1);
        for (int step = 1; step < chain.degree() / 2; step *= 2) {
            elements.add(element(chain, step));
        }
        for (int step : steps) {
            if (Math.floorMod(step, chain.degree() / 2) != 0) {
                elements.add(element(chain, step));
            }
        }
        return elements;
    }

    /// The automorphism that moves slot i + steps to slot i.
    static int element(Chain chain, int steps) {
        int mask = 2 * chain.degree() - 1;
        int element = 1;
        for (int i = Math.floorMod(steps, chain.degree() / 2); i > 0; i--) {
            element = element * GENERATOR & mask;
        }
        return element;
    }

    boolean has(int element) {
        return keys.containsKey(element);
    }

    SwitchKey key(int element) {
        SwitchKey key = keys.get(element);
        if (key == null) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_HE_KEY,
                    "there is no key for the automorphism " + element,
                    "rotation keys that were made for these parameters are needed");
        }
        return key;
    }

    int[] permutation(int element) {
        key(element);
        int[] permutation = permutations.get(element);
        if (permutation == null) {
            throw new Bug("a key without its permutation");
        }
        return permutation;
    }

    /// The canonical bytes, keys in the order of their automorphisms; half of each is a seed.
    public Bytes encode(RlweParameters of) {
        CanonicalWriter writer = Codec.begin(DOMAIN, of.chain());
        writer.list(List.copyOf(keys.entrySet()), (to, each) -> {
            to.u32(each.getKey());
            each.getValue().write(to, of.chain());
        });
        return writer.toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_CIPHERTEXT` for anything but the canonical
    ///     bytes of keys of these parameters
    public static RotationKeys decode(RlweParameters of, Bytes encoded) {
        Chain chain = of.chain();
        CanonicalReader reader = Codec.open(DOMAIN, chain, encoded.toArray());
        TreeMap<Integer, SwitchKey> keys = new TreeMap<>();
        reader.list(KEYS_MAX, each -> {
            long element = each.u32();
            boolean sound = element % 2 == 1
                    && element > 1
                    && element < 2L * chain.degree()
                    && (keys.isEmpty() || element > keys.lastKey());
            if (!sound) {
                throw Codec.bad("an automorphism is " + element);
            }
            keys.put((int) element, SwitchKey.read(each, chain));
            return element;
        });
        reader.end();
        return new RotationKeys(chain, keys);
    }

    @Override
    public String toString() {
        return "RotationKeys[" + keys.size() + "]";
    }
}
