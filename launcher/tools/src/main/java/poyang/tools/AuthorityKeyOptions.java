package poyang.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.keys.Custody;
import poyang.crypto.keys.Share;
import poyang.crypto.pki.CertificateAuthority;

/// How an authority's key is opened: by its password, or by as many holders of shares as it takes.
final class AuthorityKeyOptions {
    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "mode 600; of the authority's key, asked for when absent")
    private @Nullable Path passwordFile;

    @Option(
            names = "--share",
            paramLabel = "FILE",
            description = "a share of the authority's key, where it was split; as many as are needed")
    private List<Path> shares = new ArrayList<>();

    @Option(
            names = "--share-password-file",
            paramLabel = "FILE",
            description = "of a share, in the shares' order; mode 600, asked for when absent")
    private List<Path> sharePasswordFiles = new ArrayList<>();

    /// Opens the key for as long as `use` runs.
    <R> R with(CertificateAuthority authority, Function<Sm2PrivateKey, R> use) {
        if (!shares.isEmpty()) {
            return ceremony(use);
        }
        char[] password = PasswordPrompt.existing(passwordFile, "password of the authority's key");
        try (Sm2PrivateKey key = authority.key(password)) {
            return use.apply(key);
        } finally {
            Arrays.fill(password, '\0');
        }
    }

    private <R> R ceremony(Function<Sm2PrivateKey, R> use) {
        if (!sharePasswordFiles.isEmpty() && sharePasswordFiles.size() != shares.size()) {
            throw PublicFiles.badOption(
                    shares.size() + " shares with " + sharePasswordFiles.size() + " password files",
                    "name a password file for each, or none");
        }
        List<Share> opened = OpenShares.open(shares, sharePasswordFiles, _ -> {});
        try (Sm2PrivateKey key = Custody.combine(opened)) {
            return use.apply(key);
        } finally {
            opened.forEach(Share::close);
        }
    }
}
