package poyang.crypto.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import poyang.crypto.pki.RevocationList;
import poyang.crypto.pki.RevocationView;
import poyang.crypto.pki.Standing;
import poyang.kernel.PoyangException;

/// The revocation lists in a folder, read again when it changes: a list that is put there counts within a
/// second.
///
/// It fails on the safe side. While a file cannot be read, or is no revocation list, or the folder is
/// missing, no certificate's standing is known; a list that is stale or badly signed says nothing of its
/// authority's certificates. An authority without a list there has revoked nothing.
final class ListFolder implements RevocationView {
    private final Path folder;
    private final FileWatch watch;
    private RevocationView read = RevocationView.notConsulted();

    ListFolder(Path folder) {
        this.folder = folder;
        watch = new FileWatch(List.of(folder));
    }

    @Override
    public Standing standing(X509Certificate certificate, X509Certificate issuer, Instant now) {
        return current(now).standing(certificate, issuer, now);
    }

    private synchronized RevocationView current(Instant now) {
        if (watch.changed(now)) {
            read = read();
        }
        return read;
    }

    private RevocationView read() {
        if (!Files.isDirectory(folder)) {
            return unknown("the folder of revocation lists " + folder + " is missing");
        }
        List<RevocationList> lists = new ArrayList<>();
        for (Path file : FileWatch.files(folder)) {
            try {
                lists.add(RevocationList.fromPem(Files.readAllBytes(file)));
            } catch (IOException | PoyangException e) {
                return unknown("the revocation list " + file + " cannot be read ("
                        + (e instanceof PoyangException known ? known.wrong() : e.getMessage()) + ")");
            }
        }
        return RevocationView.of(lists);
    }

    private static RevocationView unknown(String why) {
        return (_, _, _) -> new Standing.Unknown(why);
    }
}
