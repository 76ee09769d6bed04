package poyang.dashboard;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import poyang.crypto.SeededRandom;
import poyang.wire.schema.Event;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofKeyVersion;
import poyang.wire.schema.ProofVerdict;
import poyang.wire.schema.StoredProof;
import poyang.wire.schema.TransactionPayload;
import poyang.wire.schema.TransactionReceipt;
import poyang.wire.schema.VerifyRequest;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16Prover;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.Groth16SetUp;
import poyang.zkp.systems.Verdict;
import poyang.zkp.systems.VerificationKey;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.CommittedRecords;
import poyang.zkp.uses.Condition;
import poyang.zkp.uses.Statement;

/// The village's keys and proofs; proofs are really verified.
final class VillageProofs {
    static final String CONDITIONS = "income<5000,licence=A1";
    static final String PURPOSE = "case 17";

    private final Map<String, ProofKey> keys = new LinkedHashMap<>();

    void register(TransactionPayload payload, TransactionReceipt.Builder receipt) {
        ProofKey made = ChainIndex.parse(ProofKey.parser(), payload.getArguments());
        if (!payload.getSender().equals(made.getOrganisation() + "/owner")) {
            throw VillageChain.refused("keys are registered by their department's owner");
        }
        VerificationKey key = VerificationKey.read(VerificationKey.Kind.GROTH16, made.getKey());
        put(
                made.toBuilder()
                        .setCurve(key.curve().toString())
                        .setCost((int) key.cost())
                        .setRegisteredHeight(receipt.getHeight())
                        .build(),
                receipt);
    }

    void withdraw(TransactionPayload payload, TransactionReceipt.Builder receipt) {
        ProofKeyVersion named = ChainIndex.parse(ProofKeyVersion.parser(), payload.getArguments());
        put(
                found(named.getId(), named.getVersion()).toBuilder()
                        .setWithdrawn(true)
                        .build(),
                receipt);
    }

    void verify(TransactionPayload payload, TransactionReceipt.Builder receipt) {
        VerifyRequest request = ChainIndex.parse(VerifyRequest.parser(), payload.getArguments());
        ProofKey key = found(request.getKey(), request.getVersion());
        ProofVerdict.Builder verdict = ProofVerdict.newBuilder().setCost(key.getCost());
        switch (VerificationKey.read(VerificationKey.Kind.GROTH16, key.getKey())
                .verify(request.getProof(), request.getPublicValuesList())) {
            case Verdict.Invalid(String reason) -> verdict.setReason(reason);
            case Verdict.Valid() -> {
                String id = "proof-" + receipt.getHeight();
                verdict.setValid(true).setId(id);
                StoredProof kept = StoredProof.newBuilder()
                        .setId(id)
                        .setKey(request.getKey())
                        .setVersion(request.getVersion())
                        .setProof(request.getProof())
                        .addAllPublicValues(request.getPublicValuesList())
                        .setAccount(payload.getSender())
                        .setHeight(receipt.getHeight())
                        .setMillis(1_795_000_000_000L)
                        .build();
                receipt.addEvents(event("proofs.verified", id, kept));
            }
        }
        receipt.setResult(verdict.build().toByteString());
    }

    private ProofKey found(String id, int version) {
        return Objects.requireNonNull(keys.get(ProofDesk.keyId(id, version)));
    }

    private void put(ProofKey key, TransactionReceipt.Builder receipt) {
        String at = ProofDesk.keyId(key.getId(), key.getVersion());
        keys.put(at, key);
        receipt.addEvents(event("proof-keys.changed", at, key));
    }

    private static Event event(String topic, String key, Message payload) {
        return Event.newBuilder()
                .setContract("poyang.v1.ZeroKnowledge")
                .setTopic(topic)
                .setKey(key)
                .setPayload(ByteString.copyFrom(payload.toByteArray()))
                .build();
    }

    /// A statement that is true of a small table, and everything that shows it.
    record Shown(Statement statement, String key, String proof, List<String> publicValues) {
        /// Leaves `commitment.txt`, `key.json`, `proof.json` and `public.json` in the folder.
        void write(Path folder) throws IOException {
            Files.writeString(
                    folder.resolve("commitment.txt"), statement.commitment().text());
            Files.writeString(folder.resolve("key.json"), key);
            Files.writeString(folder.resolve("proof.json"), proof);
            Files.writeString(
                    folder.resolve("public.json"),
                    ForeignWriter.publicValues(
                            publicValues.stream().map(BigInteger::new).toList()));
        }
    }

    static Shown qualification() {
        List<Column> columns = List.of(Column.read("income:number"), Column.read("licence:text"));
        CommittedRecords records = CommittedRecords.of(
                Curve.BLS12_381, columns, List.of(List.of("9000", "B2"), List.of("4200", "A1")), new byte[32]);
        Statement.Qualified statement = new Statement.Qualified(
                records.commitment(),
                List.of(CONDITIONS.split(",", -1)).stream()
                        .map(one -> Condition.read(one, columns))
                        .toList(),
                PURPOSE);
        SeededRandom random = new SeededRandom(new byte[32], "village proofs");
        Groth16ProvingKey key = Groth16SetUp.byOneTrustedParty(
                Witness.constraints(statement.circuit(), Curve.BLS12_381), random.fork("set-up"), Workers.CALLER);
        Groth16Prover.Proven proven = new Groth16Prover(key, Workers.CALLER)
                .prove(Witness.of(statement.circuit(), Curve.BLS12_381, records.inputs(statement, 1)), random);
        return new Shown(
                statement,
                ForeignWriter.key(key.verificationKey()),
                ForeignWriter.proof(proven.proof()),
                proven.publicValues().stream().map(BigInteger::toString).toList());
    }
}
