package poyang.tools;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import poyang.crypto.pki.Inspection;

/// Whether a chain, list or message holds against a root.
@Command(
        name = "verify",
        description = "Checks a chain, list or message against a root, and says what is wrong: which certificate, which"
                + " field, which date. Exit codes as inspect's.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class CaVerify implements Callable<Integer> {
    @Parameters(paramLabel = "CHAIN", description = "PEM or DER, the certificate in question first")
    private Path file;

    @Mixin
    private JudgeOptions judged;

    @ParentCommand
    private Ca ca;

    @Override
    public Integer call() {
        if (!judged.hasRoot()) {
            throw PublicFiles.badOption("verify without --root", "name the root that is trusted");
        }
        return CaInspect.judge(ca, Inspection.inspect(PublicFiles.read(file), judged.question(ca.now())), false);
    }
}
