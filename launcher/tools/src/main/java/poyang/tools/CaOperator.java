package poyang.tools;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.pki.PublicKeys;

/// What an operator gives to the authorities that the operator is to work at.
@Command(
        name = "operator",
        description = "Writes the public key that authorities know an operator by; makes the key when it is not there.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class CaOperator implements Callable<Integer> {
    @Mixin
    private HolderKeyOptions key;

    @Option(names = "--out", required = true, description = "the public key file to write")
    private Path out;

    @ParentCommand
    private Ca ca;

    @Override
    public Integer call() {
        try (Sm2PrivateKey own = key.openOrMake(ca.random())) {
            PublicFiles.write(out, PublicKeys.toPem(own.publicKey()));
        }
        return ca.report().say("key file", key.file()).say("public key", out).done(0);
    }
}
