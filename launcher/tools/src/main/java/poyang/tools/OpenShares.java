package poyang.tools;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import poyang.crypto.keys.Custody;
import poyang.crypto.keys.KeyFiles;
import poyang.crypto.keys.Share;

/// The shares that their holders open one after the other.
final class OpenShares {
    private OpenShares() {}

    /// @param passwordFiles one for each share in their order, or none: then each holder is asked
    /// @param announce told of each share that is open
    /// @return open shares, which the caller closes
    static List<Share> open(List<Path> files, List<Path> passwordFiles, Consumer<String> announce) {
        List<byte[]> contents = files.stream().map(KeyFiles::read).toList();
        Custody.checkOneCustody(contents.stream().map(Share::label).toList());
        List<Share> shares = new ArrayList<>();
        try {
            for (int i = 0; i < contents.size(); i++) {
                String holder = Share.label(contents.get(i)).holder();
                char[] password = PasswordPrompt.existing(
                        passwordFiles.isEmpty() ? null : passwordFiles.get(i), "password of the share of " + holder);
                try {
                    shares.add(Share.open(contents.get(i), password));
                } finally {
                    Arrays.fill(password, '\0');
                }
                announce.accept("opened     " + files.get(i) + " of " + holder);
            }
            List<Share> whole = List.copyOf(shares);
            shares.clear();
            return whole;
        } finally {
            shares.forEach(Share::close);
        }
    }
}
