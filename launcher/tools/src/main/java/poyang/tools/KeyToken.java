package poyang.tools;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import poyang.crypto.keys.HardwareToken;

/// Makes the key in a token with which rings are locked.
@Command(name = "token-key", description = "Makes an AES-256 key inside a PKCS#11 token; it cannot leave it.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class KeyToken implements Callable<Integer> {
    @Mixin
    private LockOptions lock;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        try (HardwareToken token = lock.token()) {
            token.createKey();
            command.commandLine()
                    .getOut()
                    .println("made in    " + token + (token.keepsItsKey() ? ", which keeps it" : ""));
        }
        return 0;
    }
}
