package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `zkp ceremony` and `zkp preprocess` as departments use them.
final class ZkpCeremonyTest {
    private static final Path VECTORS = Path.of("../../zkp/src/test/resources/vectors/snarkjs/bn128/mul3");
    private static final String BEACON = "00112233445566778899aabbccddeeff";

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

    /// Runs one of the ceremony's commands, of which `@name` stands for a file.
    private int zkp(String command) {
        String[] arguments = ("zkp " + command).split(" ");
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith("@")) {
                arguments[i] = folder.resolve(arguments[i].substring(1)).toString();
            } else if (arguments[i].startsWith("=")) {
                arguments[i] = VECTORS.resolve(arguments[i].substring(1)).toString();
            }
        }
        return run(arguments);
    }

    private void does(String command) {
        assertEquals(0, zkp(command), () -> command + ": " + said);
    }

    @Test
    void keysOfACeremonyProveAndADishonestStepIsNamed() throws IOException {
        does("ceremony begin --curve bn254 --power 3 --out @0.ptau");
        does("ceremony contribute --in @0.ptau --name Tax --out @1.ptau");
        does("ceremony contribute --in @1.ptau --name Health --out @2.ptau");
        String mine = said.lines()
                .filter(line -> line.startsWith("2  Health"))
                .findFirst()
                .orElseThrow();
        does("ceremony finish --in @2.ptau --beacon " + BEACON + " --hashes 4 --out @p.ptau");
        does("ceremony verify --in @p.ptau");
        assertTrue(said.contains(mine), "a contributor finds the hash again");
        assertTrue(said.contains("3  beacon") && said.contains("VALID"), said);

        does("ceremony begin --circuit =mul3.r1cs --powers @p.ptau --out @0.zkey");
        assertEquals(1, zkp("ceremony verify --in @0.zkey --circuit =mul3.r1cs --powers @p.ptau"));
        does("ceremony contribute --in @0.zkey --name Housing --out @1.zkey");
        does("ceremony finish --in @1.zkey --beacon " + BEACON + " --hashes 4 --out @2.zkey --key @key.json");
        does("ceremony verify --in @2.zkey --circuit =mul3.r1cs --powers @p.ptau");
        does(
                "prove --system groth16 --zkey @2.zkey --witness =witness0.wtns --proof @proof.json --public @public.json");
        does("verify --system groth16 --key @key.json --proof @proof.json --public @public.json");

        assertEquals(1, zkp("ceremony verify --in @2.zkey --circuit =mul3.r1cs --powers @2.ptau"));
        assertTrue(said.contains("other powers"), said);
        assertEquals(2, zkp("ceremony verify --in @2.zkey"));
        assertEquals(2, zkp("ceremony contribute --in @p.ptau --name late --out @late.ptau"));
        byte[] file = Files.readAllBytes(folder.resolve("2.ptau"));
        file[file.length - 40] ^= 1; // in the last proof
        Files.write(folder.resolve("bad.ptau"), file);
        int code = zkp("ceremony verify --in @bad.ptau");
        assertTrue(code == 1 && said.contains("contribution 2 (Health)") || code == 2, said);

        does("preprocess --circuit =mul3.r1cs --powers @p.ptau --zkey @plonk.zkey --key @plonk.json");
        does(
                "prove --system plonk --zkey @plonk.zkey --witness =witness0.wtns --proof @proof.json --public @public.json");
        does("verify --system plonk --key @plonk.json --proof @proof.json --public @public.json");
        assertEquals(2, zkp("ceremony begin --curve bn254 --power 40 --out @x.ptau"));
        assertEquals(2, zkp("ceremony begin --out @x.ptau"));
        assertEquals(2, zkp("ceremony finish --in @2.ptau --beacon zz --out @x.ptau"));
    }
}
