package poyang.dashboard;

import java.util.List;
import java.util.Locale;
import poyang.dashboard.ChainIndex.Kind;
import poyang.kernel.PoyangException;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofSystem;
import poyang.wire.schema.StoredProof;
import poyang.zkp.systems.Verdict;
import poyang.zkp.systems.VerificationKey;

/// Verification keys and proofs of the chain, which every account may see, and their verification here once
/// more, apart from that of the nodes.
final class ProofDesk {
    private static final int SHOWN = 500;

    private final ChainIndex index;

    ProofDesk(ChainIndex index) {
        this.index = index;
    }

    static String keyId(String id, int version) {
        return String.format(Locale.ROOT, "%s/%08d", id, version);
    }

    /// What this console's own verification of a kept proof said.
    ///
    /// @param reason empty where it holds
    record Checked(boolean holds, String reason) {}

    List<ProofKey> keys() {
        return index.all(Kind.PROOF_KEY, ProofKey.parser());
    }

    /// The latest ones, newest first.
    List<StoredProof> proofs() {
        return index.all(Kind.PROOF, StoredProof.parser()).stream()
                .sorted((a, b) -> Long.compare(b.getHeight(), a.getHeight()))
                .limit(SHOWN)
                .toList();
    }

    Checked check(String id) {
        StoredProof proof = index.find(Kind.PROOF, id, StoredProof.parser()).orElseThrow(ProofDesk::notThere);
        ProofKey key = index.find(Kind.PROOF_KEY, keyId(proof.getKey(), proof.getVersion()), ProofKey.parser())
                .orElseThrow(ProofDesk::notThere);
        VerificationKey.Kind system =
                key.getSystem() == ProofSystem.PLONK ? VerificationKey.Kind.PLONK : VerificationKey.Kind.GROTH16;
        return switch (VerificationKey.read(system, key.getKey())
                .verify(proof.getProof(), proof.getPublicValuesList())) {
            case Verdict.Valid() -> new Checked(true, "");
            case Verdict.Invalid(String reason) -> new Checked(false, reason);
        };
    }

    private static PoyangException notThere() {
        return new PoyangException(
                ConsoleErrors.NOT_FOUND, "there is no such proof on chain", "choose a proof from the list");
    }
}
