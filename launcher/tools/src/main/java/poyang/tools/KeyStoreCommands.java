package poyang.tools;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
import poyang.crypto.keys.ImportedKey;
import poyang.crypto.keys.KeyFiles;
import poyang.crypto.keys.Keystore;
import poyang.crypto.random.ProcessRandom;
import poyang.kernel.PoyangException;

/// Several keys with their certificates in one PKCS#12 file.
@Command(name = "keystore", description = "PKCS#12 under SM4 and HMAC-SM3: lists, adds and removes entries.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before use
final class KeyStoreCommands {
    private static final String PASSWORD_HELP = "mode 600; its first line is the password";

    @Spec
    private CommandSpec command;

    @Command(name = "list", description = "Aliases, public keys and certificates; never a key.")
    int list(
            @Parameters(paramLabel = "STORE", description = "the PKCS#12 file") Path file,
            @Option(names = "--password-file", description = PASSWORD_HELP) @Nullable Path passwordFile) {
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + file.getFileName());
        try (Keystore store = Keystore.read(file, password)) {
            print(store);
        } finally {
            Arrays.fill(password, '\0');
        }
        return 0;
    }

    @Command(name = "add", description = "Adds a key file's key; makes the keystore when there is none.")
    int add(
            @Parameters(paramLabel = "STORE", description = "the PKCS#12 file") Path file,
            @Option(names = "--key", required = true, description = "the key file") Path keyFile,
            @Option(names = "--alias", required = true, description = "the key's name in the store") String alias,
            @Option(names = "--certificates", description = "PEM: the key's own certificate, then its issuers")
                    @Nullable
                    Path certificates,
            @Option(names = "--password-file", description = "of the keystore; mode 600") @Nullable Path passwordFile,
            @Option(names = "--key-password-file", description = "of the key; mode 600") @Nullable
                    Path keyPasswordFile) {
        boolean exists = Files.exists(file);
        String what = "password of " + file.getFileName();
        char[] password =
                exists ? PasswordPrompt.existing(passwordFile, what) : PasswordPrompt.fresh(passwordFile, what);
        try (Keystore store = exists ? Keystore.read(file, password) : Keystore.of(List.of(), List.of());
                ImportedKey key = Key.read(KeyFiles.read(keyFile), keyFile, keyPasswordFile)) {
            List<X509Certificate> chain = certificates == null
                    ? key.certificates()
                    : Certificates.fromPem(new String(KeyFiles.read(certificates), StandardCharsets.US_ASCII));
            Keystore next = store.with(new Keystore.Entry(alias, key.key(), chain));
            next.write(file, password, Keystore.Seal.PBMAC1, ProcessRandom.open("key"));
            print(next);
        } finally {
            Arrays.fill(password, '\0');
        }
        return 0;
    }

    @Command(name = "remove", description = "Removes an entry; the old file's blocks are overwritten.")
    int remove(
            @Parameters(paramLabel = "STORE", description = "the PKCS#12 file") Path file,
            @Option(names = "--alias", required = true, description = "the key's name in the store") String alias,
            @Option(names = "--password-file", description = PASSWORD_HELP) @Nullable Path passwordFile) {
        char[] password = PasswordPrompt.existing(passwordFile, "password of " + file.getFileName());
        try (Keystore store = Keystore.read(file, password)) {
            if (store.entry(alias).isEmpty()) {
                throw new PoyangException(
                        ToolErrors.BAD_OPTION, "there is no key \"" + alias + "\"", "`key keystore list` names them");
            }
            Keystore next = store.without(alias);
            var random = ProcessRandom.open("key");
            KeyFiles.replaceAndOverwrite(file, next.encode(password, Keystore.Seal.PBMAC1, random), random);
            print(next);
        } finally {
            Arrays.fill(password, '\0');
        }
        return 0;
    }

    private void print(Keystore store) {
        var out = command.commandLine().getOut();
        for (Keystore.Entry entry : store.entries()) {
            out.println("key \"" + entry.alias() + "\"");
            out.println("  " + Key.describe(entry.key().publicKey()).replace(System.lineSeparator(), "\n  "));
            entry.chain().forEach(c -> out.println("  certificate " + Certificates.name(c)));
        }
        store.others().forEach(c -> out.println("certificate " + Certificates.name(c)));
    }
}
