package poyang.notarization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import poyang.chain.contract.ContractRejection;
import poyang.kernel.ErrorCode;
import poyang.sdk.ChainAccount;
import poyang.sdk.ProvenValue;
import poyang.wire.schema.Empty;
import poyang.wire.schema.JobReceipt;
import poyang.wire.schema.ProofId;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofKeyList;
import poyang.wire.schema.ProofKeyVersion;
import poyang.wire.schema.ProofSystem;
import poyang.wire.schema.ProofVerdict;
import poyang.wire.schema.ProofWork;
import poyang.wire.schema.StoredProof;
import poyang.wire.schema.TransactionReceipt;
import poyang.wire.schema.VerifyRequest;
import poyang.zkp.systems.VerificationKey;

/// Verification keys and proofs on chain, with right and spoilt proofs of snarkjs 0.7.6: who may do what, what
/// it costs, and that real validators say the same.
final class ZeroKnowledgeTest {
    private static final Path VECTORS = Path.of("../../zkp/src/test/resources/vectors/snarkjs");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "a/product";

    @TempDir
    Path folder;

    /// A circuit under one system and curve: its key, and what snarkjs says of proofs.
    private record Vectors(ProofSystem system, String key, int publicValues, JsonNode cases) {
        static Vectors of(String curve, ProofSystem system) throws IOException {
            Path circuit = VECTORS.resolve(curve).resolve("mul3");
            String name = system.name().toLowerCase(Locale.ROOT);
            String key = Files.readString(circuit.resolve(name + "_verification_key.json"));
            return new Vectors(
                    system,
                    key,
                    JSON.readTree(key).get("nPublic").asInt(),
                    JSON.readTree(circuit.resolve(name + "_cases.json").toFile()));
        }

        ProofKey.Builder register(int version) {
            ProofKey.Builder key = ProofKey.newBuilder()
                    .setId(KEY)
                    .setOrganisation("a")
                    .setVersion(version)
                    .setStatement("三个数的乘积")
                    .setSystem(system)
                    .setKey(this.key);
            for (int i = 0; i < publicValues; i++) {
                key.addPublicNames("value " + i);
            }
            return key;
        }

        VerifyRequest.Builder verify(JsonNode one, int version) {
            VerifyRequest.Builder request = VerifyRequest.newBuilder()
                    .setKey(KEY)
                    .setVersion(version)
                    .setProof(one.get("proof").toString())
                    .setCostLimit(1000);
            one.get("public").forEach(value -> request.addPublicValues(value.asText()));
            return request;
        }

        VerifyRequest.Builder right(int version) {
            for (JsonNode one : cases) {
                if (one.get("expected").asBoolean()) {
                    return verify(one, version);
                }
            }
            throw new AssertionError("no right proof");
        }
    }

    private static void refused(ErrorCode code, Executable call) {
        assertEquals(code, assertThrows(ContractRejection.class, call).code());
    }

    private static ProofVerdict verify(Chain chain, String account, VerifyRequest request) {
        return Rules.parse(ProofVerdict.parser(), chain.call(account, "ZeroKnowledge", "Verify", request));
    }

    private static Chain registered(ProofKey key) {
        Chain chain = Chain.peopled();
        chain.call("a/owner", "ZeroKnowledge", "Register", key);
        return chain;
    }

    private static long work(Chain chain, String organisation) {
        return chain.view(ZeroKnowledgeContract.NAME)
                .get("work/" + organisation)
                .map(value -> Rules.parse(ProofWork.parser(), value).getUnits())
                .orElse(0L);
    }

