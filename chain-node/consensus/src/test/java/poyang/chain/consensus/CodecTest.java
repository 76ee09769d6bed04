package poyang.chain.consensus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import poyang.chain.consensus.TimeoutCertificate.GivenUp;
import poyang.chain.proofs.BlockHeader;
import poyang.chain.proofs.Epoch;
import poyang.chain.proofs.FinalityProof;
import poyang.chain.proofs.Validator;
import poyang.crypto.CryptoSuite;
import poyang.crypto.SeededRandom;
import poyang.crypto.Signature;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bytes;
import poyang.kernel.KernelErrors;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

final class CodecTest {
    private static final Signature SIGNATURE =
            new Signature(Sm3.hash(new byte[] {1}).concat(Sm3.hash(new byte[] {2})), 1);
    private static final PartyId ONE = new PartyId("validator-1");
    private static final PartyId TWO = new PartyId("validator-2");

    private static List<BftMessage> messages() {
        Bytes id = Sm3.hash(new byte[] {3});
        QuorumCertificate certificate = new QuorumCertificate(
                7, id, List.of(new FinalityProof.Signed(ONE, SIGNATURE), new FinalityProof.Signed(TWO, SIGNATURE)));
        TimeoutCertificate timeout = new TimeoutCertificate(8, List.of(new GivenUp(ONE, 7, SIGNATURE)));
        OrderedBlock block =
                new OrderedBlock(9, certificate, TWO, 1234, Standing.CLEAN, List.of(Bytes.utf8("a"), Bytes.empty()));
        return List.of(
                new BftMessage.Proposal(block, Optional.of(timeout), SIGNATURE),
                new BftMessage.Proposal(block, Optional.empty(), SIGNATURE),
                new BftMessage.Vote(9, id, SIGNATURE),
                new BftMessage.Timeout(9, certificate, SIGNATURE),
                new BftMessage.Advance(certificate, Optional.of(timeout)),
                new BftMessage.Fetch(id),
                new BftMessage.Fetched(List.of(block, block)));
    }

    @Test
    void everyMessageComesBackAsItWas() {
        for (BftMessage message : messages()) {
            BftMessage back = BftMessage.decode(message.encoded());
            assertEquals(message, back);
            assertEquals(Bytes.wrap(message.encoded()), Bytes.wrap(back.encoded()));
        }
    }

