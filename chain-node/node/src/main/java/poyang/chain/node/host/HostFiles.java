package poyang.chain.node.host;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import poyang.crypto.storage.DurableFile;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.sdk.host.HostClient;

/// A host's own files besides its keys and its log.
final class HostFiles {
    private static final Logger LOG = LoggerFactory.getLogger(HostFiles.class);

    private HostFiles() {}

    /// Held by the one process that may use the folder.
    ///
    /// @throws PoyangException `HOST_FILES_FAILED`
    static FileLock lock(Path file) {
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                lock = null;
            }
            if (lock == null) {
                channel.close();
                throw new PoyangException(
                        HostErrors.FILES_FAILED,
                        "another host runs in the folder of " + file,
                        "one process for each folder is needed");
            }
            return lock;
        } catch (IOException e) {
            throw ChainFolder.failed(file, e);
        }
    }

    static void release(FileLock lock) {
        try {
            lock.acquiredBy().close();
        } catch (IOException e) {
            LOG.warn("the host's lock was not released", e);
        }
    }

    /// What requests are signed for; made at the first start.
    static Bytes id(Path file, RandomSource random) {
        try {
            if (!Files.exists(file)) {
                DurableFile.replace(file, random.bytes(HostClient.ID_BYTES));
            }
            return Bytes.wrap(Files.readAllBytes(file));
        } catch (IOException e) {
            throw ChainFolder.failed(file, e);
        }
    }

    /// What lies in a folder, in order of name.
    static List<Path> folders(Path in) {
        try (Stream<Path> entries = Files.list(in)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw ChainFolder.failed(in, e);
        }
    }
}
