package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.executor.compute.Replay;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Scoring by real jailed processes on real files.
class LocalScoringTest extends LocalScene {
    private final Sm2PrivateKey bank = Sm2PrivateKey.generate(random.fork("left"));
    private final Sm2PrivateKey bureau = Sm2PrivateKey.generate(random.fork("right"));

    private LocalJob.Result run(Source features, Source model) {
        JobPlan plan = new JobPlan.Scoring(
                "id",
                List.of(new JobPlan.Feature("income", 2, 10_000_000), new JobPlan.Feature("age", 0, 150)),
                new JobPlan.Model("term", "weight", 2, 4, 100_000),
                "scoring-bfv");
        return LocalJob.run(
                setup,
                new LocalJob.Attempt(
                        "j1",
                        1,
                        plan,
                        new LocalJob.Side(
                                new PartyId("bank"), features, bank.publicKey(), folder.resolve("left.opening")),
                        new LocalJob.Side(
                                new PartyId("bureau"), model, bureau.publicKey(), folder.resolve("right.opening")),
                        receiver.publicKey()),
                folder.resolve("result"),
                (_, _, _) -> {});
    }

    private static final String MODEL =
            "term,weight,note\n1,-1.25,x\nincome,0.0003,x\nage*income,0.00010,\nage*age,-2,\n";

    /// 1,000 rows by a polynomial: each score exact, both sides' runs replayed from their openings.
    @Test
    void scoresEachRowAndCanBeReplayed() throws IOException {
        StringBuilder table = new StringBuilder("age,name,income,id\n");
        for (int i = 0; i < 1000; i++) {
            table.append(i % 90)
                    .append(",n,")
                    .append(i * 100 - 20_000)
                    .append('.')
                    .append(10 + i % 90);
            table.append(",\"p,").append(i).append("\"\n");
        }
        LocalJob.Result result = run(csv("a.csv", table.toString()), csv("b.csv", MODEL));
        assertEquals(1000, result.leftInput().roundedRows());
        assertEquals(4, result.rightInput().roundedRows());
        List<String> lines = opened(result).lines().toList();
        assertEquals("id,score", lines.getFirst());
        assertEquals(1001, lines.size());
        for (int i = 0; i < 1000; i++) {
            BigDecimal age = BigDecimal.valueOf(i % 90);
            BigDecimal income = new BigDecimal((i * 100 - 20_000) + "." + (10 + i % 90));
            BigDecimal score = new BigDecimal("-1.25")
                    .add(new BigDecimal("0.0003").multiply(income))
                    .add(new BigDecimal("0.0001").multiply(age).multiply(income))
                    .subtract(age.multiply(age).multiply(BigDecimal.TWO));
            assertEquals("\"p," + i + "\"," + score.setScale(8).toPlainString(), lines.get(i + 1));
        }
        replays(result);
    }

    private String opened(LocalJob.Result result) throws IOException {
        byte[] plain = result("j1", 1);
        assertEquals(result.left().outputCommitment(), Sm3.hash(plain));
        return text(plain);
    }

    private void replays(LocalJob.Result result) throws IOException {
        try (InputStream opening = new BufferedInputStream(Files.newInputStream(folder.resolve("left.opening")))) {
            Replay.Commitment left = Replay.run(opening, bank);
            assertEquals(result.leftInput().inputRoot(), left.inputRoot());
            assertEquals(result.left().transcript(), left.transcript());
            assertEquals(result.left().outputCommitment(), left.outputCommitment());
        }
        try (InputStream opening = new BufferedInputStream(Files.newInputStream(folder.resolve("right.opening")))) {
            Replay.Commitment right = Replay.run(opening, bureau);
            assertEquals(result.rightInput().inputRoot(), right.inputRoot());
            assertEquals(result.left().transcript(), right.transcript());
        }
    }

    /// A number that the plan did not declare ends the attempt by a code of its own, before anything is sent.
    @Test
    void refusesANumberThatThePlanDoesNotDeclare() throws IOException {
        Source features = csv("a.csv", "id,income,age\na,100000.01,20\n");
        Source model = csv("b.csv", MODEL);
        PoyangException refused = assertThrows(PoyangException.class, () -> run(features, model));
        assertEquals(ExecutorErrors.INPUT_REFUSED, refused.code(), refused.getMessage());
        assertEquals(FailureCode.INPUT_REFUSED, FailureCode.of(refused));
        assertFalse(Files.exists(folder.resolve("result")));
    }
}
