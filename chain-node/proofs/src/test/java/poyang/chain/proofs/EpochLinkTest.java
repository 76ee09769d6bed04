package poyang.chain.proofs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// What leads from a genesis to later epochs, and everything that does not.
final class EpochLinkTest {
    private final List<Sm2PrivateKey> old = new ArrayList<>();
    private final List<Sm2PrivateKey> fresh = new ArrayList<>();
    private final Genesis genesis;
    private final Epoch next;

    EpochLinkTest() {
        SeededRandom random = new SeededRandom(new byte[32], "epoch-link-test");
        genesis = new Genesis(
                1,
                "赣",
                CryptoSuite.SM,
                Epoch.bft(0, validators(old, random)),
                1_795_000_000_000L,
                List.of(),
                Sm3.hash(new byte[] {4}),
                Bytes.utf8("certificate"));
        next = Epoch.raft(1, validators(fresh, random));
    }

    private static List<Validator> validators(List<Sm2PrivateKey> keys, SeededRandom random) {
        List<Validator> validators = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            keys.add(Sm2PrivateKey.generate(random));
            validators.add(
                    new Validator(new PartyId("validator-" + i), keys.getLast().publicKey()));
        }
        return validators;
    }

    /// A state in which one key alone stands.
    private static StateProof.Leaf leaf(String key, Epoch epoch) {
        return new StateProof.Leaf(
                StateTree.keyHash(CryptoSuite.SM, EpochLink.CONTRACT, key),
                StateTree.valueHash(CryptoSuite.SM, epoch.encoded()));
    }

    private BlockHeader header(long epoch, long height, StateProof.Leaf state) {
        Bytes some = Sm3.hash(new byte[] {5});
        Bytes root = StateTree.leaf(CryptoSuite.SM, state.keyHash(), state.valueHash());
        return new BlockHeader(
                genesis.chainId(), epoch, height, some, 7, new PartyId("validator-1"), 9, 1, some, root, some);
    }

    private static FinalityProof attested(BlockHeader header, List<Sm2PrivateKey> keys, int... signers) {
        List<FinalityProof.Signed> signatures = new ArrayList<>();
        for (int i : signers) {
            signatures.add(new FinalityProof.Signed(
                    new PartyId("validator-" + i), keys.get(i - 1).sign(Attestation.message(CryptoSuite.SM, header))));
        }
        return new FinalityProof(header, signatures);
    }

    private EpochLink link(Epoch named, long height, String key, int... signers) {
        StateProof.Leaf state = leaf(key, named);
        return new EpochLink(
                attested(header(0, height, state), old, signers), new StateProof(List.of(), Optional.of(state)), named);
    }

    private EpochLink link() {
        return link(next, 5, EpochLink.key(1), 1, 2, 3);
    }

    @Test
    void blocksAreCheckedByTheValidatorsOfTheirOwnEpoch() {
        EpochChain chain = EpochChain.of(genesis, List.of(link())).orElseThrow();
        assertEquals(next, chain.last());
        StateProof.Leaf any = leaf("any", next);
        assertTrue(chain.attested(attested(header(0, 5, any), old, 1, 2, 3)));
        assertTrue(chain.attested(attested(header(1, 6, any), fresh, 1, 2, 4)), "three of four are a majority");
        assertFalse(chain.attested(attested(header(1, 6, any), old, 1, 2, 3)), "the keys of the epoch before");
        assertFalse(chain.attested(attested(header(0, 6, any), old, 1, 2, 3)), "that epoch is over");
        assertFalse(chain.attested(attested(header(1, 5, any), fresh, 1, 2, 3)), "this one has not begun");
        assertFalse(chain.attested(attested(header(2, 6, any), fresh, 1, 2, 3)), "nothing leads to that one");
    }

    @Test
    void nothingElseLeadsOn() {
        assertTrue(EpochChain.of(genesis, List.of(link())).isPresent());
        List<EpochLink> wrong = List.of(
                link(next, 5, EpochLink.key(1), 1, 2),
                link(next, 5, EpochLink.key(2), 1, 2, 3),
                link(Epoch.raft(2, next.validators()), 5, EpochLink.key(2), 1, 2, 3),
                link(new Epoch(1, Epoch.RAFT, 2, 500, next.validators()), 5, EpochLink.key(1), 1, 2, 3),
                new EpochLink(link().handOff(), link().proof(), Epoch.bft(1, next.validators())),
                new EpochLink(attested(header(0, 5, leaf("another", next)), old, 1, 2, 3), link().proof(), next));
        for (EpochLink each : wrong) {
            assertTrue(EpochChain.of(genesis, List.of(each)).isEmpty(), each.toString());
        }
        assertTrue(EpochChain.of(genesis, List.of(link(), link())).isEmpty(), "no link leads on twice");
    }

    @Test
    void itComesBackAsItWasAndNoChangedOctetLeadsOn() {
        byte[] encoded = link().encoded().toArray();
        assertEquals(link(), EpochLink.decode(encoded));
        for (int i = 0; i < encoded.length; i += 3) {
            byte[] flipped = encoded.clone();
            flipped[i] ^= 1;
            try {
                assertTrue(
                        EpochChain.of(genesis, List.of(EpochLink.decode(flipped)))
                                .isEmpty(),
                        "octet " + i);
            } catch (PoyangException e) {
                assertEquals(KernelErrors.BAD_ENCODING, e.code());
            }
            byte[] cut = java.util.Arrays.copyOf(encoded, i);
            assertEquals(
                    KernelErrors.BAD_ENCODING,
                    assertThrows(PoyangException.class, () -> EpochLink.decode(cut))
                            .code());
        }
    }
}
