package poyang.mpc.vole;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static poyang.mpc.vole.TreeHash.WORDS;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm3;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyNetwork;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.mpc.Pair;
import poyang.mpc.Peer;
import poyang.mpc.field.Goldilocks;
import poyang.mpc.field.Quadratic;
import poyang.mpc.ot.BaseOt;
import poyang.mpc.ot.OtExtension;

/// The attack on trees cut to fewer leaves than a power of two, played by a receiver that follows no protocol.
///
/// It names a leaf that was cut off. From the level at which its path leaves the tree it knows every node, so the
/// correction of a level, the sum of all left children plus q, gives it q; where it asked for the right children
/// its own row is q ⊕ s, and s is the sender's global key. Against trees cut in that way the attack finds the key at
/// each such level. Against the protocol as it stands the same receiver, which may name any place, finds nothing.
final class CutLeafAttackTest {
    private static final byte[] BASE = new byte[TreeHash.BLOCK_BYTES];

    /// All words at a level of one tree: the nodes that are there and known.
    @SuppressWarnings("ArrayRecordComponent") // compared nowhere
    private record Level(long[] nodes, boolean[] known) {}

    /// The nodes of the next level, of which `kept` are there.
    private static Level children(TreeHash hash, int tree, int level, Level parents, int kept) {
        hash.key(tree, level);
        int count = parents.known().length;
        long[] nodes = new long[4 * count];
        boolean[] known = new boolean[2 * count];
        for (int i = 0; i < count; i++) {
            if (parents.known()[i]) {
                long low = parents.nodes()[2 * i];
                long high = parents.nodes()[2 * i + 1];
                long[] left = hash.one(low, high);
                nodes[4 * i] = left[0];
                nodes[4 * i + 1] = left[1];
                nodes[4 * i + 2] = low ^ left[0];
                nodes[4 * i + 3] = high ^ left[1];
                known[2 * i] = true;
                known[2 * i + 1] = true;
            }
        }
        return new Level(Arrays.copyOf(nodes, 2 * kept), Arrays.copyOf(known, kept));
    }

    /// The sum of the left or right children that are known.
    private static long[] sum(Level level, int side) {
        long[] sum = new long[2];
        for (int i = side; i < level.known().length; i += 2) {
            if (level.known()[i]) {
                sum[0] ^= level.nodes()[2 * i];
                sum[1] ^= level.nodes()[2 * i + 1];
            }
        }
        return sum;
    }

    /// How many nodes a level has of a tree cut to so many leaves.
    private static int kept(int leaves, int levels, int level) {
        return (leaves - 1 >>> levels - level) + 1;
    }

    /// What the attacker does with one tree: it grows what it can, and at each level takes what it lacks for cut
    /// off. Gives how many of its guesses are the key, which a real attacker would see by their being equal.
    private static int rightGuesses(
            TreeHash hash,
            int tree,
            int leaves,
            int place,
            long[] rows,
            int rowAt,
            byte[] corrections,
            int at,
            long[] key) {
        int levels = 32 - Integer.numberOfLeadingZeros(leaves - 1);
        Level here = new Level(new long[4], new boolean[2]);
        learn(here, place >>> levels - 1 ^ 1, new long[] {
            word(corrections, at) ^ rows[rowAt], word(corrections, at + 8) ^ rows[rowAt + 1]
        });
        int right = 0;
        for (int level = 2; level < levels; level++) {
            // all children are made, also those that are cut off afterwards
            here = children(hash, tree, level, here, 2 * here.known().length);
            int block = at + (level - 1) * TreeHash.BLOCK_BYTES;
            int row = rowAt + 2 * (level - 1);
            long[] left = sum(here, 0);
            long[] masked = {word(corrections, block) ^ rows[row], word(corrections, block + 8) ^ rows[row + 1]};
            if ((masked[0] ^ left[0]) == key[0] && (masked[1] ^ left[1]) == key[1]) {
                right++;
            }
            int path = place >>> levels - level;
            long[] side = sum(here, path & 1 ^ 1);
            here = new Level(
                    Arrays.copyOf(here.nodes(), 2 * kept(leaves, levels, level)),
                    Arrays.copyOf(here.known(), kept(leaves, levels, level)));
            learn(here, path ^ 1, new long[] {masked[0] ^ side[0], masked[1] ^ side[1]});
        }
        return right;
    }

