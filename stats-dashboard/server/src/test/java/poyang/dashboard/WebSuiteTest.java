package poyang.dashboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// The pages' own unit tests; and when asked for by `-Dvillage`, the three users driven through the real pages in
/// headless Chromium over the village, with screenshots in target/browser. The suite has that walk over a real
/// province, in `tests/acceptance`.
class WebSuiteTest {
    private static final Path WEB = Path.of("..", "web");
    private static final Path DRIVER = Path.of("..", "..", "tests", "acceptance", "browser");
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final String JOBS = """
            ,"register": [
              {"owner": "medical-insurance/owner", "name": "insured", "title": "参保人员表", "connector": "csv",
               "settings": {"path": "/data/insured.csv"}, "key": "id_number", "kind": 2},
              {"owner": "taxation/owner", "name": "taxpayers", "title": "纳税登记表", "connector": "postgresql",
               "settings": {"host": "127.0.0.1", "port": 5432, "table": "taxpayers", "password": "p@ss"},
               "key": "id_number", "kind": 2}],
             "job": {"analyst": "taxation/analyst", "own": "taxation/taxpayers", "other": "medical-insurance/insured",
               "owners": ["medical-insurance/owner", "taxation/owner"], "supervisor": "province/supervisor",
               "expectedMatches": 3, "timeoutSeconds": 60}
            }
            """;

    @Test
    void unitsOfThePagesHold() throws Exception {
        run(WEB, 240, "npm", "test", "--silent");
    }

    @Test
    @EnabledIfSystemProperty(named = "village", matches = ".*", disabledReason = "tests/acceptance has it, over more")
    void threeUsersWalkThroughThePages(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(CHROMIUM), "Chromium is not installed; see ./poyang doctor");
        assertTrue(
                Files.exists(Path.of("target", "classes", "static", "index.html")),
                "the pages are not built: build without -Dexec.skip");
        if (!Files.exists(DRIVER.resolve("node_modules"))) {
            run(DRIVER, 120, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
        }
        Village village = new Village();
        try (ConsoleServer server = village.serve(folder, 0, Clock.systemUTC())) {
            Path config = village.writeUsers(folder, server.origin());
            String text = Files.readString(config).strip();
            VillageProofs.qualification().write(folder);
            String proofs = """
                    ,"proofs": {"owner": "taxation/owner", "analyst": "housing/analyst", "name": "income",
                      "folder": "%s", "conditions": "%s", "purpose": "%s"}
                    """.formatted(folder, VillageProofs.CONDITIONS, VillageProofs.PURPOSE);
            Files.writeString(config, text.substring(0, text.length() - 1) + proofs + JOBS);
            Path shots = Path.of("target", "browser").toAbsolutePath();
            run(DRIVER, 240, "node", "drive.mjs", config.toString(), shots.toString());
        }
    }

    private static void run(Path folder, int seconds, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("web-suite", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        String said = Files.readString(output, StandardCharsets.UTF_8);
        Files.delete(output);
        assertTrue(ended, said);
        assertEquals(0, process.exitValue(), said);
    }
}
