package poyang.executor.jobs;

import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import poyang.executor.job.JobPlan;
import poyang.executor.job.ShownProof;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16Prover;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.PlonkProver;
import poyang.zkp.systems.PlonkProvingKey;
import poyang.zkp.systems.VerificationKey;

/// Proves under a plan's proving key, of either system, what its verification key verifies.
final class StatementProver {
    private final VerificationKey published;
    private final Proving system;

    private sealed interface Proving {
        record Groth16(Groth16Prover prover) implements Proving {}

        record Plonk(PlonkProver prover) implements Proving {}
    }

    private StatementProver(VerificationKey published, Proving system) {
        this.published = published;
        this.system = system;
    }

    /// @throws PoyangException when the file is no proving key of the plan's system
    static StatementProver of(JobPlan.Proof plan, MemorySegment key, Workers workers) {
        VerificationKey published = published(plan);
        return new StatementProver(
                published,
                kind(plan) == VerificationKey.Kind.PLONK
                        ? new Proving.Plonk(new PlonkProver(PlonkProvingKey.read(key), workers))
                        : new Proving.Groth16(new Groth16Prover(Groth16ProvingKey.read(key), workers)));
    }

    private static VerificationKey.Kind kind(JobPlan.Proof plan) {
        return switch (plan.system()) {
            case "groth16" -> VerificationKey.Kind.GROTH16;
            case "plonk" -> VerificationKey.Kind.PLONK;
            default -> throw CollisionJob.unknown("the plan names the unknown proof system " + plan.system());
        };
    }

    static VerificationKey published(JobPlan.Proof plan) {
        return VerificationKey.read(kind(plan), plan.verificationKey());
    }

    /// A proof that holds under the published key; empty where the proving key is another circuit's or another
    /// set-up's.
    ///
    /// @param witness satisfies the plan's statement
    Optional<ShownProof> prove(long[] witness, RandomSource random) {
        ShownProof made;
        try {
            made = switch (system) {
                case Proving.Groth16(Groth16Prover prover) -> {
                    Groth16Prover.Proven proven = prover.prove(witness, random);
                    yield shown(ForeignWriter.proof(proven.proof()), proven.publicValues());
                }
                case Proving.Plonk(PlonkProver prover) -> {
                    PlonkProver.Proven proven = prover.prove(witness, random);
                    yield shown(ForeignWriter.proof(proven.proof()), proven.publicValues());
                }
            };
        } catch (PoyangException anotherCircuit) {
            return Optional.empty();
        }
        return published.verify(made.proof(), made.publicValues()).holds() ? Optional.of(made) : Optional.empty();
    }

    private static ShownProof shown(String proof, List<BigInteger> values) {
        return new ShownProof(proof, values.stream().map(BigInteger::toString).toList());
    }
}