    /// The sibling of the path, if there is one.
    private static void learn(Level level, int sibling, long[] node) {
        if (sibling < level.known().length && !level.known()[sibling]) {
            level.known()[sibling] = true;
            level.nodes()[2 * sibling] = node[0];
            level.nodes()[2 * sibling + 1] = node[1];
        }
    }

    private static long word(byte[] bytes, int at) {
        return (long) WORDS.get(bytes, at);
    }

    /// The sender of the protocol as it once was: corrections of a tree cut to any number of leaves.
    private static byte[] cutTree(TreeHash hash, int tree, int leaves, long[] key, long[] rows, RandomSource random) {
        int levels = 32 - Integer.numberOfLeadingZeros(leaves - 1);
        byte[] corrections = new byte[levels * TreeHash.BLOCK_BYTES];
        long low = random.nextLong();
        long high = random.nextLong();
        Level level = new Level(new long[] {low, high, low ^ key[0], high ^ key[1]}, new boolean[] {true, true});
        WORDS.set(corrections, 0, low ^ rows[0]);
        WORDS.set(corrections, 8, high ^ rows[1]);
        for (int i = 2; i < levels; i++) {
            Level made = children(hash, tree, i, level, 2 * level.known().length);
            long[] left = sum(made, 0);
            WORDS.set(corrections, (i - 1) * TreeHash.BLOCK_BYTES, left[0] ^ rows[2 * i - 2]);
            WORDS.set(corrections, (i - 1) * TreeHash.BLOCK_BYTES + 8, left[1] ^ rows[2 * i - 1]);
            int kept = kept(leaves, levels, i);
            level = new Level(Arrays.copyOf(made.nodes(), 2 * kept), Arrays.copyOf(made.known(), kept));
        }
        return corrections;
    }

    /// The attack is real: it finds the key of cut trees, and only by naming a leaf that was cut off.
    @Test
    void againstCutTreesTheAttackFindsTheKey() {
        for (int leaves : new int[] {10, 22, 40, 11_186}) {
            int levels = 32 - Integer.numberOfLeadingZeros(leaves - 1);
            RandomSource random = Pair.seed(leaves, "cut");
            long[] key = {random.nextLong(), random.nextLong()};
            long[] q = new long[2 * levels];
            Arrays.setAll(q, _ -> random.nextLong());
            TreeHash hash = new TreeHash(BASE);
            byte[] corrections = cutTree(hash, 3, leaves, key, q, random);
            int found = 0;
            for (int place : new int[] {0, leaves / 2, leaves - 1, firstLeftTurnBeyond(leaves, levels)}) {
                long[] t = q.clone();
                for (int level = 1; level <= levels; level++) {
                    if ((place >>> levels - level & 1) == 0) {
                        t[2 * level - 2] ^= key[0];
                        t[2 * level - 1] ^= key[1];
                    }
                }
                int right = rightGuesses(hash, 3, leaves, place, t, 0, corrections, 0, key);
                assertEquals(place >= leaves, right > 0, leaves + " leaves, place " + place);
                found += right;
            }
            assertTrue(found > 0);
        }
    }

    /// A leaf that was cut off, its path going left right below the cut.
    private static int firstLeftTurnBeyond(int leaves, int levels) {
        for (int level = 2; level < levels - 1; level++) {
            int path = kept(leaves, levels, level);
            if (path < 1 << level) {
                return path << levels - level;
            }
        }
        throw new AssertionError("cut at the last level only");
    }