    /// Against an implementation of its own.
    @Test
    void signedMessagesHaveTheirOneForm() throws IOException {
        byte[] bytes = new byte[64];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        Bytes chain = Bytes.wrap(bytes).slice(0, 32);
        Bytes block = Bytes.wrap(bytes).slice(32, 64);
        Epoch epoch = Epoch.bft(
                0,
                List.of(new Validator(
                        ONE,
                        Sm2PrivateKey.generate(new SeededRandom(new byte[32], "codec-test"))
                                .publicKey())));
        Signature signature = new Signature(Bytes.wrap(bytes), 1);
        QuorumCertificate certificate = new QuorumCertificate(
                7, block, List.of(new FinalityProof.Signed(ONE, signature), new FinalityProof.Signed(TWO, signature)));
        Map<String, byte[]> ours = Map.of(
                "block",
                new OrderedBlock(9, certificate, TWO, 1234, Standing.CLEAN, List.of(Bytes.utf8("a"), Bytes.empty()))
                        .encoded(),
                "proposal",
                BftMessage.proposalMessage(chain, epoch, 9, block),
                "vote",
                QuorumCertificate.message(chain, epoch, 9, block),
                "timeout",
                TimeoutCertificate.message(chain, epoch, 9, 7));
        int checked = 0;
        try (InputStream golden =
                Objects.requireNonNull(CodecTest.class.getResourceAsStream("/vectors/signed-messages.txt"))) {
            for (String line : new String(golden.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (!line.startsWith("#")) {
                    String[] row = line.split(" ", 2);
                    assertEquals(
                            row[1],
                            Bytes.wrap(Objects.requireNonNull(ours.get(row[0]))).hex(),
                            row[0]);
                    checked++;
                }
            }
        }
        assertEquals(ours.size(), checked);
    }

    @Test
    void entriesAndWordsComeBackAsTheyWere() {
        BftMessage.Proposal proposal = (BftMessage.Proposal) messages().getFirst();
        BftEntry kept = new BftEntry.Kept(proposal.block());
        BftEntry safety = new BftEntry.Safety(11, proposal.block().certificate());
        for (BftEntry entry : List.of(kept, safety)) {
            assertEquals(entry, BftEntry.decode(entry.key(CryptoSuite.SM), entry.encoded()));
        }
        assertTrue(kept.key(CryptoSuite.SM).compareTo(safety.key(CryptoSuite.SM)) < 0);
        assertTrue(kept.key(CryptoSuite.SM).compareTo(BftEntry.keyBelow(9)) > 0);
        assertTrue(kept.key(CryptoSuite.SM).compareTo(BftEntry.keyBelow(9 + BlockTree.KEPT_ROUNDS + 1)) < 0);
        Bytes hash = Sm3.hash(new byte[] {4});
        BlockHeader header = new BlockHeader(hash, 0, 5, hash, 9, ONE, 77, 2, hash, hash, hash);
        Attestations.Word word = new Attestations.Word(header, SIGNATURE, true);
        assertEquals(word, Attestations.Word.decode(word.encoded().toArray()));
        byte[] longer = word.encoded().concat(Bytes.utf8("x")).toArray();
        assertThrows(PoyangException.class, () -> Attestations.Word.decode(longer));
    }

    private static List<DisseminationMessage> spread() {
        Bytes id = Sm3.hash(new byte[] {5});
        return List.of(
                new DisseminationMessage.Carried(new Batch(ONE, 7, List.of(Bytes.utf8("a"), Bytes.empty()))),
                new DisseminationMessage.Held(id, SIGNATURE),
                new DisseminationMessage.Certified(new BatchCertificate(
                        id,
                        2,
                        1,
                        List.of(new FinalityProof.Signed(ONE, SIGNATURE), new FinalityProof.Signed(TWO, SIGNATURE)))),
                new DisseminationMessage.Wanted(List.of(id, id)));
    }

    @Test
    void whatSpreadsBatchesComesBackAsItWas() {
        for (DisseminationMessage message : spread()) {
            assertEquals(message, DisseminationMessage.decode(message.encoded()));
            changed(message.encoded(), bad -> {
                DisseminationMessage other = DisseminationMessage.decode(bad);
                assertTrue(!other.equals(message));
                return other.encoded();
            });
        }
    }

    @Test
    void aChangedMessageIsRefusedOrIsAnotherCanonicalOne() {
        for (BftMessage message : messages()) {
            changed(message.encoded(), bad -> {
                BftMessage other = BftMessage.decode(bad);
                assertTrue(!other.equals(message));
                return other.encoded();
            });
        }
    }

    /// @param recoded decodes and encodes again
    private static void changed(byte[] encoded, UnaryOperator<byte[]> recoded) {
        for (int i = 0; i < encoded.length; i++) {
            for (int bit : new int[] {1, 0x80}) {
                byte[] bad = encoded.clone();
                bad[i] ^= (byte) bit;
                try {
                    assertEquals(Bytes.wrap(bad), Bytes.wrap(recoded.apply(bad)), "octet " + i);
                } catch (PoyangException e) {
                    assertTrue(
                            e.code().equals(KernelErrors.BAD_ENCODING)
                                    || e.code().equals(KernelErrors.BAD_NAME),
                            e.toString());
                }
            }
        }
        for (int length = 0; length < encoded.length; length += 1 + encoded.length / 40) {
            byte[] cut = Arrays.copyOf(encoded, length);
            assertThrows(PoyangException.class, () -> recoded.apply(cut));
        }
    }
}