    @Test
    void everyForeignProofIsJudgedAsItsProverSays() throws IOException {
        int judged = 0;
        for (String curve : List.of("bn128", "bls12381")) {
            for (ProofSystem system : List.of(ProofSystem.GROTH16, ProofSystem.PLONK)) {
                Vectors vectors = Vectors.of(curve, system);
                Chain chain = registered(vectors.register(1).build());
                for (JsonNode one : vectors.cases()) {
                    String why = curve + " " + system + " " + one.get("why").asText();
                    VerifyRequest request = vectors.verify(one, 1).build();
                    if (request.getPublicValuesCount() != vectors.publicValues()) {
                        refused(NotarizationErrors.BAD_ARGUMENTS, () -> verify(chain, "b/analyst", request));
                        continue;
                    }
                    long before = work(chain, "b");
                    ProofVerdict verdict = verify(chain, "b/analyst", request);
                    assertEquals(one.get("expected").asBoolean(), verdict.getValid(), why);
                    assertEquals(verdict.getValid(), verdict.getReason().isEmpty(), why);
                    assertEquals(before + verdict.getCost(), work(chain, "b"), why + ": charged all the same");
                    Optional<byte[]> kept =
                            chain.view(ZeroKnowledgeContract.NAME).get("proof/" + verdict.getId());
                    assertEquals(verdict.getValid(), kept.isPresent(), why);
                    judged++;
                }
            }
        }
        assertTrue(judged > 20, "only " + judged);
    }

    @Test
    void whatIsKeptCanBeVerifiedByAnybody() throws IOException {
        Vectors vectors = Vectors.of("bn128", ProofSystem.GROTH16);
        Chain chain = registered(vectors.register(1).build());
        String id = verify(chain, "b/executor", vectors.right(1).build()).getId();
        assertEquals("proofs.verified", chain.events.getLast().topic());
        StoredProof kept = Rules.parse(
                StoredProof.parser(),
                chain.read(
                        "c/owner",
                        "ZeroKnowledge",
                        "GetProof",
                        ProofId.newBuilder().setId(id).build()));
        ProofKey key = Rules.parse(
                ProofKey.parser(),
                chain.read(
                        "c/owner",
                        "ZeroKnowledge",
                        "GetKey",
                        ProofKeyVersion.newBuilder()
                                .setId(kept.getKey())
                                .setVersion(kept.getVersion())
                                .build()));
        assertEquals(ChainBytes.sm3(ByteString.copyFromUtf8(key.getKey())), kept.getKeyHash());
        assertTrue(VerificationKey.read(VerificationKey.Kind.GROTH16, key.getKey())
                .verify(kept.getProof(), kept.getPublicValuesList())
                .holds());
        assertTrue(chain.mayRead("c/owner", "ZeroKnowledge", "proof/" + id));
        assertFalse(chain.mayRead("c/owner", "ZeroKnowledge", "work/b"));
    }

    @Test
    void aReceiptPointsAtAProofOfItsOwnDepartmentOnly() throws IOException {
        Vectors vectors = Vectors.of("bn128", ProofSystem.GROTH16);
        Chain chain = Collisions.chain();
        chain.call("a/owner", "ZeroKnowledge", "Register", vectors.register(1).build());
        String ofA = verify(chain, "a/executor", vectors.right(1).build()).getId();
        String ofB = verify(chain, "b/executor", vectors.right(1).build()).getId();
        String id = Collisions.submitted(chain);
        chain.call("a/owner", "Jobs", "Consent", Collisions.consent(id, true));
        chain.call("b/owner", "Jobs", "Consent", Collisions.consent(id, true));
        chain.call("a/executor", "Jobs", "Commit", Collisions.commit(Collisions.job(chain, id), "a"));
        chain.call("b/executor", "Jobs", "Commit", Collisions.commit(Collisions.job(chain, id), "b"));
        JobReceipt.Builder receipt = Collisions.receipt(Collisions.job(chain, id), 0);
        for (String wrong : List.of(ofB, "00", ofA + "/")) {
            JobReceipt pointing = receipt.setProof(wrong).build();
            refused(NotarizationErrors.NOT_FOUND, () -> chain.call("a/executor", "Receipts", "Submit", pointing));
        }
        chain.call("a/executor", "Receipts", "Submit", receipt.setProof(ofA).build());
    }

