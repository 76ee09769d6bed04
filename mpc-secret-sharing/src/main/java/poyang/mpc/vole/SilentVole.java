package poyang.mpc.vole;

import static poyang.mpc.vole.TreeHash.WORDS;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.mpc.Peer;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.field.Quadratic;
import poyang.mpc.ot.BaseOt;
import poyang.mpc.ot.OtExtension;

/// A long random correlation c = b + a·Δ from a short conversation: Δ ∈ F and b ∈ F^m with the
/// sender, a over the prime field B and c ∈ F^m with the receiver; B and F are those of
/// {@link Goldilocks} and {@link Quadratic}. In the wide protocols a is over F: the noise is.
///
/// ```
/// sender, Δ                                     receiver
///                                       ←       header, key of the base transfers
///   header; base transfers with the bits of Δ →
///                                       ←       columns: trees' transfers, base correlation
///   [malicious: a point                 →
///                                       ←       hashes of these columns]
///   corrections of the trees            →
///   b = code · leaves                           c = code · leaves, a = code · noise
///   [malicious:                         ←       χ, x = Σ χ_i·a_i − y
///   SM3(Σ χ_i·b_i − b' + Δ·x)           →       compares with its own Σ χ_i·c_i − c']
/// ```
///
/// The noise has one secret place and one secret element y_k in each of its blocks. Of each block's
/// tree the receiver learns all leaves but the one at its place, where it gets leaf + y_k·Δ: so the
/// leaves already satisfy the relation, with the noise as a. The code turns N places into m
/// elements that look random although the noise is sparse (learning parity with noise;
/// {@link CodeParameters} has the bound).
///
/// The bits of Δ are also the global key s of the trees' transfers, one set of 128 base transfers
/// serving both: all that the receiver sees of s is under {@link TreeHash}, and ψ, which carries Δ,
/// is masked by the leaf that the receiver lacks.
///
/// **Malicious security.** A receiver can be inconsistent only in its columns: both are checked,
/// and a guess of Δ's bits costs it as many bits of its chance to go on. A sender can be wrong only
/// in corrections: after them the receiver draws χ_i of B, and a wrong correlation passes with
/// probability 2^-63 unless the sender guessed what the error does at the receiver's places: a
/// predicate of the noise that holds with probability ρ passes with probability ρ, so that it tells
/// the sender log2(1/ρ) bits at that price ("selective failure", allowed by the functionality of
/// Weng et al.; linear tests keep β/ρ·ρ). y masks x. The sender's answer is a hash, so that a
/// receiver with a wrong x must find Δ by trying. Statistical error of one run: 2^-63 for this
/// check, 2^-121 and 2^-117 for the columns; of 2^8 runs of a whole job together below 2^-54.
///
/// - rejects: a header of another protocol, version, role or length; messages of other lengths; no
///   points of the curve; limbs of p or more; failed checks: `PEER_MISBEHAVED`, which does not say
///   which column or tree
/// - secrecy: computational, 127 bits for Δ by guessing and by the hash, the linear tests of the
///   code below 2^-128. Time and addresses do not depend on secrets, but for draws discarded as too
///   large
/// - cost: {@link VoleProtocol}; about 18 bytes of memory for each of the N / 11 places of a strip,
///   and the result
/// - network: one frame of {@link Peer#FRAME_BYTES} in each direction
/// - source: Boyle, Couteau, Gilboa, Ishai, "Compressing vector OLE", ACM CCS 2018, with the code
///   of Boyle et al., CRYPTO 2022, and the trees of Guo et al., EUROCRYPT 2023; base
///   correlation and check of Weng, Yang, Katz, Wang, "Wolverine", IEEE S&P 2021, the
///   check taken over the outputs instead of the leaves: an error that the code maps to 0 harms no
///   output
public final class SilentVole {
    private static final String HEADER_DOMAIN = "poyang.silent-vole.header.v1";
    private static final String SESSION_DOMAIN = "poyang.silent-vole.session.v1";
    private static final String TRANSFERS = "tree transfers";
    private static final byte[] TREE_DOMAIN = ascii("poyang.silent-vole.trees.v1");
    private static final byte[] VERDICT_DOMAIN = ascii("poyang.silent-vole.verdict.v1");
    private static final int NONCE_BYTES = 16;
    private static final int CHUNK = 2048;

