package poyang.notarization;

import poyang.kernel.RandomSource;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofSystem;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.Groth16SetUp;
import poyang.zkp.uses.Statement;

/// Department a's keys of statements, as its owner publishes them.
final class StatementKeys {
    private StatementKeys() {}

    /// @param more what the key names besides
    static Groth16ProvingKey publish(
            Chain chain, Curve curve, RandomSource random, String name, Statement statement, ProofKey more) {
        Groth16ProvingKey key = Groth16SetUp.byOneTrustedParty(
                Witness.constraints(statement.circuit(), curve), random.fork(name), Workers.CALLER);
        chain.call(
                "a/owner",
                "ZeroKnowledge",
                "Register",
                more.toBuilder()
                        .setId("a/" + name)
                        .setOrganisation("a")
                        .setVersion(1)
                        .setStatement(statement.words())
                        .setSystem(ProofSystem.GROTH16)
                        .setKey(ForeignWriter.key(key.verificationKey()))
                        .addAllPublicNames(statement.publicNames())
                        .build());
        return key;
    }
}
