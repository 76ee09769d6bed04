package poyang.tools;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.keys.Custody;
import poyang.crypto.keys.ImportedKey;
import poyang.crypto.keys.KeyFiles;
import poyang.crypto.keys.Share;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Splits a root key among holders, each of whom types the password of the own share.
@Command(name = "split", description = "Splits a key: any --needed of the holders' shares give it, fewer nothing.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class KeySplit implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "the key file")
    private Path file;

    @Option(names = "--needed", required = true, description = "how many shares give the key")
    private int needed;

    @Option(names = "--holder", required = true, description = "a holder's name; once for each")
    private List<String> holders;

    @Option(names = "--out", required = true, description = "folder for the share files")
    private Path folder;

    @Option(names = "--password-file", description = "of the key; mode 600")
    private @Nullable Path passwordFile;

    @Option(names = "--share-password-file", description = "of a share, in the holders' order; mode 600")
    private @Nullable List<Path> sharePasswordFiles;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() {
        if (sharePasswordFiles != null && sharePasswordFiles.size() != holders.size()) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    sharePasswordFiles.size() + " password files were named for " + holders.size() + " holders",
                    "one for each, in the same order");
        }
        if (!Files.isDirectory(folder)) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, folder + " is no folder", "a folder that exists is needed");
        }
        RandomSource random = ProcessRandom.open("key");
        List<Path> files = new ArrayList<>();
        for (int i = 1; i <= holders.size(); i++) {
            files.add(folder.resolve("share-" + i + ".key-share"));
        }
        files.forEach(Key::refuseExisting);
        try (ImportedKey key = Key.read(KeyFiles.read(file), file, passwordFile)) {
            List<Share> shares = Custody.split(key.key(), needed, holders, random);
            try {
                write(shares, files, random);
            } finally {
                shares.forEach(Share::close);
            }
            command.commandLine()
                    .getOut()
                    .println(needed + " of " + holders.size() + " shares give the key; custody "
                            + shares.getFirst().label().custody().hex() + System.lineSeparator()
                            + Key.describe(key.key().publicKey()) + System.lineSeparator()
                            + "Try `key combine` with the shares, then destroy " + file + " and its copies.");
        }
        return 0;
    }

    private void write(List<Share> shares, List<Path> files, RandomSource random) {
        for (int i = 0; i < shares.size(); i++) {
            Path own = sharePasswordFiles == null ? null : sharePasswordFiles.get(i);
            char[] password = PasswordPrompt.fresh(own, "password of the share of " + holders.get(i));
            try {
                KeyFiles.create(files.get(i), shares.get(i).encode(password, random));
                command.commandLine().getOut().println("share      " + files.get(i) + " for " + holders.get(i));
            } finally {
                Arrays.fill(password, '\0');
            }
        }
    }
}
