package poyang.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `score` as a person runs it, with its two real processes.
@SuppressWarnings("NullAway.Init") // JUnit sets the folder
final class ScoreTest {
    @TempDir
    Path folder;

    private int score(String features, String model, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "score",
                "--features",
                Files.writeString(folder.resolve("a.csv"), features).toString(),
                "--model",
                Files.writeString(folder.resolve("b.csv"), model).toString(),
                "--name",
                "id",
                "--out",
                folder.resolve("scores.csv").toString()));
        arguments.addAll(List.of(more));
        return Main.run(arguments.toArray(String[]::new));
    }

    @Test
    void scoresTheRowsOfOneFileByTheModelInTheOther() throws IOException {
        int code = score(
                "age,id,income\n30,甲,1000.50\n64,乙,-3\n",
                "term,coefficient\n1,10\nincome,0.5\nage*income,-0.01\n",
                "--feature",
                "income:2:100000",
                "--feature",
                "age:0:150",
                "--degree",
                "2",
                "--json");
        assertEquals(0, code);
        // 10 + 500.25 − 300.15 and 10 − 1.5 + 1.92
        assertEquals(
                List.of("id,score", "甲,210.10000000", "乙,10.42000000"),
                Files.readAllLines(folder.resolve("scores.csv")));
    }

    @Test
    void saysWhatIsWrongAndWritesNoScores() throws IOException {
        String model = "term,coefficient\nincome,1\n";
        assertEquals(2, score("id,income\nx,12.345\n", model, "--feature", "income:2:100000"));
        assertEquals(2, score("id,income\nx,12\n", model, "--feature", "income:2"));
        assertEquals(2, score("id,income\nx,12\n", model, "--feature", "income:9:9000000", "--degree", "3"));
        assertFalse(Files.exists(folder.resolve("scores.csv")));
    }
}