    private final VoleProtocol protocol;
    private final CodeParameters code;
    private final TreeShape shape;
    private final Peer peer;
    private final RandomSource random;

    private SilentVole(VoleProtocol protocol, int length, PartyNetwork network, PartyId peer, RandomSource random) {
        this.protocol = protocol;
        this.random = random;
        this.peer = new Peer(network, peer, protocol.name());
        code = CodeParameters.of(length);
        shape = code.tree();
    }

    /// Runs the side that gets Δ and b.
    ///
    /// @param length of the correlation, from 1 to {@link VoleProtocol#longest}; both sides name
    ///     the same
    /// @param random fresh: after an abort, or for another correlation, it must be another one
    public static SenderShare send(
            VoleProtocol protocol, int length, PartyNetwork network, PartyId peer, RandomSource random) {
        return new SilentVole(protocol, length, network, peer, random).send();
    }

    /// Runs the side that gets a and c.
    ///
    /// @param length as for {@link #send}
    /// @param random as for {@link #send}
    public static ReceiverShare receive(
            VoleProtocol protocol, int length, PartyNetwork network, PartyId peer, RandomSource random) {
        return new SilentVole(protocol, length, network, peer, random).receive();
    }

    private SenderShare send() {
        long[] key = Goldilocks.uniform(random.fork("key"), 2);
        byte[] choices = bits(key);
        byte[] theirHeader = peer.receive("header", VoleProtocol.HEADER_BYTES);
        expect(theirHeader, true);
        byte[] header = header(false);
        byte[] session = session(theirHeader, header, peer.id(), peer.self());
        byte[] theirKey = peer.receive("base transfers", BaseOt.SENDER_BYTES);
        byte[][] seeds;
        try (BaseOt.Receiver base = new BaseOt.Receiver(session, choices, random.fork("base"))) {
            peer.send(header);
            peer.send(base.message());
            seeds = base.seeds(theirKey, peer);
        }
        int transfers = VoleProtocol.transfers(code);
        OtExtension.Sender extension = new OtExtension.Sender(
                choices, seeds, transfers, TRANSFERS, peer.receive("transfers", OtExtension.messageBytes(transfers)));
        int count = protocol.baseCount(code);
        BaseVole.Sender base =
                new BaseVole.Sender(choices, seeds, count, canonical("base correlation", BaseVole.messageBytes(count)));
        if (protocol.malicious()) {
            challenge(extension, base);
        }
        long[] baseB = joined(base.correlation());
        long[] b = sendTrees(key, session, extension.rows(), baseB);
        if (protocol.malicious()) {
            peer.send(verdict(key, session, b, baseB));
        }
        return new SenderShare(key, b);
    }

    /// Asks for hashes of the receiver's columns and judges them.
    private void challenge(OtExtension.Sender extension, BaseVole.Sender base) {
        RandomSource draw = random.fork("challenge");
        byte[] point = draw.bytes(OtExtension.POINT_BYTES);
        long[] element = Goldilocks.uniform(draw, 2);
        byte[] challenge = Arrays.copyOf(point, VoleProtocol.CHALLENGE_BYTES);
        WORDS.set(challenge, 16, element[0]);
        WORDS.set(challenge, 24, element[1]);
        peer.send(challenge);
        byte[] answer = peer.receive("hashes", OtExtension.CHECK_BYTES + BaseVole.CHECK_BYTES);
        boolean accepted = extension.accepts(point, Arrays.copyOf(answer, OtExtension.CHECK_BYTES));
        accepted &= base.accepts(element, Arrays.copyOfRange(answer, OtExtension.CHECK_BYTES, answer.length));
        if (!accepted) {
            throw peer.misbehaved("its columns are not consistent");
        }
    }

