package poyang.chain.proofs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import poyang.crypto.CryptoSuite;
import poyang.crypto.MerkleTree;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Genesis, state proofs and receipt proofs: golden forms, and each octet of them. The vector file is
/// written anew with `-Dpoyang.vectors.write=true`.
final class OfflineProofsTest {
    private static final Path VECTOR = Path.of("src/test/resources/vectors/offline-proofs.txt");
    private static final String CONTRACT = "poyang.v1.Jobs";
    private static final Bytes VALUE = Bytes.utf8("ready");

    private final List<Sm2PrivateKey> keys = new ArrayList<>();
    private final Genesis genesis;

    OfflineProofsTest() {
        SeededRandom random = new SeededRandom(new byte[32], "offline-proofs-test");
        List<Validator> validators = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            Sm2PrivateKey key = Sm2PrivateKey.generate(random);
            keys.add(key);
            validators.add(new Validator(new PartyId("validator-" + i), key.publicKey()));
        }
        genesis = new Genesis(
                1,
                "赣",
                CryptoSuite.SM,
                Epoch.bft(0, validators),
                1_795_000_000_000L,
                List.of(new Genesis.Call("poyang.v1.Organisations", "Register", Bytes.utf8("taxation"))),
                Sm3.hash(new byte[] {4}),
                Bytes.utf8("certificate"));
    }

    /// A tree of two leaves by hand: the key under test, and another below the first bit where they part.
    private record TwoLeaves(Bytes root, StateProof present, StateProof absentByLeaf, StateProof absentByNothing) {}

    private static TwoLeaves tree() {
        Bytes mine = StateTree.keyHash(CryptoSuite.SM, CONTRACT, "job/1");
        Bytes other = StateTree.keyHash(CryptoSuite.SM, CONTRACT, "job/2");
        StateProof.Leaf mineLeaf = new StateProof.Leaf(mine, StateTree.valueHash(CryptoSuite.SM, VALUE));
        StateProof.Leaf otherLeaf = new StateProof.Leaf(other, StateTree.valueHash(CryptoSuite.SM, Bytes.utf8("done")));
        int parts = 0;
        while (StateTree.bit(mine, parts) == StateTree.bit(other, parts)) {
            parts++;
        }
        List<Bytes> above = new ArrayList<>();
        Bytes hash = StateTree.bit(mine, parts) == 0
                ? StateTree.node(CryptoSuite.SM, hash(mineLeaf), hash(otherLeaf))
                : StateTree.node(CryptoSuite.SM, hash(otherLeaf), hash(mineLeaf));
        for (int depth = parts - 1; depth >= 0; depth--) {
            hash = StateTree.bit(mine, depth) == 0
                    ? StateTree.node(CryptoSuite.SM, hash, StateTree.EMPTY)
                    : StateTree.node(CryptoSuite.SM, StateTree.EMPTY, hash);
            above.add(StateTree.EMPTY);
        }
        List<Bytes> present = new ArrayList<>(above);
        present.add(hash(otherLeaf));
        return new TwoLeaves(
                hash,
                new StateProof(present, Optional.of(mineLeaf)),
                new StateProof(present, Optional.of(mineLeaf)),
                new StateProof(List.of(), Optional.empty()));
    }

    private static Bytes hash(StateProof.Leaf leaf) {
        return StateTree.leaf(CryptoSuite.SM, leaf.keyHash(), leaf.valueHash());
    }

    /// A key that is not in the tree and whose path ends in the leaf of `job/1`.
    private static String strangerBesideMine(StateProof proof) {
        Bytes mine = StateTree.keyHash(CryptoSuite.SM, CONTRACT, "job/1");
        for (int i = 3; ; i++) {
            Bytes candidate = StateTree.keyHash(CryptoSuite.SM, CONTRACT, "job/" + i);
            boolean shares = true;
            for (int depth = 0; depth < proof.siblings().size(); depth++) {
                shares &= StateTree.bit(candidate, depth) == StateTree.bit(mine, depth);
            }
            if (shares) {
                return "job/" + i;
            }
        }
    }

    private ReceiptProof receiptProof() {
        List<Bytes> transactions = new ArrayList<>();
        List<Bytes> receipts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            transactions.add(leaf(i).encoded());
            receipts.add(Bytes.utf8("receipt " + i));
        }
        BlockHeader header = new BlockHeader(
                genesis.chainId(),
                0,
                1,
                genesis.genesisHeader().hash(CryptoSuite.SM),
                3,
                new PartyId("validator-1"),
                1_795_000_001_000L,
                5,
                MerkleTree.root(transactions),
                tree().root(),
                MerkleTree.root(receipts));
        List<FinalityProof.Signed> signatures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            signatures.add(new FinalityProof.Signed(
                    new PartyId("validator-" + (i + 1)),
                    keys.get(i).sign(Attestation.message(CryptoSuite.SM, header))));
        }
        return new ReceiptProof(
                leaf(2),
                receipts.get(2),
                2,
                5,
                MerkleTree.path(CryptoSuite.SM, transactions, 2),
                MerkleTree.path(CryptoSuite.SM, receipts, 2),
                new FinalityProof(header, signatures));
    }

    private static TransactionLeaf leaf(int i) {
        return new TransactionLeaf(Bytes.utf8("payload " + i), Bytes.wrap(new byte[64]), i & 1);
    }

    /// Every octet changed, and every octet cut off: refused by a verdict or as `BAD_ENCODING`.
    private static void everyByteCounts(Bytes encoded, Predicate<byte[]> accepts) {
        assertTrue(accepts.test(encoded.toArray()));
        for (int i = 0; i < encoded.length(); i++) {
            for (int mask : new int[] {1, 0x80}) {
                byte[] bad = encoded.toArray();
                bad[i] ^= (byte) mask;
                assertFalse(acceptsOrBadEncoding(bad, accepts), "octet " + i);
            }
            assertFalse(acceptsOrBadEncoding(encoded.slice(0, i).toArray(), accepts), "cut at " + i);
        }
        assertFalse(acceptsOrBadEncoding(encoded.concat(Bytes.wrap(new byte[1])).toArray(), accepts));
    }

    private static boolean acceptsOrBadEncoding(byte[] encoded, Predicate<byte[]> accepts) {
        try {
            return accepts.test(encoded);
        } catch (PoyangException e) {
            assertEquals(KernelErrors.BAD_ENCODING, e.code());
            return false;
        }
    }

    @Test
    void aStateProofSaysPresentOrAbsentAndNothingElse() {
        TwoLeaves tree = tree();
        String stranger = strangerBesideMine(tree.present());
        assertTrue(tree.present().verify(CryptoSuite.SM, tree.root(), CONTRACT, "job/1", Optional.of(VALUE)));
        assertFalse(tree.present().verify(CryptoSuite.SM, tree.root(), CONTRACT, "job/1", Optional.empty()));
        assertFalse(
                tree.present().verify(CryptoSuite.SM, tree.root(), CONTRACT, "job/1", Optional.of(Bytes.utf8("done"))));
        assertFalse(tree.present().verify(CryptoSuite.SM, tree.root(), CONTRACT, "job/2", Optional.of(VALUE)));
        assertFalse(tree.present().verify(CryptoSuite.SM, tree.root(), CONTRACT, "job/2", Optional.empty()));
        assertTrue(tree.absentByLeaf().verify(CryptoSuite.SM, tree.root(), CONTRACT, stranger, Optional.empty()));
        assertFalse(tree.absentByLeaf().verify(CryptoSuite.SM, tree.root(), CONTRACT, stranger, Optional.of(VALUE)));
        assertTrue(tree.absentByNothing().verify(CryptoSuite.SM, StateTree.EMPTY, CONTRACT, "job/1", Optional.empty()));
        assertFalse(tree.absentByNothing().verify(CryptoSuite.SM, tree.root(), CONTRACT, "job/1", Optional.empty()));
    }

    @Test
    void everyByteOfAStateProofCounts() {
        TwoLeaves tree = tree();
        String stranger = strangerBesideMine(tree.present());
        everyByteCounts(
                tree.present().encoded(),
                b -> StateProof.decode(b).verify(CryptoSuite.SM, tree.root(), CONTRACT, "job/1", Optional.of(VALUE)));
        everyByteCounts(
                tree.absentByLeaf().encoded(),
                b -> StateProof.decode(b).verify(CryptoSuite.SM, tree.root(), CONTRACT, stranger, Optional.empty()));
        everyByteCounts(
                tree.absentByNothing().encoded(),
                b -> StateProof.decode(b).verify(CryptoSuite.SM, StateTree.EMPTY, CONTRACT, "job/1", Optional.empty()));
    }

    @Test
    void everyByteOfTheGenesisNamesAnotherChain() {
        Bytes chainId = genesis.chainId();
        everyByteCounts(genesis.encoded(), b -> Genesis.decode(b).chainId().equals(chainId));
        assertEquals(genesis, Genesis.decode(genesis.encoded().toArray()));
        Epoch weak = new Epoch(0, "bft", 1, 500, genesis.epoch().validators());
        PoyangException refused = assertThrows(
                PoyangException.class,
                () -> new Genesis(1, "x", CryptoSuite.SM, weak, 0, List.of(), StateTree.EMPTY, Bytes.empty()));
        assertEquals(ProofErrors.BAD_GENESIS, refused.code());
    }

    @Test
    void everyByteOfAReceiptProofCounts() {
        ReceiptProof proof = receiptProof();
        ReceiptProof.Verdict.Proven proven = assertInstanceOf(ReceiptProof.Verdict.Proven.class, proof.verify(genesis));
        assertEquals(leaf(2).transactionId(CryptoSuite.SM), proven.transactionId());
        everyByteCounts(
                proof.encoded(), b -> ReceiptProof.decode(b).verify(genesis) instanceof ReceiptProof.Verdict.Proven);
        Genesis other = new Genesis(
                1, "other", CryptoSuite.SM, genesis.epoch(), 0, List.of(), genesis.stateRoot(), genesis.trustRoot());
        ReceiptProof.Verdict.Refuted refuted =
                assertInstanceOf(ReceiptProof.Verdict.Refuted.class, proof.verify(other));
        assertTrue(refuted.reason().contains("another chain"));
    }

    @Test
    void theCanonicalFormsStayAsTheyAre() throws IOException {
        TwoLeaves tree = tree();
        String forms = "genesis " + genesis.encoded() + "\nchain-id " + genesis.chainId() + "\ngenesis-header "
                + genesis.genesisHeader().encoded() + "\ntransaction-leaf " + leaf(2).encoded() + "\nstate-key-hash "
                + StateTree.keyHash(CryptoSuite.SM, CONTRACT, "job/1") + "\nstate-root " + tree.root()
                + "\nstate-proof-present "
                + tree.present().encoded() + "\nstate-proof-nothing "
                + tree.absentByNothing().encoded() + "\nreceipt-proof "
                + receiptProof().encoded() + "\n";
        if (Boolean.getBoolean("poyang.vectors.write")) {
            Files.writeString(VECTOR, forms);
        }
        assertEquals(Files.readString(VECTOR), forms);
        assertEquals(
                receiptProof(), ReceiptProof.decode(receiptProof().encoded().toArray()));
    }
}
