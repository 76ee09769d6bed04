package poyang.executor.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import poyang.executor.jail.Confinement.Mount;
import poyang.executor.jail.Jail;
import poyang.executor.job.ExecutorErrors;
import poyang.executor.job.ProvingKey;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// A department's folder of proving keys: for version V of the verification key `DEPARTMENT/NAME` the files
/// `NAME.V.zkey`, which children may read, and `NAME.V.secret`, the secret of its commitment as `zkp commit` wrote it.
/// Whether a key is the right one the child finds out by the proof.
final class ProvingKeys {
    private static final int SECRET_DIGITS = 64;

    private final Path folder;

    ProvingKeys(Path folder) {
        this.folder = folder;
    }

    /// What the child of one run gets.
    record Held(Mount mount, Bytes secret) {
        ProvingKey inside(Jail jail) {
            return new ProvingKey(jail.inside(mount), secret);
        }

        /// Without the secret.
        @Override
        public String toString() {
            return "Held[" + mount + "]";
        }
    }

    /// @param id `DEPARTMENT/NAME`
    /// @throws PoyangException `PROVING_KEY_MISSING`
    Held need(String id, int version, Jail jail) {
        String name = id.substring(id.indexOf('/') + 1);
        if (!name.matches("[a-z0-9-]{1,64}")) {
            throw missing("\"" + id + "\" names no verification key");
        }
        Path key = folder.resolve(String.format(Locale.ROOT, "%s.%d.zkey", name, version));
        if (!Files.isRegularFile(key)) {
            throw missing("there is no proving key " + key);
        }
        if (!jail.lets(key)) {
            throw missing("the proving key " + key + " is not readable by jailed children (chmod o+r)");
        }
        return new Held(
                new Mount(key.toAbsolutePath(), "/proving.zkey", false),
                secret(folder.resolve(String.format(Locale.ROOT, "%s.%d.secret", name, version))));
    }

    private static Bytes secret(Path file) {
        String text;
        try {
            text = Files.readString(file).strip();
        } catch (IOException e) {
            throw missing("the commitment's secret " + file + " cannot be read");
        }
        if (text.length() != SECRET_DIGITS || !text.matches("[0-9a-f]+")) {
            throw missing(file + " holds no secret of a commitment");
        }
        return Bytes.wrap(HexFormat.of().parseHex(text));
    }

    private static PoyangException missing(String wrong) {
        return new PoyangException(
                ExecutorErrors.PROVING_KEY_MISSING,
                wrong,
                "put NAME.VERSION.zkey of `zkp setup` and NAME.VERSION.secret of `zkp commit` into this folder");
    }
}
