package poyang.crypto.pki;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import poyang.crypto.CryptoErrors;
import poyang.kernel.Bug;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// Texts of labelled blocks (RFC 7468).
final class Pem {
    private static final String BEGIN = "-----BEGIN ";
    private static final int BLOCKS_MAX = 1_000;

    private Pem() {}

    /// @param label what stands after `BEGIN`, empty where the file was bare DER
    record Block(String label, Bytes der) {}

    /// The blocks of a text, or the whole as one block when it is DER.
    ///
    /// @throws PoyangException `UNREADABLE`
    static List<Block> blocks(byte[] file) {
        String text = new String(file, StandardCharsets.ISO_8859_1);
        if (!text.contains(BEGIN)) {
            if (file.length > 0 && file[0] == 0x30) {
                return List.of(new Block("", Bytes.copyOf(file)));
            }
            throw unreadable("it is neither PEM nor DER");
        }
        List<Block> blocks = new ArrayList<>();
        try (PemReader reader = new PemReader(new StringReader(text))) {
            for (PemObject object = reader.readPemObject(); object != null; object = reader.readPemObject()) {
                blocks.add(new Block(object.getType(), Bytes.copyOf(object.getContent())));
                if (blocks.size() > BLOCKS_MAX) {
                    throw unreadable("it holds more than " + BLOCKS_MAX + " blocks");
                }
            }
        } catch (IOException | RuntimeException e) {
            throw e instanceof PoyangException known ? known : unreadable("its PEM is damaged");
        }
        if (blocks.isEmpty()) {
            throw unreadable("its PEM is damaged");
        }
        return List.copyOf(blocks);
    }

    /// The one block with one of `labels`; bare DER counts as such.
    static Optional<Bytes> only(byte[] file, List<String> labels) {
        List<Block> blocks = blocks(file);
        return blocks.size() == 1
                        && (blocks.getFirst().label().isEmpty()
                                || labels.contains(blocks.getFirst().label()))
                ? Optional.of(blocks.getFirst().der())
                : Optional.empty();
    }

    static String text(String label, byte[] der) {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            pem.writeObject(new PemObject(label, der));
        } catch (IOException e) {
            throw new Bug("writing in memory cannot fail", e);
        }
        return text.toString();
    }

    static PoyangException unreadable(String why) {
        return new PoyangException(
                CryptoErrors.UNREADABLE,
                "the file cannot be read: " + why,
                "a PEM or DER file with a certificate, request, revocation list, PKCS#7 message or key is needed");
    }
}
