package poyang.tools;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.keys.Custody;
import poyang.crypto.keys.KeyFiles;
import poyang.crypto.keys.Share;
import poyang.kernel.PoyangException;

/// The ceremony: the holders open their shares, the key exists in memory, signs one file and is gone. It
/// is never written.
@Command(name = "combine", description = "Recovers a split key in memory, and signs one file with it.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class KeyCombine implements Callable<Integer> {
    @Parameters(paramLabel = "SHARE", arity = "1..*", description = "share files")
    private List<Path> files;

    @Option(names = "--sign", description = "the file to sign; without it, the shares are only tried")
    private @Nullable Path message;

    @Option(names = "--out", description = "where the signature goes (r ‖ s ‖ parity, 65 bytes)")
    private @Nullable Path out;

    @Option(names = "--share-password-file", description = "of a share, in the shares' order; mode 600")
    private @Nullable List<Path> passwordFiles;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        if ((message == null) != (out == null) || (passwordFiles != null && passwordFiles.size() != files.size())) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "the ceremony is not described in full",
                    "--sign and --out go together; a password file for each share, or none");
        }
        if (out != null) {
            Key.refuseExisting(out);
        }
        List<Share> shares = OpenShares.open(
                files,
                passwordFiles == null ? List.of() : passwordFiles,
                command.commandLine().getOut()::println);
        try {
            try (Sm2PrivateKey key = Custody.combine(shares)) {
                command.commandLine().getOut().println(Key.describe(key.publicKey()));
                if (message != null && out != null) {
                    KeyFiles.create(
                            out, key.sign(KeyFiles.read(message)).encoded().toArray());
                    command.commandLine().getOut().println("signed     " + message + " into " + out);
                }
            }
        } finally {
            shares.forEach(Share::close);
        }
        return 0;
    }
}