    @Test
    void keysAreOfTheirDepartmentAndVersionsNeverChange() throws IOException {
        Vectors vectors = Vectors.of("bn128", ProofSystem.GROTH16);
        Chain chain = Chain.peopled();
        ProofKey first = vectors.register(1).build();
        Executable[] forbidden = {
            () -> chain.call("b/owner", "ZeroKnowledge", "Register", first),
            () -> chain.call("a/analyst", "ZeroKnowledge", "Register", first),
        };
        for (Executable call : forbidden) {
            refused(NotarizationErrors.NOT_ALLOWED, call);
        }
        List<ProofKey> wrong = new ArrayList<>(List.of(
                first.toBuilder().setVersion(0).build(),
                first.toBuilder().setVersion(2).build(),
                first.toBuilder().setVersion(-1).build(),
                first.toBuilder().setId("b/product").build(),
                first.toBuilder().addPublicNames("one more").build(),
                first.toBuilder().clearSystem().build(),
                first.toBuilder().setSystem(ProofSystem.PLONK).build(),
                first.toBuilder().setOnce(first.getPublicNamesCount() + 1).build(),
                first.toBuilder().setOnce(-1).build(),
                first.toBuilder().setKey("{}").build(),
                first.toBuilder().setCommitment("x".repeat(8_193)).build(),
                first.toBuilder()
                        .setKey(first.getKey().replaceFirst("\"([0-9]{20})", "\"9$1"))
                        .build(),
                first.toBuilder().setKey(" ".repeat(70_000) + first.getKey()).build()));
        for (ProofKey key : wrong) {
            refused(NotarizationErrors.BAD_ARGUMENTS, () -> chain.call("a/owner", "ZeroKnowledge", "Register", key));
        }
        chain.call("a/owner", "ZeroKnowledge", "Register", first);
        refused(NotarizationErrors.EXISTS, () -> chain.call("a/owner", "ZeroKnowledge", "Register", first));
        chain.call("a/owner", "ZeroKnowledge", "Register", vectors.register(2).build());
        ProofKeyVersion old =
                ProofKeyVersion.newBuilder().setId(KEY).setVersion(1).build();
        refused(NotarizationErrors.NOT_ALLOWED, () -> chain.call("b/owner", "ZeroKnowledge", "Withdraw", old));
        chain.call("a/owner", "ZeroKnowledge", "Withdraw", old);
        refused(NotarizationErrors.WRONG_STATE, () -> chain.call("a/owner", "ZeroKnowledge", "Withdraw", old));
        refused(
                NotarizationErrors.WRONG_STATE,
                () -> verify(chain, "b/analyst", vectors.right(1).build()));
        assertTrue(verify(chain, "b/analyst", vectors.right(2).build()).getValid());
        ProofKeyList all = Rules.parse(
                ProofKeyList.parser(),
                chain.read("c/analyst", "ZeroKnowledge", "ListKeys", Empty.getDefaultInstance()));
        assertEquals(
                List.of(true, false),
                all.getKeysList().stream().map(ProofKey::getWithdrawn).toList());
    }

