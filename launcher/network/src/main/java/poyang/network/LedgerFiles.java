package poyang.network;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.chain.ledger.Ledger;
import poyang.chain.ledger.Retention;
import poyang.chain.ledger.Verification;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.StorageKey;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.ChainForms;
import poyang.tools.PasswordPrompt;

/// What an operator does with the files of a node that does not run.
@Command(name = "ledger", description = "Checks the files of a validator that does not run.")
final class LedgerFiles {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    /// Recomputes every block and every state, and names the first that is damaged.
    @Command(description = "Recomputes every block and every state from the files, and names the first damaged block.")
    int verify(
            @Parameters(paramLabel = "DIRECTORY", description = "the validator's directory; it holds ledger")
                    Path directory,
            @Option(names = "--genesis", required = true, description = "the chain's genesis file") Path genesis,
            @Option(names = "--storage-key", description = "the key of what lies on disk (DIRECTORY/storage.key)")
                    @Nullable
                    Path storageKey,
            @Option(names = "--password-file", description = "holds its password; asked for when absent") @Nullable
                    Path passwordFile)
            throws IOException {
        Path folder = directory.resolve("ledger");
        if (!Files.exists(folder.resolve("CURRENT"))) {
            throw new PoyangException(
                    NetworkErrors.UNREADABLE,
                    "there is no ledger in " + directory,
                    "give the directory that the validator's configuration names");
        }
        RandomSource random = ProcessRandom.open("ledger");
        Path key = storageKey == null ? directory.resolve("storage.key") : storageKey;
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + key.getFileName());
        try (StorageKey storage = StorageKey.open(key, password);
                Ledger ledger = Ledger.open(
                        folder,
                        ChainForms.genesis(ChainForms.readGenesis(genesis)),
                        new Retention.Archive(),
                        storage,
                        random)) {
            Verification found = ledger.verify();
            command.commandLine().getOut().println(words(found, ledger.base(), ledger.horizon()));
            return found instanceof Verification.Whole ? 0 : 1;
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private static String words(Verification found, long base, long horizon) {
        return switch (found) {
            case Verification.Damaged(long height, String reason) ->
                String.format(Locale.ROOT, "DAMAGED. Block %d: %s.", height, reason);
            case Verification.Unfinished(long height) ->
                String.format(
                        Locale.ROOT,
                        "UNFINISHED. The snapshot after block %d is being taken up; the node goes on with it when it"
                                + " starts.",
                        height);
            case Verification.Whole(long height, long finalised)
            when base > 1 ->
                String.format(
                        Locale.ROOT,
                        "WHOLE FROM A SNAPSHOT ON. Blocks %d to %d follow each other, and their transactions, receipts%n"
                                + "  and indexes are those of their headers; so are the states from block %d on, down to%n"
                                + "  each value. %d of these blocks have the signatures of a quorum of their validators.%n"
                                + "  What lies between the genesis and block %d was never here.",
                        base,
                        height,
                        horizon,
                        finalised - base + 1,
                        base);
            case Verification.Whole(long height, long finalised) ->
                String.format(
                        Locale.ROOT,
                        "WHOLE. Blocks 0 to %d follow each other, and their transactions, receipts and indexes are%n"
                                + "  those of their headers; so are the states from block %d on, down to each value.%n"
                                + "  %d of them after the genesis have the signatures of a quorum of its validators.",
                        height,
                        horizon,
                        finalised);
        };
    }
}
