package poyang.chain.proofs;

import java.util.List;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// The first facts of a chain, and all that an offline verifier has to trust. Its hash is the chain id.
///
/// @param version 1
/// @param name for people
/// @param suite what everything on the chain is signed and hashed with
/// @param epoch epoch 0: engine, quorum and validators
/// @param timestampMillis the time of block 0
/// @param calls make the first state, executed in order at height 0
/// @param stateRoot root of the state after those calls
/// @param trustRoot X.509 certificate (DER) to which all processes' TLS certificates chain
public record Genesis(
        int version,
        String name,
        CryptoSuite suite,
        Epoch epoch,
        long timestampMillis,
        List<Call> calls,
        Bytes stateRoot,
        Bytes trustRoot) {
    public static final int VERSION = 1;
    private static final String DOMAIN = "poyang.genesis.v1";
    private static final int CALLS_MAX = 100_000;

    /// A call of a contract's method with its encoded request.
    public record Call(String contract, String method, Bytes arguments) {}

    /// @throws PoyangException `BAD_GENESIS` for what this version does not know
    public Genesis {
        calls = List.copyOf(calls);
        need(version == VERSION, "its version is " + version, "version 1 is needed");
        need(epoch.number() == 0, "its epoch is " + epoch.number(), "epoch 0 is needed");
        int count = epoch.validators().size();
        need(
                Epoch.engineFor(epoch.engine(), count)
                        && epoch.equals(Epoch.of(0, epoch.engine(), epoch.blockTimeMillis(), epoch.validators())),
                "engine \"" + epoch.engine() + "\" with a quorum of " + epoch.quorum() + " of " + count,
                "\"bft\" with two thirds of the validators and one, \"raft\" with a majority, or \"single\" with one"
                        + " validator is needed");
        need(
                epoch.suite() == suite,
                "its validators' keys are of suite \"" + epoch.suite().label() + "\", it names \"" + suite.label()
                        + "\"",
                "keys of the suite that it names are needed");
        need(stateRoot.length() == CryptoSuite.DIGEST_BYTES, "its state root is no hash", "32 bytes are needed");
    }

    private static void need(boolean holds, String wrong, String right) {
        if (!holds) {
            throw new PoyangException(ProofErrors.BAD_GENESIS, "the genesis is not valid: " + wrong, right);
        }
    }

    public Bytes encoded() {
        return new CanonicalWriter(DOMAIN)
                .u32(version)
                .text(name)
                .text(suite.label())
                .bytes(epoch.encoded())
                .u64(timestampMillis)
                .list(calls, (w, c) -> w.text(c.contract()).text(c.method()).bytes(c.arguments()))
                .bytes(stateRoot)
                .bytes(trustRoot)
                .toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING`, and nothing else, for bytes that are no genesis
    public static Genesis decode(byte[] encoded) {
        CanonicalReader in = new CanonicalReader(DOMAIN, encoded);
        long version = in.u32();
        String name = in.text(256);
        String suite = in.text(16);
        Epoch epoch = Epoch.decode(in.array(1 << 18));
        long timestampMillis = in.u64();
        List<Call> calls = in.list(CALLS_MAX, r -> new Call(r.text(256), r.text(256), r.bytes(1 << 20)));
        Bytes stateRoot = in.exactly(CryptoSuite.DIGEST_BYTES);
        Bytes trustRoot = in.bytes(1 << 16);
        in.end();
        try {
            return new Genesis(
                    (int) version, name, CryptoSuite.named(suite), epoch, timestampMillis, calls, stateRoot, trustRoot);
        } catch (PoyangException e) {
            throw Names.bad(e.wrong(), e);
        }
    }

    /// The digest of the canonical form.
    public Bytes chainId() {
        return suite.hash(encoded().toArray());
    }

    /// The header of block 0, which nobody attests: the genesis itself is the trust.
    public BlockHeader genesisHeader() {
        Bytes nothing = MerkleTree.root(suite, List.of());
        return new BlockHeader(
                chainId(),
                0,
                0,
                Bytes.wrap(new byte[CryptoSuite.DIGEST_BYTES]),
                0,
                new PartyId("genesis"),
                timestampMillis,
                0,
                nothing,
                stateRoot,
                nothing);
    }
}