    private long[] sendTrees(long[] key, byte[] session, long[] rows, long[] baseB) {
        SenderTrees trees = new SenderTrees(shape, treeHash(session), key, random.fork("trees"));
        Compression compression = new Compression(code, 0);
        int bytes = shape.correctionBytes();
        for (int first = 0; first < code.blocks(); first += VoleProtocol.GROUP) {
            byte[] corrections = new byte[VoleProtocol.GROUP * bytes];
            for (int k = 0; k < VoleProtocol.GROUP; k++) {
                int tree = first + k;
                long[] leaves = trees.grow(
                        tree,
                        rows,
                        2 * tree * shape.levels(),
                        baseB[2 * tree],
                        baseB[2 * tree + 1],
                        corrections,
                        k * bytes);
                compression.absorb(leaves, 0, 0, 0);
            }
            peer.send(corrections);
        }
        return compression.elements();
    }

    /// SM3 of Σ χ_i·b_i − b' + Δ·x for the receiver's χ and x.
    private byte[] verdict(long[] key, byte[] session, long[] b, long[] baseB) {
        byte[] probe = peer.receive("probe", protocol.probeBytes());
        long[] x = new long[2];
        for (int limb = 0; limb < protocol.limbs(); limb++) {
            int at = VoleProtocol.PROBE_SEED_BYTES + limb * Goldilocks.BYTES;
            needElement(probe, at);
            x[limb] = (long) WORDS.get(probe, at);
        }
        long[] sum = new long[2];
        combine(probe, b, new long[0], sum);
        int mask = 2 * code.blocks();
        sum[0] = Goldilocks.subtract(sum[0], baseB[mask]);
        sum[1] = Goldilocks.subtract(sum[1], baseB[mask + 1]);
        long[] product = new long[2];
        Quadratic.multiply(product, 0, x[0], x[1], key[0], key[1]);
        sum[0] = Goldilocks.add(sum[0], product[0]);
        sum[1] = Goldilocks.add(sum[1], product[1]);
        return verdict(session, probe, sum);
    }

    private ReceiverShare receive() {
        byte[] header = header(true);
        byte[][] seeds;
        byte[] session;
        try (BaseOt.Sender base = new BaseOt.Sender(random.fork("base"))) {
            peer.send(header.clone());
            peer.send(base.message());
            byte[] theirHeader = peer.receive("header", VoleProtocol.HEADER_BYTES);
            expect(theirHeader, false);
            session = session(header, theirHeader, peer.self(), peer.id());
            byte[] points = peer.receive("base transfers", BaseOt.receiverBytes(OtExtension.BASE));
            seeds = base.seeds(session, OtExtension.BASE, points, peer);
        }
        int[] places = places(random.fork("places"));
        long[] y = Goldilocks.uniform(random.fork("noise"), protocol.baseCount(code));
        OtExtension.Receiver extension =
                new OtExtension.Receiver(seeds, directions(places), TRANSFERS, random.fork("transfers"));
        BaseVole.Receiver base = new BaseVole.Receiver(seeds, y);
        peer.send(extension.message());
        peer.send(base.message());
        if (protocol.malicious()) {
            byte[] challenge = canonicalEnd(peer.receive("challenge", VoleProtocol.CHALLENGE_BYTES));
            long[] element = {(long) WORDS.get(challenge, 16), (long) WORDS.get(challenge, 24)};
            byte[] hashes = extension.answer(challenge);
            byte[] answer = Arrays.copyOf(hashes, hashes.length + BaseVole.CHECK_BYTES);
            System.arraycopy(base.answer(element), 0, answer, hashes.length, BaseVole.CHECK_BYTES);
            peer.send(answer);
        }
        long[] baseC = joined(base.correlation());
        ReceiverShare share = receiveTrees(session, places, y, extension.rows(), baseC);
        if (protocol.malicious()) {
            probe(session, share, y, baseC);
        }
        return share;
    }

