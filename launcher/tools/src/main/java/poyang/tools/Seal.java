package poyang.tools;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import poyang.crypto.Certificates;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.VerificationKey;
import poyang.crypto.random.ProcessRandom;
import poyang.crypto.storage.SealedFile;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Seals a file to the keys of some receivers, who alone can open it.
@Command(name = "seal", description = "Seals a file of any size to receivers' keys; run again, it goes on.")
@SuppressWarnings("NullAway.Init") // picocli sets the options before `call`
final class Seal implements Callable<Integer> {
    static final String CONTEXT = "poyang.file.v1";
    private static final int LONGEST_KEY_BYTES = 1 << 20;
    private static final String PUBLIC_KEY = "-----BEGIN PUBLIC KEY-----";
    /// The DER before the point: id-ecPublicKey, sm2p256v1, a bit string of 65 octets.
    private static final Bytes SPKI = Bytes.fromHex("3059301306072a8648ce3d020106082a811ccf5501822d034200");

    @Option(
            names = "--to",
            required = true,
            paramLabel = "CERT|KEY",
            description = "a receiver's certificate (PEM), public key (PEM) or public key in hexadecimal digits, in a"
                    + " file; again for each further receiver")
    private List<Path> receivers;

    @Option(names = "--out", description = "the sealed file (default: FILE.sealed)")
    private @Nullable Path out;

    @Option(
            names = "--context",
            defaultValue = CONTEXT,
            description = "what the content is; who opens it must say the same (default: " + CONTEXT + ")")
    private String context;

    @Parameters(paramLabel = "FILE", description = "the file to seal; it stays as it is")
    private Path file;

    @Spec
    private CommandSpec command;

    @Override
    public Integer call() throws IOException {
        requireFile(file);
        List<VerificationKey> keys = new ArrayList<>();
        for (Path receiver : receivers) {
            keys.add(publicKey(receiver));
        }
        Path to = out == null ? file.resolveSibling(file.getFileName() + ".sealed") : out;
        SealedFile.Outcome done = SealedFile.sealFile(
                file, to, keys, context.getBytes(StandardCharsets.UTF_8), ProcessRandom.open("seal"));
        command.commandLine()
                .getOut()
                .printf(
                        "Sealed %,d bytes to %d receiver%s as %s%s.%n",
                        done.plainBytes(), keys.size(), keys.size() == 1 ? "" : "s", to, wentOn(done));
        return 0;
    }

    static String wentOn(SealedFile.Outcome done) {
        return done.resumedAt() == 0 ? "" : String.format(", going on at byte %,d", done.resumedAt());
    }

    /// The key in a file of one of the three forms.
    private static Sm2PublicKey publicKey(Path file) throws IOException {
        requireFile(file);
        if (Files.size(file) <= LONGEST_KEY_BYTES) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            if (text.contains("-----BEGIN CERTIFICATE-----")) {
                return Certificates.publicKey(Certificates.fromPem(text).getFirst());
            }
            if (text.startsWith(PUBLIC_KEY)) {
                return Sm2PublicKey.decode(point(file, text));
            }
            if (text.matches("[0-9a-fA-F]{130}|[0-9a-fA-F]{66}")) {
                return Sm2PublicKey.decode(HexFormat.of().parseHex(text));
            }
        }
        throw noKey(file);
    }

    private static byte[] point(Path file, String pem) {
        int end = pem.indexOf("-----END");
        try {
            Bytes der = Bytes.wrap(Base64.getMimeDecoder()
                    .decode(pem.substring(PUBLIC_KEY.length(), Math.max(end, PUBLIC_KEY.length()))));
            if (der.startsWith(SPKI)) {
                return der.slice(SPKI.length(), der.length()).toArray();
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw noKey(file);
    }

    private static PoyangException noKey(Path file) {
        return new PoyangException(
                ToolErrors.BAD_OPTION,
                "--to " + file + " holds no SM2 certificate or public key",
                "a PEM certificate, a PEM public key on the SM2 curve, or its point in hexadecimal digits is needed");
    }

    static void requireFile(Path file) {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION, file + " cannot be read", "a file that this user may read is needed");
        }
    }
}
