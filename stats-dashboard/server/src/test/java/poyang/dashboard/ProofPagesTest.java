package poyang.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.dashboard.Browser.Answer;
import poyang.wire.schema.ProofKey;
import poyang.wire.schema.ProofSystem;
import poyang.wire.schema.VerifyRequest;
import poyang.zkp.curves.Curve;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.Commitment;
import poyang.zkp.uses.Condition;
import poyang.zkp.uses.Statement;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Proofs as the console's pages see them: everybody's, verified again here; and the vectors that hold the
/// page's statements to the prover's.
class ProofPagesTest {
    private static final Path VECTORS = Path.of("..", "web", "test", "vectors", "statements.json");

    @Test
    void everyAccountSeesProofsAndHasThemVerifiedAgain(@TempDir Path folder) throws Exception {
        VillageProofs.Shown shown = VillageProofs.qualification();
        Village village = new Village();
        try (ConsoleServer server = village.serve(folder, 0, Clock.systemUTC());
                Browser owner = new Browser(server.origin(), village);
                Browser analyst = new Browser(server.origin(), village);
                Browser other = new Browser(server.origin(), village)) {
            assertEquals(401, other.get("/api/proofs").status());
            Answer _ = owner.login("taxation/owner");
            Answer _ = analyst.login("housing/analyst");
            ProofKey key = ProofKey.newBuilder()
                    .setId("taxation/income")
                    .setOrganisation("taxation")
                    .setVersion(1)
                    .setStatement(shown.statement().words())
                    .setSystem(ProofSystem.GROTH16)
                    .setKey(shown.key())
                    .addAllPublicNames(shown.statement().publicNames())
                    .setCommitment(shown.statement().commitment().text())
                    .build();
            Answer _ = owner.submit("taxation/owner", "ZeroKnowledge", "Register", key);
            Answer _ =
                    analyst.submit("housing/analyst", "ZeroKnowledge", "Verify", request(shown, shown.publicValues()));
            List<String> changed = new ArrayList<>(shown.publicValues());
            changed.set(2, "5001");
            Answer _ = analyst.submit("housing/analyst", "ZeroKnowledge", "Verify", request(shown, changed));
            for (int i = 0; server.indexedHeight() < 3 && i < 200; i++) {
                Thread.sleep(25);
            }
            JsonNode keys = analyst.get("/api/proof-keys").body();
            assertEquals(1, keys.size());
            assertEquals(
                    shown.statement().commitment(),
                    Commitment.read(keys.get(0).get("commitment").asString()));
            JsonNode proofs = owner.get("/api/proofs").body();
            assertEquals(1, proofs.size(), "one that does not hold is not kept");
            String id = proofs.get(0).get("id").asString();
            JsonNode verdict = owner.get("/api/proofs/" + id + "/check").body();
            assertTrue(verdict.get("holds").asBoolean(), verdict::toString);
            assertEquals(404, owner.get("/api/proofs/other/check").status());
        }
    }

    private static VerifyRequest request(VillageProofs.Shown shown, List<String> values) {
        return VerifyRequest.newBuilder()
                .setKey("taxation/income")
                .setVersion(1)
                .setProof(shown.proof())
                .addAllPublicValues(values)
                .setCostLimit(1000)
                .build();
    }

    private static Map<String, Object> vector(Statement statement, List<String> conditions, List<BigInteger> limits) {
        Map<String, Object> vector = new LinkedHashMap<>();
        vector.put("commitment", statement.commitment().text());
        vector.put("conditions", conditions);
        vector.put("limits", limits.stream().map(BigInteger::toString).toList());
        vector.put("publicNames", statement.publicNames());
        vector.put("words", statement.words());
        return vector;
    }

    @Test
    void thePagesStateWhatTheProverProves() throws IOException {
        List<Column> columns =
                List.of(Column.read("income:number"), Column.read("since:date"), Column.read("licence:text"));
        List<String> conditions = List.of("income<5000", "since<=2026-11-28-12m", "licence=A1", "income>=1");
        Commitment records =
                new Commitment(Commitment.Kind.RECORDS, Curve.BLS12_381, columns, 14, BigInteger.valueOf(123_456_789));
        Commitment column = new Commitment(
                Commitment.Kind.COLUMN, Curve.BN254, List.of(Column.read("金额:number")), 64, BigInteger.TWO);
        Commitment list = new Commitment(
                Commitment.Kind.LIST, Curve.BLS12_381, List.of(Column.read("id:text")), 20, BigInteger.TEN);
        Commitment signed = Commitment.signedBy(
                Sm2PrivateKey.generate(new SeededRandom(new byte[32], "statement vectors"))
                        .publicKey(),
                Curve.BN254,
                columns);
        List<BigInteger> limits = List.of(BigInteger.valueOf(4000), BigInteger.valueOf(8000));
        List<Map<String, Object>> vectors = List.of(
                vector(
                        new Statement.Qualified(
                                records,
                                conditions.stream()
                                        .map(one -> Condition.read(one, columns))
                                        .toList(),
                                "case 17"),
                        conditions,
                        List.of()),
                vector(new Statement.Described(column, List.of()), List.of(), List.of()),
                vector(new Statement.Described(column, limits), List.of(), limits),
                vector(new Statement.Listed(list, "case 17"), List.of(), List.of()),
                vector(
                        new Statement.Attested(signed, List.of(Condition.read("income<5000", columns)), "case 17"),
                        List.of("income<5000"),
                        List.of()));
        String text =
                JsonMapper.builder().build().writerWithDefaultPrettyPrinter().writeValueAsString(vectors) + "\n";
        if (System.getProperty("regenerate") != null) {
            Files.writeString(VECTORS, text);
        }
        assertEquals(Files.readString(VECTORS), text);
    }
}
