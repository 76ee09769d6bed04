package poyang.tools;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import poyang.crypto.Certificates;
import poyang.crypto.pki.ChainValidation;
import poyang.crypto.pki.RevocationView;
import poyang.kernel.PoyangException;
import poyang.zkp.systems.ZkpErrors;
import poyang.zkp.uses.Commitment;

/// Who must have signed a commitment.
final class ZkpSignerOptions {
    private static final Pattern RS = Pattern.compile("[0-9a-f]{128}\n");

    @Option(names = "--signature", paramLabel = "F", description = "of the commitment, by `zkp sign`")
    private @Nullable Path signature;

    @Option(names = "--signer", paramLabel = "CERT", description = "the signer's certificate with those above it (PEM)")
    private @Nullable Path signer;

    @Option(names = "--root", paramLabel = "CERT", description = "the root certificate that is trusted (PEM)")
    private @Nullable Path root;

    /// Why the commitment is not signed as it should be, if so.
    Optional<String> wrong(Commitment commitment) {
        if (signature == null && signer == null && root == null) {
            return Optional.empty();
        }
        if (signature == null || signer == null || root == null) {
            throw new PoyangException(
                    ZkpErrors.UNREADABLE,
                    "a signature is named without all that judges it",
                    "give --signature, --signer and --root, or none of them");
        }
        List<X509Certificate> chain = PublicFiles.certificates(signer);
        try {
            ChainValidation.validate(
                    chain,
                    PublicFiles.certificates(root).getFirst(),
                    ChainValidation.Purpose.SIGNATURE,
                    RevocationView.notConsulted(),
                    InstantSource.system().instant());
        } catch (PoyangException invalid) {
            return Optional.of("the signer's certificate does not hold: " + invalid.wrong());
        }
        String text = Zkp.text(signature);
        boolean signed = RS.matcher(text).matches()
                && Certificates.publicKey(chain.getFirst())
                        .verifyWithoutParity(
                                ZkpSign.message(commitment), HexFormat.of().parseHex(text.strip()));
        return signed
                ? Optional.empty()
                : Optional.of("the commitment is not signed by " + Certificates.name(chain.getFirst()));
    }
}
