package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import poyang.psi.CollisionProtocol;
import poyang.psi.Cost;

/// `bench psi` with its real processes: what its line says is what a run took.
final class BenchPsiTest {
    private static final int SIZE = 500;

    @Test
    void theLineHasEveryFigureAndTheBytesOfTheFormula() {
        StringWriter said = new StringWriter();
        int exit = new CommandLine(new BenchPsi())
                .setOut(new PrintWriter(said, true))
                .execute("--protocol", "vole", "--size", "" + SIZE, "--runs", "1", "--warm-up", "0", "--json");
        assertEquals(0, exit);
        String line = said.toString().lines().toList().getLast();
        assertTrue(line.startsWith("{\"protocol\":\"vole\",") && line.endsWith("}"), line);
        Map<String, Double> figures = Arrays.stream(
                        line.substring(1, line.length() - 1).split(",", -1))
                .filter(field -> !field.startsWith("\"protocol\""))
                .collect(Collectors.toMap(
                        field -> field.substring(1, field.indexOf(':') - 1),
                        field -> Double.parseDouble(field.substring(field.indexOf(':') + 1))));
        Cost cost = CollisionProtocol.VOLE.cost(SIZE, SIZE);
        assertEquals(cost.receiverBytes(), (long) of(figures, "bytesSent"));
        assertEquals(cost.senderBytes(), (long) of(figures, "bytesReceived"));
        double bits = 8.0 * (cost.receiverBytes() + cost.senderBytes()) / SIZE;
        assertEquals(bits, of(figures, "bitsPerItem"), 0.06);
        assertTrue(of(figures, "peakMemoryBytes") > 1 << 20, line);
        double parts = of(figures, "hashSeconds")
                + of(figures, "offlineSeconds")
                + of(figures, "onlineSeconds")
                + of(figures, "outputSeconds");
        assertEquals(of(figures, "protocolSeconds"), parts, 0.0005, line);
        assertTrue(of(figures, "seconds") >= of(figures, "protocolSeconds"), line);
        assertTrue(figures.containsKey("loadSeconds") && figures.containsKey("matches"), line);
    }

    private static double of(Map<String, Double> figures, String name) {
        return Objects.requireNonNull(figures.get(name), name);
    }
}
