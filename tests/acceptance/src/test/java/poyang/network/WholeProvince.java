package poyang.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import poyang.crypto.CryptoSuite;
import poyang.executor.jail.Scratch;
import poyang.kernel.RandomSource;

/// Validators, three departments with their sources, and the console, all as real processes.
final class WholeProvince implements AutoCloseable {
    private final Path folder;
    private final Path passage;
    private final RandomSource random;
    private final LocalNetwork network;
    private final Departments departments;
    private final MainJob main;
    private final ScoringSteps scoring;
    private final AggregationSteps aggregation;

    private WholeProvince(Path folder, int port, int persons, RandomSource random) throws IOException {
        this.folder = folder;
        this.random = random;
        passage = Files.createTempDirectory("poyang-test");
        Files.setPosixFilePermissions(passage, PosixFilePermissions.fromString("rwx--x--x"));
        network = another("network", port);
        departments = new Departments(network, persons, Optional.empty());
        main = new MainJob(network, random, _ -> {});
        scoring = new ScoringSteps(network, main);
        aggregation = new AggregationSteps(network);
    }

    /// Starts all, and registers what the departments have.
    static WholeProvince start(Path folder, int port, int persons, RandomSource random) throws IOException {
        WholeProvince province = new WholeProvince(folder, port, persons, random);
        try {
            province.network.start();
            Map<String, Long> rows = province.departments.register(province.main);
            assertEquals(Set.copyOf(LocalNetwork.DEPARTMENTS), rows.keySet());
            province.scoring.register();
            province.aggregation.register();
            return province;
        } catch (IOException | RuntimeException | AssertionError e) {
            province.close();
            throw e;
        }
    }

    /// A network in a folder beside this one's.
    LocalNetwork another(String name, int port) {
        return new LocalNetwork(
                folder.resolve(name), passage, port, List.of(), CryptoSuite.SM, random, InstantSource.system());
    }

    LocalNetwork network() {
        return network;
    }

    Departments departments() {
        return departments;
    }

    MainJob main() {
        return main;
    }

    ScoringSteps scoring() {
        return scoring;
    }

    AggregationSteps aggregation() {
        return aggregation;
    }

    /// Runs a command as one of its people does, and gives its exit code.
    int as(String account, List<String> command, String... more) throws IOException {
        Path password = folder.resolve(account.replace('/', '-') + ".password");
        if (!Files.exists(password)) {
            Files.createFile(
                    password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(password, network.password(account));
        }
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of(
                "--config",
                network.folder().resolve("processes/client/config.properties").toString(),
                "--account",
                account,
                "--key",
                network.keyFile(account).toString(),
                "--password-file",
                password.toString()));
        words.addAll(List.of(more));
        return poyang.tools.Main.run(Main.commands(), words.toArray(String[]::new));
    }

    @Override
    public void close() throws IOException {
        network.close();
        departments.close();
        Scratch.wipe(passage);
    }
}