    private ReceiverShare receiveTrees(byte[] session, int[] places, long[] y, long[] rows, long[] baseC) {
        ReceiverTrees trees = new ReceiverTrees(shape, treeHash(session));
        int limbs = protocol.limbs();
        Compression compression = new Compression(code, limbs);
        int bytes = shape.correctionBytes();
        for (int first = 0; first < code.blocks(); first += VoleProtocol.GROUP) {
            byte[] corrections = peer.receive("corrections", VoleProtocol.GROUP * bytes);
            for (int k = 0; k < VoleProtocol.GROUP; k++) {
                int tree = first + k;
                int psi = (k + 1) * bytes - Quadratic.BYTES;
                needElement(corrections, psi);
                needElement(corrections, psi + Goldilocks.BYTES);
                long[] leaves = trees.grow(
                        tree,
                        places[tree],
                        rows,
                        2 * tree * shape.levels(),
                        baseC[2 * tree],
                        baseC[2 * tree + 1],
                        corrections,
                        k * bytes);
                compression.absorb(leaves, places[tree], y[limbs * tree], y[limbs * tree + limbs - 1]);
            }
        }
        return new ReceiverShare(compression.noise(), compression.elements());
    }

    /// Checks that the sender's b fits.
    private void probe(byte[] session, ReceiverShare share, long[] y, long[] baseC) {
        byte[] probe = Arrays.copyOf(random.fork("probe").bytes(VoleProtocol.PROBE_SEED_BYTES), protocol.probeBytes());
        long[] sum = new long[2 + protocol.limbs()];
        combine(probe, share.c(), share.a(), sum);
        int at = 2 * code.blocks();
        sum[0] = Goldilocks.subtract(sum[0], baseC[at]);
        sum[1] = Goldilocks.subtract(sum[1], baseC[at + 1]);
        for (int limb = 0; limb < protocol.limbs(); limb++) {
            long mask = y[protocol.limbs() * code.blocks() + limb];
            WORDS.set(
                    probe,
                    VoleProtocol.PROBE_SEED_BYTES + limb * Goldilocks.BYTES,
                    Goldilocks.canonical(Goldilocks.subtract(sum[2 + limb], mask)));
        }
        peer.send(probe.clone());
        byte[] verdict = peer.receive("verdict", VoleProtocol.VERDICT_BYTES);
        if (!MessageDigest.isEqual(verdict, verdict(session, probe, sum))) {
            throw peer.misbehaved("its correlation is wrong");
        }
    }

    /// The short correlation of elements of a's field: two of the prime field make one of F.
    private long[] joined(long[] base) {
        if (protocol.limbs() == 1) {
            return base;
        }
        long[] joined = new long[base.length / 2];
        for (int i = 0; i < joined.length; i += 2) {
            long high = Goldilocks.multiply(Quadratic.NON_SQUARE, base[2 * i + 3]);
            joined[i] = Goldilocks.canonical(Goldilocks.add(base[2 * i], high));
            joined[i + 1] = Goldilocks.canonical(Goldilocks.add(base[2 * i + 1], base[2 * i + 2]));
        }
        return joined;
    }

    /// Σ χ_i·f_i into words 0 and 1 and Σ χ_i·a_i into the words from 2 on, of which there are as many as an
    /// a_i has limbs.
    private static void combine(byte[] probe, long[] f, long[] a, long[] out) {
        PublicStream stream = new PublicStream(Arrays.copyOf(probe, VoleProtocol.PROBE_SEED_BYTES), 0);
        byte[] chunk = new byte[CHUNK * Long.BYTES];
        int count = f.length / 2;
        for (int from = 0; from < count; from += CHUNK) {
            int part = Math.min(CHUNK, count - from);
            stream.fill(chunk, part * Long.BYTES);
            long s0 = out[0];
            long s1 = out[1];
            for (int i = 0; i < part; i++) {
                long chi = (long) WORDS.get(chunk, i * Long.BYTES);
                s0 = Goldilocks.add(s0, Goldilocks.multiply(chi, f[2 * (from + i)]));
                s1 = Goldilocks.add(s1, Goldilocks.multiply(chi, f[2 * (from + i) + 1]));
            }
            out[0] = s0;
            out[1] = s1;
            int limbs = out.length - 2;
            for (int limb = 0; limb < limbs; limb++) {
                long sum = out[2 + limb];
                for (int i = 0; i < part; i++) {
                    long chi = (long) WORDS.get(chunk, i * Long.BYTES);
                    sum = Goldilocks.add(sum, Goldilocks.multiply(chi, a[limbs * (from + i) + limb]));
                }
                out[2 + limb] = sum;
            }
        }
    }

