package poyang.tools;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import poyang.crypto.pki.ChainValidation.Purpose;
import poyang.crypto.pki.Inspection.Question;
import poyang.crypto.pki.RevocationList;
import poyang.kernel.PoyangException;

/// By what certificates are judged.
@SuppressWarnings("NullAway.Init") // picocli sets the options before they are used
final class JudgeOptions {
    @Option(
            names = "--root",
            paramLabel = "FILE",
            description = "trusted roots; what is not self-signed in the file only completes chains")
    private List<Path> roots = new ArrayList<>();

    @Option(names = "--chain", paramLabel = "FILE", description = "certificates that may complete a chain")
    private List<Path> chains = new ArrayList<>();

    @Option(names = "--crl", paramLabel = "FILE", description = "revocation lists of authorities in the chain")
    private List<Path> lists = new ArrayList<>();

    @Option(names = "--use", description = "tls, signature, encryption, authority or any (default: any)")
    private String use = "any";

    @Option(names = "--at", paramLabel = "TIME", description = "judge as of then, for example 2026-11-23T10:00:00Z")
    private @Nullable String at;

    boolean hasRoot() {
        return !roots.isEmpty();
    }

    Question question(Instant now) {
        List<X509Certificate> trusted = new ArrayList<>();
        List<X509Certificate> known = new ArrayList<>();
        for (Path file : roots) {
            List<X509Certificate> all = PublicFiles.certificates(file);
            List<X509Certificate> selfSigned = all.stream()
                    .filter(each -> each.getSubjectX500Principal().equals(each.getIssuerX500Principal()))
                    .toList();
            trusted.addAll(selfSigned.isEmpty() ? all : selfSigned);
            known.addAll(all);
        }
        for (Path file : chains) {
            known.addAll(PublicFiles.certificates(file));
        }
        return new Question(
                trusted,
                known,
                lists.stream()
                        .map(file -> RevocationList.fromPem(PublicFiles.read(file)))
                        .toList(),
                purpose(),
                instant(now));
    }

    private Purpose purpose() {
        try {
            return Purpose.valueOf(use.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "--use " + use + " is no use",
                    "one of tls, signature, encryption, authority, any is needed",
                    e);
        }
    }

    private Instant instant(Instant now) {
        return at == null ? now : instant("--at", at);
    }

    static Instant instant(String option, String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    option + " " + text + " is no time",
                    "write it like 2026-11-23T10:00:00Z",
                    e);
        }
    }
}
