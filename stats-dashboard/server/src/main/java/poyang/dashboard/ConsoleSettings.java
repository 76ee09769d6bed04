package poyang.dashboard;

import java.nio.file.Path;
import poyang.kernel.PoyangException;

/// @param host address to listen on, as browsers name it and as the certificate does
/// @param port 0 for any free one
/// @param directory holds the index; created when missing
/// @param rebuildIndex forget the index and read the chain from genesis
/// @param idleMinutes after which a session ends
/// @param https what browsers are shown; there is no way to serve without it
public record ConsoleSettings(
        String host, int port, Path directory, boolean rebuildIndex, int idleMinutes, HttpsFiles https) {
    public ConsoleSettings {
        require(port >= 0 && port <= 65535, "port", "a number from 0 to 65535");
        require(idleMinutes >= 1 && idleMinutes <= 480, "idleMinutes", "a number from 1 to 480");
        require(!host.isBlank(), "host", "an address of this machine, for example 127.0.0.1");
    }

    private static void require(boolean right, String key, String wanted) {
        if (!right) {
            throw new PoyangException(ConsoleErrors.BAD_CONFIG, "the setting " + key + " is out of range", wanted);
        }
    }
}
