package poyang.pir;

import java.util.Arrays;
import java.util.Optional;
import poyang.crypto.Sm4;
import poyang.kernel.Bytes;

/// Entries of a row under its salt: found, sealed and opened.
final class Entries {
    private static final byte[] ZERO_COUNTER = new byte[Sm4.BLOCK_BYTES];

    private Entries() {}

    /// Name ‖ sealed (length ‖ record ‖ zeros), SM4 in counter mode. The key is taken from the
    /// value and the row's salt, which is drawn anew whenever the row changes, so no stream serves
    /// twice; integrity comes from the row's place in the committed tree.
    static byte[] seal(byte[] recordValue, byte[] salt, byte[] record, int recordBytes) {
        byte[] plain = new byte[KeywordForm.entryBytes(recordBytes) - KeywordPrf.NAME_BYTES];
        plain[0] = (byte) (record.length >> Byte.SIZE);
        plain[1] = (byte) record.length;
        System.arraycopy(record, 0, plain, KeywordForm.LENGTH_BYTES, record.length);
        byte[] names = KeywordPrf.names(recordValue, salt).toArray();
        byte[] out = Arrays.copyOf(names, KeywordForm.entryBytes(recordBytes));
        crypt(names, plain, 0, out, KeywordPrf.NAME_BYTES, plain.length);
        return out;
    }

    private static void crypt(byte[] names, byte[] in, int at, byte[] out, int to, int count) {
        try (Sm4 cipher =
                new Sm4(Arrays.copyOfRange(names, KeywordPrf.NAME_BYTES, KeywordPrf.NAME_BYTES + Sm4.KEY_BYTES))) {
            cipher.unauthenticatedCtr(ZERO_COUNTER.clone(), in, at, out, to, count);
        }
    }

    /// The record at a place that the holder knows to be this value's.
    static byte[] openAt(byte[] recordValue, byte[] content, int place, KeywordForm form) {
        byte[] names = KeywordPrf.names(recordValue, Arrays.copyOf(content, KeywordForm.SALT_BYTES))
                .toArray();
        byte[] plain = new byte[form.entryBytes() - KeywordPrf.NAME_BYTES];
        int at = KeywordForm.SALT_BYTES + place * form.entryBytes() + KeywordPrf.NAME_BYTES;
        crypt(names, content, at, plain, 0, plain.length);
        return Arrays.copyOfRange(
                plain, KeywordForm.LENGTH_BYTES, KeywordForm.LENGTH_BYTES + length(plain, form.recordBytes()));
    }

    /// The length in front of a record; what is too long is cut to the longest.
    private static int length(byte[] plain, int recordBytes) {
        return Math.min((plain[0] & 0xff) << Byte.SIZE | plain[1] & 0xff, recordBytes);
    }

    /// The record of a value in a row's salt and places; empty where there is none. All places are
    /// compared and the bytes of the fitting one selected without an index that depends on it.
    static Optional<Bytes> open(byte[] recordValue, byte[] content, KeywordForm form) {
        byte[] salt = Arrays.copyOf(content, KeywordForm.SALT_BYTES);
        byte[] names = KeywordPrf.names(recordValue, salt).toArray();
        byte[] sealed = new byte[form.entryBytes() - KeywordPrf.NAME_BYTES];
        int found = 0;
        for (int place = 0; place < form.places(); place++) {
            int at = KeywordForm.SALT_BYTES + place * form.entryBytes();
            int difference = 0;
            for (int i = 0; i < KeywordPrf.NAME_BYTES; i++) {
                difference |= (content[at + i] ^ names[i]) & 0xff;
            }
            int here = (difference - 1) >> Integer.SIZE - 1;
            found |= here;
            for (int i = 0; i < sealed.length; i++) {
                sealed[i] |= (byte) (content[at + KeywordPrf.NAME_BYTES + i] & here);
            }
        }
        byte[] plain = new byte[sealed.length];
        crypt(names, sealed, 0, plain, 0, sealed.length);
        int end = KeywordForm.LENGTH_BYTES + length(plain, form.recordBytes());
        return found == 0
                ? Optional.empty()
                : Optional.of(Bytes.wrap(Arrays.copyOfRange(plain, KeywordForm.LENGTH_BYTES, end)));
    }
}
