package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.consensus.BftMessage;
import poyang.chain.proofs.Equivocation;
import poyang.chain.proofs.Equivocation.Kind;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.sdk.ChainAccount;
import poyang.sdk.ChainForms;
import poyang.wire.schema.Empty;
import poyang.wire.schema.EquivocationList;
import poyang.wire.schema.StoredEquivocation;
import poyang.wire.transport.Transport;

/// One of four validators votes for two blocks in one round: the proof stands on chain, for supervisors to see.
@Timeout(120)
final class EquivocationOnNodesTest {
    private static final int ENGINE_CHANNEL = 1;
    private static final long ROUND = 5_000;

    @TempDir
    private Path folder;

    @Test
    void twoVotesOfOneRoundAreProvenOnChain() throws Exception {
        try (Validators nodes = new Validators(folder)) {
            Bytes chainId = ChainForms.genesis(nodes.genesis).chainId();
            Sm2PrivateKey key = nodes.validatorKey(3);
            PartyId target = new PartyId("validator-1");
            nodes.stop(3);
            try (Transport liar = nodes.transport(3, new Deaf())) {
                ChainAccount supervisor = nodes.account("supervision/supervisor");
                long deadline = System.nanoTime() + 90_000_000_000L;
                while (kept(supervisor).isEmpty()) {
                    assertTrue(System.nanoTime() < deadline, "nothing is on chain");
                    liar.send(target, ENGINE_CHANNEL, vote(chainId, key, 1));
                    liar.send(target, ENGINE_CHANNEL, vote(chainId, key, 2));
                    Thread.sleep(500);
                }
                assertEquals(1, kept(supervisor).size());
                StoredEquivocation found = kept(supervisor).getFirst();
                assertEquals("validator-4", found.getValidator());
                assertEquals("validators/validator-1", found.getReporter());
                Equivocation proof = Equivocation.decode(found.getProof().toByteArray());
                assertEquals(ROUND, proof.round());
                assertTrue(proof.verify(chainId, key.publicKey()));
            }
        }
    }

    private static List<StoredEquivocation> kept(ChainAccount supervisor) throws Exception {
        return EquivocationList.parseFrom(
                        supervisor.read("poyang.v1.Consensus", "Equivocations", Empty.getDefaultInstance()))
                .getEquivocationsList();
    }

    private static Bytes vote(Bytes chainId, Sm2PrivateKey key, int block) {
        Bytes id = Sm3.hash(new byte[] {(byte) block});
        return Bytes.wrap(new BftMessage.Vote(ROUND, id, key.sign(Kind.VOTE.message(chainId, 0, ROUND, id))).encoded());
    }

    /// Hears nothing.
    static final class Deaf implements Transport.Listener {
        @Override
        public void received(PartyId from, int channel, Bytes payload) {}

        @Override
        public void connected(PartyId peer) {}

        @Override
        public void lost(PartyId peer, String reason) {}

        @Override
        public void refused(String remote, String reason) {}

        @Override
        public void failed(Bug bug) {
            throw bug;
        }
    }
}
