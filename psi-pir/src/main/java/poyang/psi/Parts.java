package poyang.psi;

/// Records of some words each, spread over files: a buffer a file, and no file open in between, so that memory and
/// handles follow from the number of files alone.
final class Parts {
    private static final int BUFFER_BYTES = 1 << 14;

    private final DiskFolder folder;
    private final String name;
    private final byte[][] buffers;
    private final int[] filled;
    private final int[] chunks;

    /// Begins with empty files.
    Parts(DiskFolder folder, String name, int parts, int recordWords) {
        this.folder = folder;
        this.name = name;
        int recordBytes = recordWords * Long.BYTES;
        buffers = new byte[parts][BUFFER_BYTES / recordBytes * recordBytes];
        filled = new int[parts];
        chunks = new int[parts];
        for (int part = 0; part < parts; part++) {
            folder.delete(file(name, part));
        }
    }

    static String file(String name, int part) {
        return name + "-" + part;
    }

    /// Adds a record to a part.
    void put(int part, long... words) {
        byte[] buffer = buffers[part];
        for (long word : words) {
            Octets.put(buffer, filled[part], word, Long.BYTES);
            filled[part] += Long.BYTES;
        }
        if (filled[part] == buffer.length) {
            flush(part);
        }
    }

    private void flush(int part) {
        folder.append(file(name, part), chunks[part]++, buffers[part], filled[part]);
        filled[part] = 0;
    }

    /// Writes out what is left and gives each file's digest.
    byte[][] finish() {
        byte[][] digests = new byte[filled.length][];
        for (int part = 0; part < filled.length; part++) {
            flush(part);
            digests[part] = Run.digest(folder.read(file(name, part)));
        }
        return digests;
    }
}
