package poyang.tools;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.List;
import poyang.crypto.Certificates;
import poyang.kernel.PoyangException;

/// Files that everybody may read: certificates, requests, lists.
final class PublicFiles {
    private PublicFiles() {}

    /// @throws PoyangException `BAD_OPTION`
    static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new PoyangException(
                    ToolErrors.BAD_OPTION,
                    "the file " + file + " cannot be read",
                    "give the path of a file that exists",
                    e);
        }
    }

    static List<X509Certificate> certificates(Path file) {
        return Certificates.fromPem(new String(read(file), StandardCharsets.ISO_8859_1));
    }

    /// Whole or not at all; what was there is replaced.
    ///
    /// @throws PoyangException `OUTPUT_FAILED`
    static void write(Path file, String text) {
        Path draft = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.writeString(draft, text);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new PoyangException(
                    ToolErrors.OUTPUT_FAILED, "the file " + file + " cannot be written", "check folder and space", e);
        }
    }

    /// `wang.pem` gives `wang.encryption.pem`.
    static Path beside(Path file, String ending) {
        String name = file.getFileName().toString().replaceFirst("\\.pem$", "");
        return file.resolveSibling(name + ending);
    }

    /// The serial that `text` is in hexadecimal, or that the certificate file of this name carries.
    ///
    /// @throws PoyangException `BAD_OPTION`
    static BigInteger serial(String text) {
        Path file = Path.of(text);
        if (Files.isRegularFile(file)) {
            return certificates(file).getFirst().getSerialNumber();
        }
        try {
            return new BigInteger(text.replace(":", ""), 16);
        } catch (NumberFormatException e) {
            throw badOption(
                    "the serial " + text,
                    "write it in hexadecimal as ./poyang ca list does, or name a certificate's file");
        }
    }

    static PoyangException badOption(String what, String right) {
        return new PoyangException(ToolErrors.BAD_OPTION, what + " is not possible", right);
    }
}
