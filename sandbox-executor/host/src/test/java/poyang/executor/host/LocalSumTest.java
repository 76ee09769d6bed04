package poyang.executor.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import poyang.crypto.SealedBox;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm3;
import poyang.executor.compute.Replay;
import poyang.executor.job.ExactCounts;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.JobPlan;
import poyang.kernel.Bytes;
import poyang.kernel.PartyId;
import poyang.kernel.PoyangException;

/// Sums over the matches of two departments: four jailed processes.
class LocalSumTest extends LocalScene {
    private final Sm2PrivateKey bank = Sm2PrivateKey.generate(random.fork("left"));
    private final Sm2PrivateKey bureau = Sm2PrivateKey.generate(random.fork("right"));

    private LocalJob.Result run(long least, String keys, String values) throws IOException {
        JobPlan plan = new JobPlan.MatchSum(
                List.of(new JobPlan.Key("id", "person", "text"), new JobPlan.Key("tel", "mobile", "phone")),
                List.of(new JobPlan.Feature("tax", 2, 10_000_000), new JobPlan.Feature("visits", 0, 100)),
                true,
                least,
                "dh-25519-sum");
        return LocalJob.run(
                setup,
                new LocalJob.Attempt(
                        "j1",
                        1,
                        plan,
                        new LocalJob.Side(
                                new PartyId("bank"),
                                csv("a.csv", keys),
                                bank.publicKey(),
                                folder.resolve("left.opening")),
                        new LocalJob.Side(
                                new PartyId("bureau"),
                                csv("b.csv", values),
                                bureau.publicKey(),
                                folder.resolve("right.opening")),
                        receiver.publicKey()),
                folder.resolve("result"),
                (_, _, _) -> {});
    }

    /// The same person twice, once with another telephone, and one without an identifier.
    private static final String KEYS = """
            tel,id,name
            13800000001,p1,x
            13800000002,p2,x
            １３８００００００００２,p2,x
            13800000009,p3,x
            ,p4,x
            13800000005,p5,x
            """;

    private static final String VALUES = """
            visits,person,mobile,tax,note
            3,p1,13800000001,1000.50,
            1,p1,13800000001,-0.25,second row of the same key
            ,p2,　13800000002,,
            7,p3,13800000003,500,another telephone
            9,p4,,80000,no telephone
            2,p6,13800000006,3,
            5,p5,13800000005,99.99,
            """;

    /// Keys of two columns, several rows of one key, rows without a number or without a key.
    @Test
    void sumsCountEveryRowOfACommonKeyOnceAndCanBeReplayed() throws IOException {
        LocalJob.Result result = run(2, KEYS, VALUES);
        assertEquals(
                List.of("matches,sum_tax,sum_visits,matched_rows", "3,1100.24,9,4"),
                opened(result).lines().toList());
        assertEquals(6, result.leftInput().roundedRows());
        assertEquals(7, result.rightInput().roundedRows());
        assertEquals(result.left().rounds(), result.right().rounds());
        assertEquals(Bytes.empty(), result.right().outputCommitment());
        replays(result);
        ExactCounts counts = counts(result);
        assertEquals(3, counts.matches());
        assertEquals(4, counts.distinctKeys());
    }

    private ExactCounts counts(LocalJob.Result result) {
        return ExactCounts.decode(SealedBox.open(
                receiver,
                "poyang.counts.v1:j1:1".getBytes(StandardCharsets.UTF_8),
                result.left().countsToReceiver().toArray()));
    }

    /// Three have fewer than four: no sum, and no number of matches, neither in the result nor in the counts.
    @Test
    void fewerMatchesThanAskedForGiveNothing() throws IOException {
        LocalJob.Result result = run(4, KEYS, VALUES);
        assertEquals(
                List.of("matches,sum_tax,sum_visits,matched_rows", "fewer than 4,,,"),
                opened(result).lines().toList());
        assertEquals(0, counts(result).matches());
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

    /// A number that the plan did not declare ends the attempt before anything is sent, whether its key is common or
    /// not.
    @Test
    void refusesANumberThatThePlanDoesNotDeclare() throws IOException {
        PoyangException refused = assertThrows(
                PoyangException.class, () -> run(2, KEYS, "visits,person,mobile,tax\n1,q,13800000007,100000.01\n"));
        assertEquals(ExecutorErrors.INPUT_REFUSED, refused.code(), refused.getMessage());
        assertFalse(refused.wrong().contains("100000.01"), refused.wrong());
        assertFalse(Files.exists(folder.resolve("result")));
    }
}