    /// The attacker's run of the whole protocol: its places, in each tree a leaf that it chose.
    private static final class Attacker {
        private final VoleProtocol protocol;
        private final CodeParameters code;
        private final int named;
        private final RandomSource random = Pair.seed(4, "attacker");
        private long[] a = {};
        private long[] c = {};
        private byte[] session = {};
        private long[] rows = {};
        private byte[][] corrections = {};

        Attacker(VoleProtocol protocol, int length, int named) {
            this.protocol = protocol;
            this.named = named;
            code = CodeParameters.of(length);
        }

        /// Everything but the last two messages, so that the sender's share can be compared.
        Attacker play(PartyNetwork network) {
            Peer peer = new Peer(network, Pair.RIGHT, "attack");
            byte[] header = new CanonicalWriter("poyang.silent-vole.header.v1")
                    .u32(protocol.id())
                    .u32(protocol.version())
                    .flag(true)
                    .u32(code.length())
                    .bytes(random.bytes(16))
                    .toArray();
            byte[][] seeds;
            try (BaseOt.Sender base = new BaseOt.Sender(random.fork("base"))) {
                peer.send(header.clone());
                peer.send(base.message());
                byte[] theirs = peer.receive("header", VoleProtocol.HEADER_BYTES);
                session = Sm3.digest(new CanonicalWriter("poyang.silent-vole.session.v1")
                        .text(Pair.LEFT.name())
                        .text(Pair.RIGHT.name())
                        .bytes(header)
                        .bytes(theirs)
                        .toArray());
                seeds = base.seeds(
                        session,
                        OtExtension.BASE,
                        peer.receive("points", BaseOt.receiverBytes(OtExtension.BASE)),
                        peer);
            }
            int levels = code.tree().levels();
            byte[] wanted = new byte[VoleProtocol.transfers(code)];
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = (byte) (named >>> levels - 1 - i % levels & 1 ^ 1);
            }
            long[] y = Goldilocks.uniform(random.fork("noise"), protocol.baseCount(code));
            OtExtension.Receiver extension =
                    new OtExtension.Receiver(seeds, wanted, "tree transfers", random.fork("transfers"));
            BaseVole.Receiver base = new BaseVole.Receiver(seeds, y);
            peer.send(extension.message());
            peer.send(base.message());
            byte[] challenge = peer.receive("challenge", VoleProtocol.CHALLENGE_BYTES);
            byte[] hashes = extension.answer(challenge);
            byte[] answer = Arrays.copyOf(hashes, hashes.length + BaseVole.CHECK_BYTES);
            byte[] element = base.answer(new long[] {word(challenge, 16), word(challenge, 24)});
            System.arraycopy(element, 0, answer, hashes.length, BaseVole.CHECK_BYTES);
            peer.send(answer);
            rows = extension.rows();
            corrections = new byte[code.blocks() / VoleProtocol.GROUP][];
            int bytes = VoleProtocol.GROUP * code.tree().correctionBytes();
            for (int group = 0; group < corrections.length; group++) {
                corrections[group] = peer.receive("corrections", bytes);
            }
            outputs(y, base.correlation());
            // any canonical x: the verdict is a hash, from which a wrong one does not give the key
            peer.send(new byte[protocol.probeBytes()]);
            peer.receive("verdict", VoleProtocol.VERDICT_BYTES);
            return this;
        }

        private TreeHash hash() {
            byte[] domain = "poyang.silent-vole.trees.v1".getBytes(StandardCharsets.US_ASCII);
            return new TreeHash(Arrays.copyOf(Sm3.digest(domain, session), TreeHash.BLOCK_BYTES));
        }

