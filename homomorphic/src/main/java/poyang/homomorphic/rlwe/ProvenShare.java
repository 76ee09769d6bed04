package poyang.homomorphic.rlwe;

import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;

/// One party's share of a joint key or of a decryption, with the proof that it is right.
public final class ProvenShare {
    private static final String DOMAIN = "poyang.rlwe.proven-share.v1";
    private static final int SHARE_BYTES_MAX = 1 << 26;

    private final int party;
    private final JointShare share;
    private final ShareProof proof;

    ProvenShare(int party, JointShare share, ShareProof proof) {
        this.party = party;
        this.share = share;
        this.proof = proof;
    }

    /// Whose share it says to be, from 0.
    public int party() {
        return party;
    }

    JointShare share() {
        return share;
    }

    ShareProof proof() {
        return proof;
    }

    public Bytes encode(RlweParameters of) {
        CanonicalWriter writer = Codec.begin(DOMAIN, of.chain())
                .u8(party)
                .bytes(share.encode(of))
                .u8(proof.repetitions());
        proof.write(writer, of.chain());
        return writer.toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_CIPHERTEXT` for anything but the canonical
    ///     bytes of a share and a proof; whether the proof holds is for {@link Joint} to say
    public static ProvenShare decode(RlweParameters of, Bytes encoded) {
        CanonicalReader reader = Codec.open(DOMAIN, of.chain(), encoded.toArray());
        int party = reader.u8();
        JointShare share = JointShare.decode(of, reader.bytes(SHARE_BYTES_MAX));
        ShareProof proof = ShareProof.read(reader, of.chain(), reader.u8());
        reader.end();
        return new ProvenShare(party, share, proof);
    }

    @Override
    public String toString() {
        return "ProvenShare[party " + party + "]";
    }
}
