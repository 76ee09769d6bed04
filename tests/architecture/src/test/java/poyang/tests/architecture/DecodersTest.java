package poyang.tests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// No decoder of a node is left out of the tests that feed decoders with mangled bytes: `decoders.txt` names each
/// and its test, which exists and names it.
final class DecodersTest {
    private static final Pattern DECODER =
            Pattern.compile("\\bstatic\\b[^;={]*\\bdecode\\(|\\.parseFrom\\(|extends ByteToMessageDecoder");
    private static final String AT_REST = "at rest, ";

    @Test
    void everyDecoderHasATestThatFeedsItWithMangledBytes() throws IOException {
        TreeMap<String, String> tests = new TreeMap<>();
        for (String module : Modules.all()) {
            sources(module, "src/test/java").forEach((name, text) -> tests.merge(name, text, String::concat));
        }
        TreeMap<String, String> decoders = new TreeMap<>();
        for (String module : Modules.all()) {
            if (module.startsWith("chain-node/") || module.equals("wire/transport")) {
                sources(module, "src/main/java").forEach((name, text) -> {
                    if (DECODER.matcher(text).find()) {
                        decoders.put(name, module);
                    }
                });
            }
        }
        Map<String, String> table = new TreeMap<>();
        for (String line :
                Files.readAllLines(Modules.home().resolve("tests/architecture/src/test/resources/decoders.txt"))) {
            if (!line.startsWith("#") && !line.isBlank()) {
                String[] row = line.split(":", 2);
                table.put(row[0].strip(), row[1].strip());
            }
        }
        assertEquals(List.of(), faults(decoders, table, tests));
        assertEquals(
                List.of("Node has no row", "Frame is a row without a decoder", "Frame names no test: GoneTest"),
                faults(Map.of("Node", "chain-node/node"), Map.of("Frame", "GoneTest"), tests));
    }

    private static List<String> faults(
            Map<String, String> decoders, Map<String, String> table, Map<String, String> tests) {
        List<String> faults = new ArrayList<>();
        decoders.keySet().stream()
                .filter(name -> !table.containsKey(name))
                .forEach(name -> faults.add(name + " has no row"));
        table.forEach((name, row) -> {
            if (!decoders.containsKey(name)) {
                faults.add(name + " is a row without a decoder");
            }
            boolean atRest = row.startsWith(AT_REST);
            String test = atRest ? row.substring(AT_REST.length()) : row;
            String text = tests.get(test);
            if (text == null) {
                faults.add(name + " names no test: " + test);
            } else if (!atRest
                    && !Pattern.compile("\\b" + name + "\\b").matcher(text).find()) {
                faults.add(test + " does not name " + name);
            }
        });
        return faults;
    }

    /// By the name of the type, its text.
    private static Map<String, String> sources(String module, String under) throws IOException {
        Map<String, String> found = new TreeMap<>();
        Path folder = Modules.home().resolve(module).resolve(under);
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file :
                        files.filter(f -> f.toString().endsWith(".java")).toList()) {
                    found.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                }
            }
        }
        return found;
    }
}
