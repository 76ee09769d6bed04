package poyang.tools;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.Certificates;
import poyang.crypto.PrivateKeyFile;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.Sm3;
import poyang.crypto.keys.ImportedKey;
import poyang.crypto.keys.KeyFiles;
import poyang.crypto.keys.KeyImport;
import poyang.crypto.keys.Keystore;
import poyang.crypto.keys.Share;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// Private keys in files. No command prints one, or writes one other than under a password.
@Command(
        name = "key",
        description = "Makes, shows, imports, exports, splits, rotates and destroys keys.",
        subcommands = {
            KeySplit.class,
            KeyCombine.class,
            KeyRotate.class,
            KeyRingCommands.class,
            KeyStoreCommands.class,
            KeyToken.class
        })
final class Key {
    private static final String PASSWORD = "--password-file";
    private static final String PASSWORD_HELP = "mode 600; its first line is the password";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec command;

    private final RandomSource random = ProcessRandom.open("key");

    private PrintWriter out() {
        return command.commandLine().getOut();
    }

    @Command(name = "new", description = "Makes an SM2 key in a file under a password.")
    int create(
            @Option(names = "--out", required = true, description = "the key file to write") Path out,
            @Option(names = PASSWORD, description = PASSWORD_HELP) @Nullable Path passwordFile) {
        refuseExisting(out);
        char[] password = PasswordPrompt.fresh(passwordFile, "password of " + out.getFileName());
        try (Sm2PrivateKey key = Sm2PrivateKey.generate(random)) {
            PrivateKeyFile.write(out, key, password, random);
            out().println("key file   " + out);
            out().println(describe(key.publicKey()));
        } finally {
            Arrays.fill(password, '\0');
        }
        return 0;
    }

    @Command(name = "show", description = "Says what a key or share file holds; never the key.")
    int show(
            @Parameters(paramLabel = "FILE", description = "a key, keystore or share file") Path file,
            @Option(names = PASSWORD, description = PASSWORD_HELP) @Nullable Path passwordFile) {
        byte[] content = KeyFiles.read(file);
        if (isShare(content)) {
            Share.Label label = Share.label(content);
            out().printf(
                            "share      %d of %d, held by %s; %d give the key%ncustody    %s%n%s%n",
                            label.place(),
                            label.total(),
                            label.holder(),
                            label.needed(),
                            label.custody().hex(),
                            describe(label.publicKey()));
            return 0;
        }
        try (ImportedKey key = read(content, file, passwordFile)) {
            out().println("form       " + key.form());
            out().println(describe(key.key().publicKey()));
            for (X509Certificate certificate : key.certificates()) {
                out().println("certificate " + Certificates.name(certificate) + ", to "
                        + certificate.getNotAfter().toInstant());
            }
        }
        return 0;
    }

    @Command(name = "import", description = "Brings a key that another program wrote under a password.")
    int take(
            @Parameters(paramLabel = "SOURCE", description = "PEM or DER: PKCS#8, RFC 5915, CFCA key, PKCS#12")
                    Path source,
            @Option(names = "--out", required = true, description = "the key file to write") Path out,
            @Option(names = "--certificates", description = "where certificates go that come along") @Nullable
                    Path certificates,
            @Option(names = "--source-password-file", description = PASSWORD_HELP) @Nullable Path sourcePasswordFile,
            @Option(names = PASSWORD, description = PASSWORD_HELP) @Nullable Path passwordFile) {
        refuseExisting(out);
        if (certificates != null) {
            refuseExisting(certificates);
        }
        try (ImportedKey key = read(KeyFiles.read(source), source, sourcePasswordFile)) {
            char[] password = PasswordPrompt.fresh(passwordFile, "password of " + out.getFileName());
            try {
                PrivateKeyFile.write(out, key.key(), password, random);
            } finally {
                Arrays.fill(password, '\0');
            }
            if (certificates != null && !key.certificates().isEmpty()) {
                KeyFiles.create(
                        certificates, Certificates.toPem(key.certificates()).getBytes(StandardCharsets.UTF_8));
            }
            out().println("was        " + key.form());
            out().println("key file   " + out);
            out().println(describe(key.key().publicKey()));
            if (key.form().contains("not encrypted")) {
                out().println("The source is not encrypted: ./poyang key destroy " + source + " --yes overwrites it.");
            }
        }
        return 0;
    }

