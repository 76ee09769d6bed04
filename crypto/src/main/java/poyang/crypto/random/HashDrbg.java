package poyang.crypto.random;

import java.nio.ByteBuffer;
import java.util.Arrays;
import poyang.kernel.Bug;

/// The deterministic generator Hash_DRBG with a hash of 256 bits.
///
/// - computes: state `V`, `C` of 440 bits; `V = Hash_df(entropy ‖ nonce ‖ personalisation)`,
///   `C = Hash_df(0 ‖ V)`; a request gives `Hash(V) ‖ Hash(V + 1) ‖ …` and then
///   `V = V + Hash(3 ‖ V) + C + counter mod 2^440`
/// - preconditions: entropy of at least 256 bits of min-entropy, nonce of at least 128 bits
/// - errors: a request that is too long, one after {@link Form#requestsMax} without new entropy, or one
///   after {@link #uninstantiate} is a `Bug`: whoever owns the generator reseeds it in time
/// - secrecy: all inputs but the lengths are secret; time depends on lengths only; working copies are
///   zeroed (the hash's own state is not, it is overwritten by the next message)
/// - cost: three compressions for 32 bytes, seven for new entropy
/// - source: NIST SP 800-90A rev. 1, 10.1.1; GM/T 0105-2021 appendix B, which puts new entropy before
///   `V` instead of behind it and gives one block a request
///
/// Not thread-safe.
final class HashDrbg {
    static final int SEED_BYTES = 55;
    static final int ENTROPY_BYTES_MIN = 32;
    static final int NONCE_BYTES_MIN = 16;
    static final byte[] NOTHING = new byte[0];

    private static final int OUTPUT_BYTES = 32;
    private static final int SEED_BITS = 8 * SEED_BYTES;

    /// Where the two standards differ.
    enum Form {
        /// GM/T 0105-2021 at security level 2 of GB/T 37092: 32 bytes a request, 2^10 requests a seed.
        GMT_0105(OUTPUT_BYTES, 1L << 10),
        /// SP 800-90A table 2: 2^16 bytes a request, 2^48 requests a seed.
        SP_800_90A(1 << 16, 1L << 48);

        private final int requestBytesMax;
        private final long requestsMax;

        Form(int requestBytesMax, long requestsMax) {
            this.requestBytesMax = requestBytesMax;
            this.requestsMax = requestsMax;
        }

        int requestBytesMax() {
            return requestBytesMax;
        }

        long requestsMax() {
            return requestsMax;
        }
    }

    /// A hash of 32 bytes over the parts' concatenation.
    interface Hash {
        byte[] digest(byte[]... parts);
    }

    private final Form form;
    private final Hash hash;
    private final byte[] v = new byte[SEED_BYTES];
    private final byte[] c = new byte[SEED_BYTES];
    private long counter;

    HashDrbg(Form form, Hash hash, byte[] entropy, byte[] nonce, byte[] personalisation) {
        Bug.unless(entropy.length >= ENTROPY_BYTES_MIN, "a seed needs 256 bits of entropy");
        Bug.unless(nonce.length >= NONCE_BYTES_MIN, "a nonce has at least 128 bits");
        this.form = form;
        this.hash = hash;
        seed(entropy, nonce, personalisation);
    }

    /// Mixes new entropy in.
    void reseed(byte[] entropy, byte[] additional) {
        Bug.unless(counter > 0, "the generator was given up");
        Bug.unless(entropy.length >= ENTROPY_BYTES_MIN, "a seed needs 256 bits of entropy");
        byte[] old = v.clone();
        byte[] one = {1};
        switch (form) {
            case GMT_0105 -> seed(one, entropy, old, additional);
            case SP_800_90A -> seed(one, old, entropy, additional);
        }
        Arrays.fill(old, (byte) 0);
    }

    /// Whether new entropy is due before the next request.
    boolean exhausted() {
        return counter > form.requestsMax();
    }

    /// Fills `out[from .. from+length)`.
    void generate(byte[] out, int from, int length, byte[] additional) {
        Bug.unless(counter > 0, "the generator was given up");
        Bug.unless(!exhausted(), "new entropy is due");
        if (length > form.requestBytesMax()) {
            throw new Bug("a request gives at most " + form.requestBytesMax() + " bytes");
        }
        if (additional.length > 0) {
            addHash(2, v, additional);
        }
        byte[] data = v.clone();
        for (int done = 0; done < length; done += OUTPUT_BYTES) {
            byte[] block = hash.digest(data);
            System.arraycopy(block, 0, out, from + done, Math.min(OUTPUT_BYTES, length - done));
            Arrays.fill(block, (byte) 0);
            add(data, new byte[] {1});
        }
        Arrays.fill(data, (byte) 0);
        addHash(3, v);
        add(v, c);
        add(v, ByteBuffer.allocate(Long.BYTES).putLong(counter).array());
        counter++;
    }

    /// Zeroes the state; nothing can be asked any more.
    void uninstantiate() {
        Arrays.fill(v, (byte) 0);
        Arrays.fill(c, (byte) 0);
        counter = 0;
    }

    private void seed(byte[]... material) {
        derive(v, material);
        derive(c, new byte[] {0}, v);
        counter = 1;
    }

    /// Hash_df: fills `out` from all of `material`. `material` may name `v` while `c` is filled.
    private void derive(byte[] out, byte[]... material) {
        byte[][] parts = new byte[material.length + 1][];
        System.arraycopy(material, 0, parts, 1, material.length);
        byte[] derived = new byte[SEED_BYTES];
        for (int done = 0, round = 1; done < SEED_BYTES; done += OUTPUT_BYTES, round++) {
            parts[0] =
                    ByteBuffer.allocate(5).put((byte) round).putInt(SEED_BITS).array();
            byte[] block = hash.digest(parts);
            System.arraycopy(block, 0, derived, done, Math.min(OUTPUT_BYTES, SEED_BYTES - done));
            Arrays.fill(block, (byte) 0);
        }
        System.arraycopy(derived, 0, out, 0, SEED_BYTES);
        Arrays.fill(derived, (byte) 0);
    }

    /// `V += Hash(first ‖ parts)`.
    private void addHash(int first, byte[]... parts) {
        byte[][] all = new byte[parts.length + 1][];
        all[0] = new byte[] {(byte) first};
        System.arraycopy(parts, 0, all, 1, parts.length);
        byte[] term = hash.digest(all);
        add(v, term);
        Arrays.fill(term, (byte) 0);
    }

    /// `sum += term` as big-endian numbers modulo `256^sum.length`.
    private static void add(byte[] sum, byte[] term) {
        int carry = 0;
        for (int i = sum.length - 1, j = term.length - 1; i >= 0; i--, j--) {
            carry += (sum[i] & 0xff) + (j >= 0 ? term[j] & 0xff : 0);
            sum[i] = (byte) carry;
            carry >>= 8;
        }
    }

    @Override
    public String toString() {
        return "HashDrbg";
    }
}
