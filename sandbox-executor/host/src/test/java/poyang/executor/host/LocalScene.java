package poyang.executor.host;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import poyang.connectors.SourceSettings;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.storage.SealedFile;
import poyang.executor.jail.Confinement.Limits;
import poyang.executor.jail.Jail;
import poyang.executor.jail.Scratch;

/// Folders, jail and files for attempts that run here in real jailed processes.
abstract class LocalScene {
    static final Limits READER = new Limits(96, 900, 1, 256, 60);
    static final Limits COMPUTE = new Limits(256, 600, 1, 256, 120);
    private static final int RESULT_HEADER_BYTES = 16;

    final SeededRandom random = new SeededRandom(new byte[32], getClass().getSimpleName());
    final Sm2PrivateKey receiver = Sm2PrivateKey.generate(random.fork("receiver"));
    Path folder;
    Path scratch;
    ExecutorSetup setup;

    @BeforeEach
    final void folders() throws IOException {
        folder = Files.createTempDirectory("poyang-local");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Path runtime = Files.createDirectory(folder.resolve("runtime"));
        scratch = Files.createDirectory(folder.resolve("s"));
        setup = setup(Jail.bubblewrap(runtime));
    }

    @AfterEach
    final void wipe() {
        Scratch.wipe(folder);
    }

    ExecutorSetup setup(Jail jail) {
        return setup(jail, COMPUTE);
    }

    final ExecutorSetup setup(Jail jail, Limits compute) {
        return new ExecutorSetup(jail, scratch, classPath(), classPath(), READER, compute);
    }

    static List<Path> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
    }

    /// A file with this content that the reader child may read.
    final Source csv(String name, CharSequence content) throws IOException {
        Path file = Files.writeString(folder.resolve(name), content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        return csv(file);
    }

    static Source csv(Path file) {
        return new Source("csv", new SourceSettings(Map.of("path", file.toString())));
    }

    /// What the receiver finds in the sealed result of a job's attempt.
    final byte[] result(String job, int attempt) throws IOException {
        try (InputStream in = SealedFile.open(
                Files.newInputStream(folder.resolve("result")),
                receiver,
                ("poyang.result.v1:" + job + ":" + attempt).getBytes(StandardCharsets.UTF_8))) {
            return in.readAllBytes();
        }
    }

    /// The lines of a result, without what stands before them.
    static String text(byte[] result) {
        return new String(result, RESULT_HEADER_BYTES, result.length - RESULT_HEADER_BYTES, StandardCharsets.UTF_8);
    }
}