    @Test
    void workIsMetered() throws IOException {
        Vectors vectors = Vectors.of("bls12381", ProofSystem.GROTH16);
        Chain chain = registered(vectors.register(1).build());
        VerifyRequest right = vectors.right(1).build();
        int cost = verify(chain, "b/analyst", right).getCost();
        assertEquals(2 * (57 + 2 * vectors.publicValues()), cost);
        refused(
                NotarizationErrors.BAD_ARGUMENTS,
                () -> verify(
                        chain,
                        "b/analyst",
                        right.toBuilder().setCostLimit(cost - 1).build()));
        refused(NotarizationErrors.NOT_ALLOWED, () -> verify(chain, "supervision/supervisor", right));
        long hour = chain.millis / 3_600_000;
        long left = ZeroKnowledgeContract.HOUR_UNITS_MAX - cost + 1;
        chain.view(ZeroKnowledgeContract.NAME)
                .put(
                        "work/b",
                        ProofWork.newBuilder()
                                .setHour(hour)
                                .setUnits(left)
                                .build()
                                .toByteArray());
        refused(NotarizationErrors.POLICY_FORBIDS, () -> verify(chain, "b/analyst", right));
        assertTrue(verify(chain, "c/analyst", right).getValid(), "another department's hour");
        chain.millis += 3_600_000;
        assertTrue(verify(chain, "b/analyst", right).getValid(), "the next hour");
        assertEquals(cost, work(chain, "b"));
    }

    @Test
    void aKeyOfPointsAtInfinityStopsNobody() throws IOException {
        for (String curve : List.of("bn128", "bls12381")) {
            Vectors vectors = Vectors.of(curve, ProofSystem.GROTH16);
            ObjectNode key = (ObjectNode) JSON.readTree(vectors.key());
            ArrayNode inputs = key.putArray("IC");
            for (int i = 0; i <= vectors.publicValues(); i++) {
                inputs.addArray().add("0").add("1").add("0");
            }
            Chain chain = registered(vectors.register(1).setKey(key.toString()).build());
            assertFalse(verify(chain, "b/analyst", vectors.right(1).build()).getValid());
        }
    }

    @Test
    void aValueThatMayBeUsedOnceIsUsedOnce() throws IOException {
        Vectors vectors = Vectors.of("bn128", ProofSystem.PLONK);
        Chain chain = registered(vectors.register(1).setOnce(1).build());
        VerifyRequest right = vectors.right(1).build();
        VerifyRequest wrong = right.toBuilder().setProof("{}").build();
        assertFalse(verify(chain, "b/analyst", wrong).getValid());
        assertTrue(verify(chain, "b/analyst", right).getValid(), "a proof that does not hold uses nothing up");
        refused(NotarizationErrors.EXISTS, () -> verify(chain, "c/analyst", right));
        chain.call(
                "a/owner",
                "ZeroKnowledge",
                "Register",
                vectors.register(2).setOnce(1).build());
        assertTrue(verify(chain, "c/analyst", right.toBuilder().setVersion(2).build())
                .getValid());
    }

    @Test
    void validatorsVerifyProofs() throws Exception {
        Vectors vectors = Vectors.of("bls12381", ProofSystem.GROTH16);
        try (Validators nodes = new Validators(folder)) {
            TransactionReceipt _ = nodes.account("a/owner")
                    .call(
                            ZeroKnowledgeContract.NAME,
                            "Register",
                            vectors.register(1).build());
            VerifyRequest right = vectors.right(1).build();
            TransactionReceipt receipt = nodes.account("b/analyst").call(ZeroKnowledgeContract.NAME, "Verify", right);
            ProofVerdict verdict =
                    Rules.parse(ProofVerdict.parser(), receipt.getResult().toByteArray());
            assertTrue(verdict.getValid());
            VerifyRequest spoilt = right.toBuilder().setPublicValues(0, "1").build();
            TransactionReceipt other = nodes.account("b/analyst").call(ZeroKnowledgeContract.NAME, "Verify", spoilt);
            assertFalse(Rules.parse(ProofVerdict.parser(), other.getResult().toByteArray())
                    .getValid());
            nodes.await(other.getHeight());
            ChainAccount reader = nodes.account("supervision/supervisor");
            ProvenValue kept = reader.state(ZeroKnowledgeContract.NAME, "proof/" + verdict.getId(), 0);
            assertEquals(
                    right.getProof(),
                    Rules.parse(StoredProof.parser(), kept.value().orElseThrow().toArray())
                            .getProof());
        }
    }
}
