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
                new EpochLink(link().handOff(), link().ground(), Epoch.bft(1, next.validators())),
                new EpochLink(attested(header(0, 5, leaf("another", next)), old, 1, 2, 3), link().ground(), next));
        for (EpochLink each : wrong) {
            assertTrue(EpochChain.of(genesis, List.of(each)).isEmpty(), each.toString());
        }
        assertTrue(EpochChain.of(genesis, List.of(link(), link())).isEmpty(), "no link leads on twice");
    }

    /// The end of epoch 0 with this header, as these say.
    private EpochLink givenUp(Epoch to, BlockHeader signed, int... signers) {
        StateProof.Leaf any = leaf("any", next);
        FinalityProof handOff = attested(header(0, 5, any), old, 1, 2, 3);
        List<FinalityProof.Signed> words = new ArrayList<>();
        for (int i : signers) {
            byte[] message = EpochLink.end(genesis.chainId(), 0, signed.hash(CryptoSuite.SM));
            words.add(new FinalityProof.Signed(
                    new PartyId("validator-" + i), old.get(i - 1).sign(message)));
        }
        return new EpochLink(handOff, new EpochLink.Ground.GivenUp(words), to);
    }

    @Test
    void moreThanTwoThirdsGiveAnEpochUpForItsFallbackAndForNothingElse() {
        BlockHeader last = header(0, 5, leaf("any", next));
        Epoch fallback = genesis.epoch().fallback().orElseThrow();
        assertEquals(Epoch.bft(1, 1_000, genesis.epoch().validators()), fallback);
        EpochChain chain = EpochChain.of(genesis, List.of(givenUp(fallback, last, 2, 3, 4)))
                .orElseThrow();
        assertEquals(fallback, chain.last());
        assertEquals(6, chain.lastFrom());
        List<EpochLink> wrong = List.of(
                givenUp(fallback, last, 2, 3),
                givenUp(fallback, last, 2, 3, 3),
                givenUp(fallback, header(0, 4, leaf("any", next)), 2, 3, 4),
                givenUp(next, last, 2, 3, 4),
                givenUp(Epoch.bft(1, genesis.epoch().validators()), last, 2, 3, 4),
                new EpochLink(givenUp(fallback, last, 2, 3, 4).handOff(), link().ground(), fallback));
        for (EpochLink each : wrong) {
            assertTrue(EpochChain.of(genesis, List.of(each)).isEmpty(), each.toString());
        }
        noChangedOctetLeadsOn(givenUp(fallback, last, 2, 3, 4));
    }

    @Test
    void anEpochMayBeGivenUpBeforeItHasABlock() {
        BlockHeader last = genesis.genesisHeader();
        Epoch fallback = genesis.epoch().fallback().orElseThrow();
        EpochLink fromGenesis = new EpochLink(
                new FinalityProof(last, List.of()),
                givenUp(fallback, last, 2, 3, 4).ground(),
                fallback);
        EpochChain chain = EpochChain.of(
                        genesis, List.of(EpochLink.decode(fromGenesis.encoded().toArray())))
                .orElseThrow();
        assertEquals(1, chain.lastFrom());
        assertEquals(Optional.of(fallback), chain.of(header(1, 1, leaf("any", next))));
        assertEquals(Optional.empty(), chain.of(header(0, 1, leaf("any", next))), "epoch 0 had no block");
        EpochLink unsigned = new EpochLink(
                new FinalityProof(last, List.of()),
                givenUp(fallback, last, 2, 3).ground(),
                fallback);
        assertTrue(EpochChain.of(genesis, List.of(unsigned)).isEmpty());
        assertTrue(EpochChain.of(
                        genesis, List.of(new EpochLink(new FinalityProof(last, List.of()), link().ground(), next)))
                .isEmpty());
    }

    @Test
    void itComesBackAsItWasAndNoChangedOctetLeadsOn() {
        noChangedOctetLeadsOn(link());
    }

    private void noChangedOctetLeadsOn(EpochLink whole) {
        byte[] encoded = whole.encoded().toArray();
        assertEquals(whole, EpochLink.decode(encoded));
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
