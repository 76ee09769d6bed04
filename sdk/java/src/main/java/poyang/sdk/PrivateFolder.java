package poyang.sdk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import poyang.kernel.PoyangException;

/// Folders of a process that nobody else may look into.
public final class PrivateFolder {
    private PrivateFolder() {}

    /// Makes the folder, and those above it, with mode 700 where they are missing.
    ///
    /// @throws PoyangException `FOLDER_FAILED`
    public static Path make(Path folder) {
        try {
            return Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw new PoyangException(
                    SdkErrors.FOLDER_FAILED,
                    "the folder " + folder + " cannot be made (" + e.getMessage() + ")",
                    "a place where this process may write is needed",
                    e);
        }
    }
}
