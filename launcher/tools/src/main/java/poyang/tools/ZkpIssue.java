package poyang.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.zkp.systems.ZkpErrors;
import poyang.zkp.uses.Column;
import poyang.zkp.uses.Commitment;
import poyang.zkp.uses.SignedRecord;

/// Signs one record, so that whoever holds it proves facts about it.
@Command(
        name = "issue",
        description = "Signs one record of a table with a department's SM2 key. What is written to --record is for the"
                + " person whom it is about, --out, which names key and columns, for all.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class ZkpIssue implements Callable<Integer> {
    @Option(names = "--csv", required = true, paramLabel = "F", description = "the table")
    private Path csv;

    @Option(names = "--columns", required = true, split = ",", paramLabel = "NAME:KIND", description = "as for commit")
    private List<String> columns;

    @Option(names = "--row", required = true, paramLabel = "N", description = "which record, from 1 on")
    private int row;

    @Option(names = "--curve", defaultValue = "bls12381", description = "bn254 or bls12381 (default)")
    private String curve;

    @Option(names = "--key", required = true, paramLabel = "KEY.pem", description = "the department's key")
    private Path key;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "mode 600; holds the key's password, which is asked for when absent")
    private @Nullable Path passwordFile;

    @Option(names = "--record", required = true, paramLabel = "OUT", description = "the signed record, mode 600")
    private Path record;

    @Option(names = "--out", required = true, paramLabel = "OUT", description = "what statements of it are about")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        List<Column> read = columns.stream().map(Column::read).toList();
        List<List<String>> rows = ZkpSourceOptions.rows(csv, read);
        if (row < 1 || row > rows.size()) {
            throw new PoyangException(
                    ZkpErrors.UNREADABLE, "there is no record " + row, "there are " + rows.size() + " in " + csv);
        }
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + key.getFileName());
        try (Sm2PrivateKey own = PrivateKeyFile.read(key, password)) {
            Commitment form = Commitment.signedBy(own.publicKey(), ZkpCommit.curve(curve), read);
            String signed = SignedRecord.issue(form, rows.get(row - 1), own, ProcessRandom.open("zkp issue"))
                    .text();
            Files.deleteIfExists(record);
            Files.createFile(
                    record, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(record, signed);
            Files.writeString(out, form.text());
        } finally {
            Arrays.fill(password, '\0');
        }
        spec.commandLine().getOut().println("Signed: " + record + " is for its holder, " + out + " for all to see.");
        return 0;
    }
}
