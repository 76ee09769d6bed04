package poyang.crypto.random;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/// The generator's self-test: seeds, requests with and without additional input and new entropy, against
/// the answer that `drbg_vectors.py` (in the tests' vectors) computed from the same fixed inputs.
final class KnownAnswer {
    private static final int REQUEST_BYTES = 32;
    private static final byte[] ANSWER = HexFormat.of()
            .parseHex("5628666e4b5a45afb07d2ed745f3207b5f7d2d3dec10fa9d95828d121b85ef81"
                    + "d061b0bfc1ccfb22034acb973ab8f4ed62b31ef4fd4a49de5655c281b18376f0"
                    + "fb31e13ef5d15dc529a74d16afd09d8dd8a0f6f599582d503d224885627f42df");

    private KnownAnswer() {}

    static boolean isGivenBy(HashDrbg.Hash hash) {
        byte[] out = new byte[ANSWER.length];
        HashDrbg drbg =
                new HashDrbg(HashDrbg.Form.GMT_0105, hash, count(0, 64), count(64, 96), ascii("poyang known answer"));
        drbg.generate(out, 0, REQUEST_BYTES, ascii("one"));
        drbg.reseed(count(96, 160), ascii("two"));
        drbg.generate(out, REQUEST_BYTES, REQUEST_BYTES, HashDrbg.NOTHING);
        drbg.generate(out, 2 * REQUEST_BYTES, REQUEST_BYTES, ascii("three"));
        return Arrays.equals(out, ANSWER);
    }

    private static byte[] count(int from, int to) {
        byte[] out = new byte[to - from];
        for (int i = from; i < to; i++) {
            out[i - from] = (byte) i;
        }
        return out;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