        /// What an honest receiver would make of the corrections, in the protocol over the prime field.
        private void outputs(long[] y, long[] baseC) {
            if (protocol.limbs() == 2) {
                return;
            }
            ReceiverTrees trees = new ReceiverTrees(code.tree(), hash());
            Compression compression = new Compression(code, 1);
            for (int tree = 0; tree < code.blocks(); tree++) {
                long[] leaves = trees.grow(
                        tree,
                        named,
                        rows,
                        2 * tree * code.tree().levels(),
                        baseC[2 * tree],
                        baseC[2 * tree + 1],
                        corrections[tree / VoleProtocol.GROUP],
                        tree % VoleProtocol.GROUP * code.tree().correctionBytes());
                compression.absorb(leaves, named, y[tree], y[tree]);
            }
            a = compression.noise();
            c = compression.elements();
        }

        /// The attack on every tree, taken for cut to so many leaves.
        int rightGuesses(int leaves, long[] key) {
            int right = 0;
            for (int tree = 0; tree < code.blocks(); tree++) {
                right += CutLeafAttackTest.rightGuesses(
                        hash(),
                        tree,
                        leaves,
                        named,
                        rows,
                        2 * tree * code.tree().levels(),
                        corrections[tree / VoleProtocol.GROUP],
                        tree % VoleProtocol.GROUP * code.tree().correctionBytes(),
                        key);
            }
            return right;
        }
    }

    /// Every place, also the last, is a leaf like any other: the attacker lacks it, has the correlation that an
    /// honest receiver has, and no level of any tree gives it the key, whatever it takes for cut off.
    @Test
    void againstTheProtocolTheSameReceiverFindsNothing() {
        int length = 300;
        CodeParameters code = CodeParameters.of(length);
        int leaves = code.tree().leaves();
        for (VoleProtocol protocol : List.of(VoleProtocol.MALICIOUS, VoleProtocol.MALICIOUS_WIDE)) {
            for (int named : new int[] {leaves - 1, leaves / 2 + leaves / 4, 0}) {
                Pair pair = new Pair();
                Pair.Outcome<Attacker, SenderShare> outcome = pair.run(
                        network -> new Attacker(protocol, length, named).play(network),
                        network -> SilentVole.send(protocol, length, network, Pair.LEFT, Pair.seed(named, "sender")));
                assertNull(outcome.leftFailure());
                assertNull(outcome.rightFailure());
                Attacker attacker = Objects.requireNonNull(outcome.left());
                SenderShare share = Objects.requireNonNull(outcome.right());
                long[] key = {share.key0(), share.key1()};
                for (int cut = leaves / 2 + 1; cut <= leaves; cut++) {
                    assertEquals(0, attacker.rightGuesses(cut, key), "place " + named + " cut to " + cut);
                }
                if (protocol.limbs() == 1) {
                    assertEquals(0, wrong(attacker, share));
                }
            }
        }
    }

    private static int wrong(Attacker attacker, SenderShare share) {
        int wrong = 0;
        for (int i = 0; i < attacker.a.length; i++) {
            long[] expected = {share.b()[2 * i], share.b()[2 * i + 1]};
            Quadratic.addMultiple(expected, 0, attacker.a[i], share.key0(), share.key1());
            Quadratic.makeCanonical(expected);
            wrong += expected[0] == attacker.c[2 * i] && expected[1] == attacker.c[2 * i + 1] ? 0 : 1;
        }
        return wrong;
    }

    /// A receiver that asks for another number of leaves than the length gives is refused at its first message or at
    /// that of its columns, before the sender has sent a correction.
    @Test
    void whoAsksForOtherTreesIsRefusedBeforeAnyCorrection() {
        for (int length : new int[] {299, 3_000}) {
            Pair pair = new Pair();
            Pair.Outcome<Attacker, SenderShare> outcome = pair.run(
                    network -> new Attacker(VoleProtocol.MALICIOUS, length, 5).play(network),
                    network ->
                            SilentVole.send(VoleProtocol.MALICIOUS, 300, network, Pair.LEFT, Pair.seed(1, "sender")));
            assertEquals(
                    KernelErrors.PEER_MISBEHAVED,
                    assertInstanceOf(PoyangException.class, outcome.rightFailure())
                            .code());
            assertEquals(0, pair.right.framesSent());
        }
    }
}
