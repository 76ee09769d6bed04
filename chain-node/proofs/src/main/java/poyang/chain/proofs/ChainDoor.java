package poyang.chain.proofs;

import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalWriter;

/// The name by which connections ask for a chain, where one process runs several behind one address.
///
/// It travels in clear, and says nothing: 128 bits of SM3 over the chain's id. Who does not know the genesis
/// cannot guess it, so nobody finds out by trying whether a process runs a chain.
public final class ChainDoor {
    private static final String DOMAIN = "poyang.chain-door.v1";
    private static final int BYTES = 16;

    private ChainDoor() {}

    /// A host name by its form: 32 hexadecimal digits and `.chain`.
    public static String of(Bytes chainId) {
        byte[] form = new CanonicalWriter(DOMAIN).bytes(chainId).toArray();
        return Sm3.hash(form).slice(0, BYTES).hex() + ".chain";
    }
}
