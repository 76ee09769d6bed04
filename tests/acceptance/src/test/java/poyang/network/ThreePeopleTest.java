package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.sdk.ReceiptVerifier;

/// Three kinds of people use the console in a real browser, over a whole province of real processes.
@Timeout(1_500)
final class ThreePeopleTest {
    private static final int PERSONS = 3_000;
    private static final int PORT = 18_700;
    private static final Path DRIVER = Path.of("browser");
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path SHOTS = Path.of("target", "browser");
    private static final RandomSource RANDOM = ProcessRandom.open("test");

    @TempDir
    private Path folder;

    @Test
    void threePeopleUseTheConsoleInARealBrowser() throws Exception {
        assumeTrue(Files.isExecutable(CHROMIUM), "Chromium is not installed; see ./poyang doctor");
        if (!Files.exists(DRIVER.resolve("node_modules"))) {
            run(120, "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error");
        }
        try (WholeProvince province = WholeProvince.start(folder, PORT, PERSONS, RANDOM)) {
            walk(province);
            Set<String> seen = new AuditSteps(province.network()).consentsAndReleasesStoodInAnchoredRecords();
            assertTrue(
                    seen.containsAll(Set.of("commit", "receipt", "result", "consent", "lookup-answer", "proof")),
                    seen.toString());
        }
    }

    private void walk(WholeProvince province) throws Exception {
        LocalNetwork network = province.network();
        DemoView view = new DemoView(network, "taxation/registrations-web");
        view.publish();
        var _ = view.awaitTable(1);
        Path config = folder.resolve("browser.json");
        Files.writeString(config, browserConfig(province));
        run(
                1_200,
                "node",
                "drive.mjs",
                config.toString(),
                SHOTS.toAbsolutePath().toString());
        int receipts = 0;
        try (Stream<Path> shots = Files.list(SHOTS)) {
            for (Path file : shots.filter(f -> f.toString().endsWith(".json")).toList()) {
                assertInstanceOf(
                        ReceiptVerifier.Verdict.Proven.class,
                        ReceiptVerifier.verify(ChainForms.readReceipt(file), network.genesis()),
                        file.toString());
                receipts++;
            }
        }
        assertEquals(2, receipts, "receipts that the browser downloaded");
    }

