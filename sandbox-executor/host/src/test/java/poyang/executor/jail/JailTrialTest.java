package poyang.executor.jail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.PoyangException;

class JailTrialTest {
    private Path runtime;
    private Path keys;

    @BeforeEach
    void folders() throws IOException {
        runtime = Files.createTempDirectory("poyang-jail-test");
        Files.setPosixFilePermissions(runtime, PosixFilePermissions.fromString("rwx--x--x"));
        keys = Files.createDirectory(runtime.resolve("keys"));
    }

    @AfterEach
    void wipe() {
        Scratch.wipe(runtime);
    }

    static List<Path> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .filter(Files::exists)
                .toList();
    }

    @Test
    void theJailHolds() {
        JailTrial.Findings findings = JailTrial.run(Jail.bubblewrap(runtime), classPath(), runtime, keys);
        assertEquals(List.of(), findings.faults());
        JailTrial.require(findings);
    }

    @Test
    void withoutAJailTheProbesFindEverythingOpen() {
        JailTrial.Findings findings = JailTrial.run(Jail.unsafe(runtime), classPath(), runtime, keys);
        assertTrue(
                findings.faults()
                        .containsAll(List.of(
                                "environment", "exec", "foreign-file", "host-process", "key-folder", "password-file")),
                findings.toString());
        assertTrue(findings.faults().containsAll(List.of("tcp-connect", "tcp-listen", "udp")), findings.toString());
        PoyangException refused = assertThrows(PoyangException.class, () -> JailTrial.require(findings));
        assertEquals(ExecutorErrors.JAIL_UNAVAILABLE, refused.code());
    }
}
