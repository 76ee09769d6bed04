package poyang.executor.jobs;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import poyang.crypto.SigningKey;
import poyang.crypto.storage.SealedFile;
import poyang.crypto.storage.SealingStream;
import poyang.executor.job.ExecutorErrors;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;
import poyang.pir.ValueMemory;

/// Values of keywords in sealed files, one for each time that some were computed: a making that was cut off
/// goes on where it was, and one of changed rows computes the new keywords only. What of a file is damaged or
/// missing is computed again.
final class ViewValues implements ValueMemory, AutoCloseable {
    private static final byte[] CONTEXT = Bytes.utf8("poyang.view-values.v1").toArray();
    private static final int VALUE_BYTES = 32;
    private static final String PREFIX = "values-";

    private final ShortHashes known = new ShortHashes(VALUE_BYTES / Long.BYTES);
    private final SealingStream sealing;
    private final DataOutputStream out;
    private long recalled;

    /// Reads what there is in `folder` and begins another file.
    ViewValues(Path folder, SigningKey key, RandomSource random) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.getFileName().toString().startsWith(PREFIX))
                    .sorted()
                    .toList();
        }
        int next = 0;
        for (Path file : files) {
            read(file, key);
            next = Integer.parseInt(file.getFileName().toString().substring(PREFIX.length())) + 1;
        }
        Path file = folder.resolve(String.format(Locale.ROOT, "%s%06d", PREFIX, next));
        sealing = SealedFile.seal(Files.newOutputStream(file), List.of(key.publicKey()), CONTEXT, random);
        out = new DataOutputStream(new BufferedOutputStream(sealing));
    }

    private void read(Path file, SigningKey key) {
        byte[] pair = new byte[NAME_BYTES + VALUE_BYTES];
        try (DataInputStream in = new DataInputStream(
                new BufferedInputStream(SealedFile.open(Files.newInputStream(file), key, CONTEXT)))) {
            while (true) {
                in.readFully(pair);
                int at = known.add(pair, 0);
                for (int i = 0; i < VALUE_BYTES / Long.BYTES; i++) {
                    known.content()[at + i] = ShortHashes.at(pair, NAME_BYTES + i * Long.BYTES);
                }
            }
        } catch (EOFException e) {
            // all of it has been read
        } catch (IOException | PoyangException e) {
            // What was cut off is computed again; every chunk that was taken was authentic.
        }
    }

    int size() {
        return known.size();
    }

    /// How many were asked for and known.
    synchronized long recalled() {
        return recalled;
    }

    @Override
    public boolean recall(byte[] names, int name, byte[] values, int value) {
        int at = known.find(names, name);
        if (at < 0) {
            return false;
        }
        ByteBuffer to = ByteBuffer.wrap(values, value, VALUE_BYTES);
        for (int i = 0; i < VALUE_BYTES / Long.BYTES; i++) {
            to.putLong(known.content()[at + i]);
        }
        synchronized (this) {
            recalled++;
        }
        return true;
    }

    @Override
    public synchronized void keep(byte[] names, int name, byte[] values, int value) {
        try {
            out.write(names, name, NAME_BYTES);
            out.write(values, value, VALUE_BYTES);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        try {
            out.flush();
            sealing.finish();
            out.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private static PoyangException failed(IOException cause) {
        return new PoyangException(
                ExecutorErrors.INTERNAL,
                "the values of a view's keys could not be kept",
                "check the space and the file size limit of the executor's folder",
                cause);
    }
}
