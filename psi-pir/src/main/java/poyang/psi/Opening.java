package poyang.psi;

import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PoyangException;

/// How every run begins: both parties say what they run and with how many keys, and toss a coin of 256
/// bits: each commits to 32 random bytes and opens the commitment once it has the other's. The seed is SM3
/// over both. It is uniform while one party is honest and SM3 is a random oracle.
final class Opening {
    /// The opening and the confirmation at the end: two frames and one, each way.
    static final Cost COST;

    private static final String DOMAIN = "poyang.psi.header.v2";
    private static final int HEADER_BYTES = 4 + DOMAIN.length() + 4 + 4 + 1 + 8 + 4 + Sm3.DIGEST_BYTES;
    private static final int SHARE_BYTES = 32;
    /// The hashes of one run fit one array.
    private static final int LARGEST_SET = 100_000_000;

    static {
        int bytes = HEADER_BYTES + SHARE_BYTES + Sm3.DIGEST_BYTES;
        COST = new Cost(3, bytes, 3, bytes, HEADER_BYTES, 3);
    }

    private record Header(long keys, Bytes commitment) {}

    /// What an opening gives.
    @SuppressWarnings("ArrayRecordComponent") // handed over once, inside the package
    record Opened(byte[] seed, long peerKeys) {}

    private Opening() {}

    static Opened exchange(Run run, CollisionProtocol protocol, boolean receives, long ownKeys) {
        byte[] share = run.random("coin").bytes(SHARE_BYTES);
        run.send(new CanonicalWriter(DOMAIN)
                .u32(protocol.id())
                .u32(protocol.version())
                .flag(receives)
                .u64(ownKeys)
                .bytes(Sm3.digest(share))
                .toArray());
        Header theirs = read(run, protocol, receives, run.frame("the header", HEADER_BYTES));
        run.send(share.clone());
        byte[] opened = run.frame("the opening", SHARE_BYTES);
        if (!Sm3.hash(opened).equals(theirs.commitment())) {
            throw run.misbehaved("it opened another commitment than it had made");
        }
        return new Opened(receives ? Sm3.digest(share, opened) : Sm3.digest(opened, share), theirs.keys());
    }

    private static Header read(Run run, CollisionProtocol protocol, boolean receives, byte[] header) {
        try {
            CanonicalReader in = new CanonicalReader(DOMAIN, header);
            long id = in.u32();
            long version = in.u32();
            boolean peerReceives = in.flag();
            long keys = in.u64();
            Bytes commitment = in.exactly(Sm3.DIGEST_BYTES);
            in.end();
            if (id != protocol.id()
                    || version != protocol.version()
                    || peerReceives == receives
                    || keys < 0
                    || keys > LARGEST_SET) {
                throw run.misbehaved("its header names another protocol, version, role or an impossible count");
            }
            return new Header(keys, commitment);
        } catch (PoyangException e) {
            if (e.code().equals(KernelErrors.BAD_ENCODING)) {
                throw run.misbehaved("its header is malformed");
            }
            throw e;
        }
    }
}