    private String browserConfig(WholeProvince province) throws Exception {
        List<String> taxpayer = new LookupSteps(province.network(), RANDOM).taxpayer();
        Path proofs = folder.resolve("proofs-web");
        ProofSteps proving = new ProofSteps(province.network(), proofs);
        proving.proveAQualification();
        proving.prepareJobs("income-web", province::as);
        LocalNetwork network = province.network();
        Map<String, String> users = new TreeMap<>();
        for (String account : List.of(
                "medical-insurance/owner",
                "medical-insurance/analyst",
                "taxation/owner",
                "taxation/analyst",
                "housing/owner",
                "housing/analyst",
                "supervision/supervisor")) {
            users.put(
                    account,
                    String.format(
                            "\"%s\": {\"keystore\": \"%s\", \"password\": \"%s\"}",
                            account, network.keyFile(account), network.password(account)));
        }
        return """
                {"console": "%s", "spki": "%s", "users": {%s},
                 "register": [
                  {"owner": "medical-insurance/owner", "name": "insured-web", "title": "参保人员（网页登记）", "connector": "csv",
                   "settings": {"path": "insured.csv"}, "key": "key", "kind": 2},
                  {"owner": "taxation/owner", "name": "taxpayers-web", "title": "纳税人员（网页登记）", "connector": "parquet",
                   "settings": {"path": "taxpayers.parquet"}, "key": "key", "kind": 2,
                   "unreachable": {"connector": "postgresql", "secret": "password", "error": "CONNECTION_FAILED",
                    "settings": {"host": "127.0.0.1", "port": 1, "database": "taxes", "table": "taxpayers", "user": "reader",
                     "password": "p@ss of a reader"}}}],
                 "job": {"analyst": "taxation/analyst", "own": "taxation/taxpayers-web",
                  "other": "medical-insurance/insured-web", "owners": ["medical-insurance/owner", "taxation/owner"],
                  "supervisor": "supervision/supervisor", "expectedMatches": %d, "timeoutSeconds": 180},
                 "collisions": [{"name": "group", "analyst": "medical-insurance/analyst", "button": "new-group",
                  "steps": [["pick", "member-0", "member-0-medical-insurance/insured"],
                   ["pick", "member-1", "member-1-taxation/taxpayers"],
                   ["pick", "member-2", "member-2-housing/contributors"], ["click", "join-2"]],
                  "learns": ["其余各方都有"], "owners": ["medical-insurance/owner", "taxation/owner", "housing/owner"],
                  "words": ["3 方共有的标识", "列出本方全部并标注", "vole-group"], "count": %d, "cells": ["各方都有"]}],
                 "lookup": {"analyst": "housing/analyst", "owner": "taxation/owner", "view": "taxation/registrations-web",
                  "key": "%s", "shows": "%s"},
                 "scoring": {"analyst": "medical-insurance/analyst", "features": "%s", "model": "%s",
                  "numbers": {"cost": [2, 100000], "visits": [0, 100]}, "expectedRows": %d, "firstScore": "%s",
                  "owners": ["medical-insurance/owner", "taxation/owner"]},
                 "totals": {"analyst": "housing/analyst", "reporters": [
                   {"dataset": "medical-insurance/payments", "value": "paid", "category": "area"},
                   {"dataset": "taxation/payments", "value": "paid", "category": "area"}],
                  "collector": "住房公积金", "categories": "东湖区、西湖区", "largest": 100000, "decimals": 2,
                  "owners": ["medical-insurance/owner", "taxation/owner", "housing/owner"],
                  "cells": ["100.75", "326.67000000"]},
                 "supervision": {"logs": ["taxation/executor/executor", "validators/validator-1/node", "supervision/console/console"],
                  "frozen": "supervision/authority", "call": "poyang.v1.Datasets/SetRows"},
                 "proofs": {"owner": "%s", "analyst": "%s", "name": "income-web", "folder": "%s",
                  "conditions": "%s", "purpose": "%s",
                  "asked": [
                    {"key": "income-web", "dataset": "taxation/facts-web", "bounds": ["5000", "2026-11-28-12m"],
                      "statement": "已承诺的表中有一条记录满足 income<5000",
                      "cells": ["a record of the committed table has income<5000"],
                      "owners": ["taxation/owner", "housing/owner"]},
                    {"key": "column-web", "dataset": "taxation/facts-web", "bounds": [], "limits": "4000,8000",
                      "statement": "已承诺的列的个数、总和、平均，以及以 4,000、8,000 分界的分布", "cells": ["16200"],
                      "owners": ["taxation/owner", "housing/owner"]},
                    {"key": "list-web", "dataset": "taxation/facts-web", "bounds": [], "persons": "housing/asked-web",
                      "statement": "所问的每个人是否在已承诺的名单中", "cells": ["310101198512125558", "999"],
                      "owners": ["taxation/owner", "housing/owner"]}]}}
                """.formatted(
                        network.consoleAddress(),
                        Doors.keyHash(network),
                        String.join(",", users.values()),
                        province.departments().expectedMatches(),
                        province.departments().expectedOfAll(),
                        taxpayer.get(0),
                        taxpayer.get(1),
                        ScoringSteps.FEATURES,
                        ScoringSteps.MODEL,
                        ScoringSteps.ROWS,
                        ScoringSteps.expected(0),
                        ProofSteps.OWNER,
                        ProofSteps.ASKER,
                        proofs,
                        ProofSteps.CONDITIONS,
                        ProofSteps.PURPOSE);
    }

    private static void run(int seconds, String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("browser", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(DRIVER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        String said = Files.readString(output);
        Files.delete(output);
        assertTrue(ended, said);
        assertEquals(0, process.exitValue(), said);
    }
}
