package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `zkp` as a person uses it on files of snarkjs: its exit codes and reasons.
final class ZkpTest {
    private static final Path VECTORS = Path.of("../../zkp/src/test/resources/vectors/snarkjs");
    private static final Pattern CASE = Pattern.compile(
            "\"expected\": *(true|false).*?\"public\": *(\\[.*?])\\s*,\\s*\"proof\": *(\\{.*?})", Pattern.DOTALL);

    @TempDir
    private Path folder;

    private String said = "";

    private int run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        PrintStream captured = new PrintStream(both, true, StandardCharsets.UTF_8);
        try {
            System.setOut(captured);
            System.setErr(captured);
            return Main.run(arguments);
        } finally {
            System.setOut(out);
            System.setErr(err);
            said = both.toString(StandardCharsets.UTF_8);
        }
    }

    private int verify(String system, Path key, String proof, String values, String... more) throws IOException {
        Files.writeString(folder.resolve("proof.json"), proof);
        Files.writeString(folder.resolve("public.json"), values);
        List<String> arguments = new ArrayList<>(List.of(
                "zkp",
                "verify",
                "--system",
                system,
                "--key",
                key.toString(),
                "--proof",
                folder.resolve("proof.json").toString(),
                "--public",
                folder.resolve("public.json").toString()));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new));
    }

    @Test
    void verifyTellsValidFromInvalidFromUnreadable() throws IOException {
        for (String system : List.of("groth16", "plonk")) {
            Path set = VECTORS.resolve("bn128/mul3");
            Path key = set.resolve(system + "_verification_key.json");
            var cases = CASE.matcher(Files.readString(set.resolve(system + "_cases.json")));
            int tried = 0;
            String proof = "";
            String values = "";
            while (cases.find()) {
                int expected = cases.group(1).equals("true") ? 0 : 1;
                assertEquals(expected, verify(system, key, cases.group(3), cases.group(2)), said);
                assertTrue(said.startsWith(expected == 0 ? "VALID" : "INVALID: "), said);
                if (expected == 0) {
                    proof = cases.group(3);
                    values = cases.group(2);
                }
                tried++;
            }
            assertTrue(tried >= 24, "tried " + tried);
            assertEquals(0, verify(system, key, proof, values, "--json"));
            assertEquals("{\"valid\":true}", said.strip());
            assertEquals(1, verify(system, key, proof, "[\"7\"]", "--json"));
            assertTrue(said.contains("\"reason\":\""), said);
            assertEquals(2, verify(system, key, proof.substring(0, proof.length() / 2), values));
            assertTrue(said.contains("PY-7201"), said);
            assertEquals(2, verify(system, folder.resolve("absent.json"), proof, values));
            String other = system.equals("plonk") ? "groth16" : "plonk";
            assertEquals(2, verify(other, key, proof, values), "a key of another system");
        }
        assertEquals(2, run("zkp", "verify", "--system", "stark"));
        assertEquals(2, run("zkp"));
    }

    @Test
    void whatProveWritesVerifies() {
        for (String system : List.of("groth16", "plonk")) {
            for (String curve : List.of("bn128", "bls12381")) {
                Path set = VECTORS.resolve(curve).resolve("mul3");
                String proof = folder.resolve("made.json").toString();
                String values = folder.resolve("values.json").toString();
                String zkey = set.resolve(system + ".zkey").toString();
                String witness = set.resolve("witness0.wtns").toString();
                assertEquals(0, prove(system, zkey, witness, proof, values), said);
                String key = set.resolve(system + "_verification_key.json").toString();
                assertEquals(
                        0,
                        run("zkp", "verify", "--system", system, "--key", key, "--proof", proof, "--public", values),
                        said);
                assertEquals(
                        2, prove(system, zkey, folder.resolve("absent.wtns").toString(), proof, values));
                assertEquals(2, prove(system, witness, witness, proof, values), "a witness is no key");
            }
        }
    }

    private int prove(String system, String zkey, String witness, String proof, String values) {
        return run(
                "zkp",
                "prove",
                "--system",
                system,
                "--zkey",
                zkey,
                "--witness",
                witness,
                "--proof",
                proof,
                "--public",
                values);
    }
}
