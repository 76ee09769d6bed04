package poyang.homomorphic.rlwe;

import java.util.List;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// The public key of several parties with the share that each has proven: what their shares of
/// decryptions are checked against. Made by {@link Joint#key}.
public final class JointKey {
    private final Bytes parameters;
    private final Bytes seed;
    private final List<double[][]> shares;
    private final RlwePublicKey sum;
    private final Bytes id;

    /// @param shares of all parties in order, as values
    JointKey(RlweParameters of, Bytes seed, List<double[][]> shares, RlwePublicKey sum) {
        parameters = of.id();
        this.seed = seed;
        this.shares = List.copyOf(shares);
        this.sum = sum;
        CanonicalWriter writer = new CanonicalWriter("poyang.rlwe.joint-key.v1")
                .bytes(parameters)
                .bytes(seed);
        writer.list(this.shares, (to, share) -> Codec.writeRows(to, of.chain(), share));
        id = Bytes.wrap(Sm3.digest(writer.toArray()));
    }

    /// What to encrypt under.
    public RlwePublicKey publicKey() {
        return sum;
    }

    public int parties() {
        return shares.size();
    }

    /// A digest that tells this key from all others; parties that have it agree on every share.
    public Bytes id() {
        return id;
    }

    Bytes seed() {
        return seed;
    }

    /// One party's share of b, as values.
    double[][] share(int party) {
        return shares.get(party);
    }

    void check(RlweParameters of, int parties) {
        if (!parameters.equals(of.id()) || parties != shares.size()) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_HE_KEY,
                    "the joint key is of " + shares.size() + " parties or other parameters",
                    "one of these parameters and " + parties + " parties is needed");
        }
    }

    @Override
    public String toString() {
        return "JointKey[" + shares.size() + " parties, " + id.hex().substring(0, 8) + "]";
    }
}
