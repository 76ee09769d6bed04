package poyang.zkp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.zkp.circuits.Disclosure;
import poyang.zkp.circuits.Merkle;
import poyang.zkp.circuits.R1cs;
import poyang.zkp.circuits.Witness;
import poyang.zkp.curves.Curve;
import poyang.zkp.curves.Workers;
import poyang.zkp.systems.ForeignWriter;
import poyang.zkp.systems.Groth16;
import poyang.zkp.systems.Groth16Prover;
import poyang.zkp.systems.Groth16ProvingKey;
import poyang.zkp.systems.Groth16SetUp;

/// The page's example is the one that is compiled and run here: a qualification proven without the record.
final class ZeroKnowledgePageTest {
    @Test
    void thePageShowsTheExampleThatIsCompiled() throws IOException {
        String page = Files.readString(Path.of("../docs/zero-knowledge.md"));
        String source = Files.readString(Path.of("src/test/java/poyang/zkp/QualifiedExample.java"));
        String code = source.substring(source.indexOf("final class QualifiedExample"));
        assertTrue(page.contains("```java\n" + code + "```"), "the page shows another example");
    }

    @Test
    void aQualificationIsProvenWithoutTheRecord() {
        Curve curve = Curve.BN254;
        List<BigInteger> leaves = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            leaves.add(Disclosure.commitment(
                    curve,
                    List.of(BigInteger.valueOf(3000 + i), BigInteger.valueOf(19_000)),
                    BigInteger.valueOf(77 + i)));
        }
        List<List<BigInteger>> tree = Merkle.tree(curve, leaves);
        List<BigInteger> siblings = Merkle.path(tree, 5);
        Map<String, BigInteger> inputs = new LinkedHashMap<>(Map.of(
                "root", tree.getLast().get(0),
                "limit", BigInteger.valueOf(5000),
                "today", BigInteger.valueOf(19_400),
                "income", BigInteger.valueOf(3005),
                "insuredSince", BigInteger.valueOf(19_000),
                "salt", BigInteger.valueOf(82),
                "position", BigInteger.valueOf(5)));
        for (int i = 0; i < 4; i++) {
            inputs.put("siblings[" + i + "]", siblings.get(i));
        }
        RandomSource random = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "page");
        R1cs constraints = Witness.constraints(new QualifiedExample(), curve);
        Groth16ProvingKey key = Groth16SetUp.byOneTrustedParty(constraints, random.fork("set-up"), Workers.CALLER);
        Groth16Prover.Proven proven = new Groth16Prover(key, Workers.CALLER)
                .prove(Witness.of(new QualifiedExample(), curve, inputs), random.fork("proof"));
        assertEquals(
                List.of(tree.getLast().get(0), BigInteger.valueOf(5000), BigInteger.valueOf(19_400)),
                proven.publicValues());
        String verification = ForeignWriter.key(key.verificationKey());
        String proof = ForeignWriter.proof(proven.proof());
        assertTrue(Groth16.verify(verification, proof, ForeignWriter.publicValues(proven.publicValues()))
                .holds());
        List<BigInteger> lower = new ArrayList<>(proven.publicValues());
        lower.set(1, BigInteger.valueOf(3000));
        assertFalse(Groth16.verify(verification, proof, ForeignWriter.publicValues(lower))
                .holds());
        inputs.put("limit", BigInteger.valueOf(3005));
        assertThrows(PoyangException.class, () -> Witness.of(new QualifiedExample(), curve, inputs));
    }
}