    @Command(
            name = "export",
            description = "Writes a key with its certificates as PKCS#12 under a password of its own.")
    int export(
            @Parameters(paramLabel = "FILE", description = "the key file") Path file,
            @Option(names = "--out", required = true, description = "the PKCS#12 file to write") Path out,
            @Option(names = "--alias", defaultValue = "key", description = "the key's name in it") String alias,
            @Option(names = "--certificates", description = "PEM: the key's own certificate, then its issuers")
                    @Nullable
                    Path certificates,
            @Option(names = PASSWORD, description = PASSWORD_HELP) @Nullable Path passwordFile,
            @Option(names = "--export-password-file", description = PASSWORD_HELP) @Nullable Path exportPasswordFile,
            @Option(names = "--classic-seal", description = "MAC of RFC 7292 for readers without PBMAC1")
                    boolean classic) {
        refuseExisting(out);
        try (ImportedKey key = read(KeyFiles.read(file), file, passwordFile)) {
            List<X509Certificate> chain = certificates == null
                    ? key.certificates()
                    : Certificates.fromPem(new String(KeyFiles.read(certificates), StandardCharsets.US_ASCII));
            char[] password = PasswordPrompt.fresh(exportPasswordFile, "password of " + out.getFileName());
            try {
                Keystore store = Keystore.of(List.of(new Keystore.Entry(alias, key.key(), chain)), List.of());
                Keystore.Seal seal = classic ? Keystore.Seal.CLASSIC : Keystore.Seal.PBMAC1;
                KeyFiles.create(out, store.encode(password, seal, random));
            } finally {
                Arrays.fill(password, '\0');
            }
            out().println("keystore   " + out + ", key \"" + alias + "\", " + chain.size() + " certificates");
            out().println(describe(key.key().publicKey()));
        }
        return 0;
    }

    @Command(name = "change-password", description = "Writes a key file anew under another password.")
    int changePassword(
            @Parameters(paramLabel = "FILE", description = "the key file") Path file,
            @Option(names = PASSWORD, description = PASSWORD_HELP) @Nullable Path passwordFile,
            @Option(names = "--new-password-file", description = PASSWORD_HELP) @Nullable Path newPasswordFile) {
        char[] old = PasswordPrompt.existing(passwordFile, "password of " + file.getFileName());
        try (Sm2PrivateKey key = PrivateKeyFile.read(file, old)) {
            char[] password = PasswordPrompt.fresh(newPasswordFile, "new password of " + file.getFileName());
            try {
                byte[] pem = PrivateKeyFile.toPem(key, password, random).getBytes(StandardCharsets.US_ASCII);
                KeyFiles.replaceAndOverwrite(file, pem, random);
            } finally {
                Arrays.fill(password, '\0');
            }
            out().println("key file   " + file + " opens with the new password only");
        } finally {
            Arrays.fill(old, '\0');
        }
        return 0;
    }

    @Command(name = "destroy", description = "Overwrites a key, share, keystore or ring file and removes it.")
    int destroy(
            @Parameters(paramLabel = "FILE", description = "the file") Path file,
            @Option(names = "--yes", description = "it cannot be undone") boolean sure) {
        if (!sure) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "destroying " + file + " cannot be undone",
                    "say --yes; copies and backups have to be destroyed as well");
        }
        KeyFiles.destroy(file, random);
        out().println("destroyed  " + file);
        return 0;
    }

    /// Refused before a password is asked for.
    static void refuseExisting(Path file) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    file + " exists already",
                    "a key is never overwritten: name another file, or move this one away");
        }
    }

    static ImportedKey read(byte[] content, Path file, @Nullable Path passwordFile) {
        try {
            return KeyImport.read(
                    content, () -> PasswordPrompt.existing(passwordFile, "password of " + file.getFileName()));
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    private static boolean isShare(byte[] content) {
        return new String(content, 0, Math.min(content.length, 64), StandardCharsets.ISO_8859_1).contains("key-share");
    }

    static String describe(Sm2PublicKey key) {
        return "public key " + key.encoded().hex() + System.lineSeparator() + "SM3 of it  "
                + Sm3.hash(key.encoded().toArray()).hex();
    }
}
