package poyang.zkp.systems;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.kernel.PoyangException;
import poyang.simulation.Property;

/// Right and spoilt proofs that snarkjs 0.7.6 made, over both curves in both systems.
final class ForeignProofTest {
    static final Path VECTORS = Path.of("src/test/resources/vectors/snarkjs");
    private static final ObjectMapper JSON = new ObjectMapper();

    /// One case of snarkjs: texts, and what is expected.
    record Case(String system, String key, JsonNode proof, JsonNode values, boolean expected, String why) {
        Verdict verdict() {
            return verify(system, key, proof.toString(), values.toString());
        }
    }

    static Verdict verify(String system, String key, String proof, String values) {
        return system.equals("groth16") ? Groth16.verify(key, proof, values) : Plonk.verify(key, proof, values);
    }

    private static List<Case> cases() throws IOException {
        List<Case> all = new ArrayList<>();
        for (JsonNode set :
                JSON.readTree(VECTORS.resolve("INDEX.json").toFile()).get("sets")) {
            String system = set.get("protocol").asText();
            Path folder = VECTORS.resolve(set.get("curve").asText())
                    .resolve(set.get("circuit").asText());
            String key = Files.readString(folder.resolve(system + "_verification_key.json"));
            for (JsonNode one :
                    JSON.readTree(folder.resolve(system + "_cases.json").toFile())) {
                all.add(new Case(
                        system,
                        key,
                        one.get("proof"),
                        one.get("public"),
                        one.get("expected").asBoolean(),
                        folder + " " + one.get("why").asText()));
            }
        }
        return all;
    }

    @Test
    void aKeyJudgesAlikeHoweverOftenItIsUsed() throws IOException {
        for (Case one : cases()) {
            if (one.system().equals("groth16") && one.why().contains("mul3")) {
                VerificationKey key = VerificationKey.read(VerificationKey.Kind.GROTH16, one.key());
                List<String> values = new ArrayList<>();
                one.values().forEach(value -> values.add(value.asText()));
                for (int i = 0; i < 4; i++) {
                    assertEquals(
                            one.expected(),
                            key.verify(one.proof().toString(), values).holds(),
                            one.why());
                }
            }
        }
    }

    @Test
    void rightProofsHoldAndEverySpoiltOneIsRefusedWithAReason() throws IOException {
        int valid = 0;
        List<Case> cases = cases();
        for (Case one : cases) {
            Verdict verdict = one.verdict();
            assertEquals(one.expected(), verdict.holds(), one.why());
            if (verdict instanceof Verdict.Invalid(String reason)) {
                assertFalse(reason.isBlank());
            } else {
                valid++;
            }
        }
        assertEquals(323, cases.size());
        assertEquals(36, valid);
    }

    @Test
    void everySpoiltNumberOfAProofIsRefused() throws IOException {
        for (Case one : firstOfEachKind()) {
            List<String> pointers = new ArrayList<>();
            numbers(one.proof(), "", pointers);
            for (String pointer : pointers) {
                for (String bad : List.of("01", "-1", "", "1e3", "5", "9".repeat(160))) {
                    JsonNode proof = one.proof().deepCopy();
                    replace(proof, pointer, bad);
                    assertFalse(
                            verify(
                                            one.system(),
                                            one.key(),
                                            proof.toString(),
                                            one.values().toString())
                                    .holds(),
                            one.why() + pointer + " = " + bad);
                }
            }
        }
    }

    private static List<Case> firstOfEachKind() throws IOException {
        List<Case> all = new ArrayList<>();
        for (Case one : cases()) {
            boolean isNew = all.stream()
                    .noneMatch(a -> a.system().equals(one.system())
                            && a.proof().get("curve").equals(one.proof().get("curve")));
            if (isNew) {
                all.add(one);
            }
        }
        assertEquals(4, all.size());
        return all;
    }

    private static void numbers(JsonNode node, String pointer, List<String> found) {
        if (node.isTextual() && !pointer.endsWith("protocol") && !pointer.endsWith("curve")) {
            found.add(pointer);
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                numbers(node.get(i), pointer + "/" + i, found);
            }
        } else if (node.isObject()) {
            node.properties().forEach(entry -> numbers(entry.getValue(), pointer + "/" + entry.getKey(), found));
        }
    }

    private static void replace(JsonNode node, String pointer, String value) {
        int cut = pointer.lastIndexOf('/');
        JsonNode parent = node.at(pointer.substring(0, cut));
        String name = pointer.substring(cut + 1);
        if (parent instanceof ObjectNode object) {
            object.put(name, value);
        } else {
            ((com.fasterxml.jackson.databind.node.ArrayNode) parent).set(Integer.parseInt(name), value);
        }
    }

    @Test
    void cutOffOrReshapedFilesAreUnreadable() throws IOException {
        for (Case one : firstOfEachKind()) {
            String proof = one.proof().toString();
            String values = one.values().toString();
            for (int length = 0; length < proof.length(); length += 37) {
                String cut = proof.substring(0, length);
                assertThrows(PoyangException.class, () -> verify(one.system(), one.key(), cut, values));
            }
            for (int length = 0; length < one.key().length() - 2; length += 101) {
                String cut = one.key().substring(0, length);
                assertThrows(PoyangException.class, () -> verify(one.system(), cut, proof, values));
            }
            for (String bad : List.of("", "[", "{}", "[1]", "[\"1\"", "[\"1\"],", "[[\"1\"]]", "[\"\\u0031\"]")) {
                assertThrows(PoyangException.class, () -> verify(one.system(), one.key(), proof, bad), bad);
            }
            one.proof().fieldNames().forEachRemaining(name -> {
                ObjectNode without = one.proof().deepCopy();
                without.remove(name);
                assertThrows(
                        PoyangException.class, () -> verify(one.system(), one.key(), without.toString(), values), name);
            });
        }
    }

    @Test
    void aTextWithAnyOctetChangedIsRefusedOrUnreadable() throws IOException {
        List<Case> kinds = firstOfEachKind();
        Property.seeds(120).check(seed -> {
            Case one = kinds.get((int) (seed % kinds.size()));
            byte[] proof = one.proof().toString().getBytes(StandardCharsets.US_ASCII);
            java.util.Random random = new java.util.Random(seed);
            proof[random.nextInt(proof.length)] ^= (byte) (1 << random.nextInt(7));
            String text = new String(proof, StandardCharsets.US_ASCII);
            try {
                boolean sameMeaning = JSON.readTree(text).equals(one.proof());
                assertTrue(sameMeaning
                        || !verify(one.system(), one.key(), text, one.values().toString())
                                .holds());
            } catch (PoyangException | IOException e) {
                // unreadable
            }
        });
    }

    @Test
    void keccakEqualsItsKnownAnswers() {
        assertEquals(
                "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
                java.util.HexFormat.of().formatHex(Keccak256.digest(new byte[0])));
        assertEquals(
                "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
                java.util.HexFormat.of().formatHex(Keccak256.digest("abc".getBytes(StandardCharsets.US_ASCII))));
    }
}