    private static byte[] verdict(byte[] session, byte[] probe, long[] sum) {
        byte[] element = new byte[Quadratic.BYTES];
        WORDS.set(element, 0, Goldilocks.canonical(sum[0]));
        WORDS.set(element, 8, Goldilocks.canonical(sum[1]));
        return Sm3.digest(VERDICT_DOMAIN, session, probe, element);
    }

    /// One uniform place for each block.
    private int[] places(RandomSource source) {
        int[] places = new int[code.blocks()];
        for (int k = 0; k < places.length; k++) {
            places[k] = (int) Math.unsignedMultiplyHigh(source.nextLong(), code.blockLength());
        }
        return places;
    }

    /// What the receiver asks for at each level: 1 for the right children where its path goes left.
    private byte[] directions(int[] places) {
        int levels = shape.levels();
        byte[] bits = new byte[places.length * levels];
        for (int k = 0; k < places.length; k++) {
            for (int level = 1; level <= levels; level++) {
                bits[k * levels + level - 1] = (byte) (places[k] >>> levels - level & 1 ^ 1);
            }
        }
        return bits;
    }

    private static byte[] bits(long[] key) {
        byte[] bits = new byte[OtExtension.BASE];
        for (int j = 0; j < bits.length; j++) {
            bits[j] = (byte) (key[j >> 6] >>> (j & 63) & 1);
        }
        return bits;
    }

    private byte[] header(boolean receives) {
        byte[] header = new CanonicalWriter(HEADER_DOMAIN)
                .u32(protocol.id())
                .u32(protocol.version())
                .flag(receives)
                .u32(code.length())
                .bytes(random.fork("nonce").bytes(NONCE_BYTES))
                .toArray();
        Bug.unless(header.length == VoleProtocol.HEADER_BYTES, "a header has " + header.length + " bytes");
        return header;
    }

    private void expect(byte[] header, boolean receives) {
        try {
            CanonicalReader in = new CanonicalReader(HEADER_DOMAIN, header);
            boolean same = in.u32() == protocol.id();
            same &= in.u32() == protocol.version();
            same &= in.flag() == receives;
            same &= in.u32() == code.length();
            same &= in.bytes(NONCE_BYTES).length() == NONCE_BYTES;
            in.end();
            if (!same) {
                throw peer.misbehaved("its header names another protocol, version, role or length");
            }
        } catch (PoyangException e) {
            if (e.code().equals(KernelErrors.BAD_ENCODING)) {
                throw peer.misbehaved("its header is malformed");
            }
            throw e;
        }
    }

    private byte[] session(byte[] receiverHeader, byte[] senderHeader, PartyId receiver, PartyId sender) {
        return Sm3.digest(new CanonicalWriter(SESSION_DOMAIN)
                .text(receiver.name())
                .text(sender.name())
                .bytes(receiverHeader)
                .bytes(senderHeader)
                .toArray());
    }

    private static TreeHash treeHash(byte[] session) {
        return new TreeHash(Arrays.copyOf(Sm3.digest(TREE_DOMAIN, session), TreeHash.BLOCK_BYTES));
    }

    /// A message of elements of the prime field.
    private byte[] canonical(String what, int bytes) {
        byte[] message = peer.receive(what, bytes);
        for (int at = 0; at < bytes; at += Goldilocks.BYTES) {
            needElement(message, at);
        }
        return message;
    }

    private byte[] canonicalEnd(byte[] challenge) {
        needElement(challenge, 16);
        needElement(challenge, 24);
        return challenge;
    }

    private void needElement(byte[] message, int at) {
        if (Long.compareUnsigned((long) WORDS.get(message, at), Goldilocks.P) >= 0) {
            throw peer.misbehaved("it sent what is no element of the field");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
