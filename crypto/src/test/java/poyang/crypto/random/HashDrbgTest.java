package poyang.crypto.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.prng.EntropySource;
import org.bouncycastle.crypto.prng.drbg.HashSP800DRBG;
import org.junit.jupiter.api.Test;
import poyang.crypto.SeededRandom;
import poyang.crypto.Sm3;
import poyang.crypto.random.HashDrbg.Form;
import poyang.kernel.Bug;
import poyang.kernel.RandomSource;

/// The generator against three others: our own in Python, gmsm's and NIST's published vectors, and
/// BouncyCastle over many seeds.
final class HashDrbgTest {
    private static final Path VECTORS = Path.of("src/test/resources/vectors/random");
    private static final int TWIN_SEEDS = 400;

    @Test
    void equalsTheGeneratorInPython() throws IOException {
        int cases = 0;
        for (JsonNode c : read("sm3-drbg.json").get("cases")) {
            HashDrbg drbg = new HashDrbg(
                    Form.valueOf(c.get("form").asText()),
                    Sm3::digest,
                    hex(c, "entropy"),
                    hex(c, "nonce"),
                    hex(c, "personalisation"));
            assertArrayEquals(hex(c, "out1"), generate(drbg, hex(c, "out1").length, hex(c, "additional1")));
            drbg.reseed(hex(c, "reseedEntropy"), hex(c, "reseedAdditional"));
            assertArrayEquals(hex(c, "out2"), generate(drbg, hex(c, "out2").length, hex(c, "additional2")));
            assertArrayEquals(hex(c, "out3"), generate(drbg, hex(c, "out3").length, HashDrbg.NOTHING));
            cases++;
        }
        assertEquals(24, cases);
    }

    @Test
    void equalsThePublishedVectors() throws IOException {
        int cases = 0;
        for (JsonNode c : read("published-drbg.json").get("cases")) {
            HashDrbg.Hash hash = c.get("hash").asText().equals("SM3") ? Sm3::digest : HashDrbgTest::sha256;
            HashDrbg drbg = new HashDrbg(
                    Form.valueOf(c.get("form").asText()), hash, hex(c, "entropy"), hex(c, "nonce"), HashDrbg.NOTHING);
            drbg.reseed(hex(c, "reseedEntropy"), hex(c, "reseedAdditional"));
            int length = hex(c, "out2").length;
            byte[] _ = generate(drbg, length, hex(c, "additional1"));
            assertArrayEquals(hex(c, "out2"), generate(drbg, length, hex(c, "additional2")));
            cases++;
        }
        assertEquals(4, cases);
    }

    @Test
    void equalsBouncyCastleForManySeeds() {
        for (int seed = 0; seed < TWIN_SEEDS; seed++) {
            RandomSource random = new SeededRandom(new byte[SeededRandom.SEED_BYTES], "drbg " + seed);
            boolean sm3 = seed % 2 == 0;
            byte[] entropy = random.bytes(64);
            byte[] again = random.bytes(64);
            byte[] nonce = random.bytes(16 + seed % 20);
            byte[] personalisation = random.bytes(seed % 50);
            byte[] more = random.bytes(seed % 3 * 17);
            HashSP800DRBG twin = new HashSP800DRBG(
                    digest(sm3), 256, new Queue(entropy, again), personalisation.clone(), nonce.clone());
            HashDrbg ours = new HashDrbg(
                    Form.SP_800_90A, sm3 ? Sm3::digest : HashDrbgTest::sha256, entropy, nonce, personalisation);
            for (int request = 0; request < 4; request++) {
                byte[] expected = new byte[1 + seed * (request + 1)];
                byte[] additional = random.bytes(request * 9);
                assertEquals(
                        8 * expected.length, twin.generate(expected, request == 0 ? null : additional.clone(), false));
                assertArrayEquals(expected, generate(ours, expected.length, additional), "seed " + seed);
                if (request == 1) {
                    twin.reseed(more.clone());
                    ours.reseed(again, more);
                }
            }
        }
    }

    @Test
    void eachByteOfTheSeedMatters() {
        byte[] entropy = new byte[32];
        byte[] nonce = new byte[16];
        byte[] name = new byte[5];
        byte[] first = generate(new HashDrbg(Form.GMT_0105, Sm3::digest, entropy, nonce, name), 32, name);
        for (byte[] part : new byte[][] {entropy, nonce, name}) {
            for (int i = 0; i < part.length; i++) {
                part[i] ^= 1;
                byte[] other = generate(new HashDrbg(Form.GMT_0105, Sm3::digest, entropy, nonce, name), 32, name);
                assertFalse(Arrays.equals(first, other), "byte " + i);
                part[i] ^= 1;
            }
        }
    }

    @Test
    void refusesWhatTheStandardForbids() {
        byte[] long33 = new byte[33];
        assertThrows(Bug.class, () -> new HashDrbg(Form.GMT_0105, Sm3::digest, new byte[31], long33, long33));
        assertThrows(Bug.class, () -> new HashDrbg(Form.GMT_0105, Sm3::digest, long33, new byte[15], long33));
        HashDrbg drbg = new HashDrbg(Form.GMT_0105, Sm3::digest, long33, long33, long33);
        assertThrows(Bug.class, () -> generate(drbg, 33, long33), "one block a request");
        assertThrows(Bug.class, () -> drbg.reseed(new byte[31], long33));
        for (int i = 0; i < 1 << 10; i++) {
            byte[] _ = generate(drbg, 1, HashDrbg.NOTHING);
        }
        assertTrue(drbg.exhausted());
        assertThrows(Bug.class, () -> generate(drbg, 1, HashDrbg.NOTHING), "2^10 requests a seed");
        drbg.reseed(long33, HashDrbg.NOTHING);
        assertEquals(1, generate(drbg, 1, HashDrbg.NOTHING).length);
        drbg.uninstantiate();
        assertThrows(Bug.class, () -> generate(drbg, 1, HashDrbg.NOTHING), "given up");
        assertThrows(Bug.class, () -> drbg.reseed(long33, HashDrbg.NOTHING), "given up");
        assertEquals("HashDrbg", drbg.toString());
    }

    @Test
    void theKnownAnswerNamesTheRightHash() {
        assertTrue(KnownAnswer.isGivenBy(Sm3::digest));
        assertFalse(KnownAnswer.isGivenBy(HashDrbgTest::sha256));
        assertFalse(KnownAnswer.isGivenBy(parts -> {
            byte[] out = Sm3.digest(parts);
            out[31] ^= 1;
            return out;
        }));
    }

    private static byte[] generate(HashDrbg drbg, int length, byte[] additional) {
        byte[] out = new byte[length];
        drbg.generate(out, 0, length, additional);
        return out;
    }

    private static Digest digest(boolean sm3) {
        if (!sm3) {
            return new SHA256Digest();
        }
        return new SM3Digest() { // the twin's table of seed lengths lacks SM3: the length is SHA-256's
            @Override
            public String getAlgorithmName() {
                return "SHA-256";
            }
        };
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                hash.update(part);
            }
            return hash.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonNode read(String file) throws IOException {
        return new ObjectMapper().readTree(VECTORS.resolve(file).toFile());
    }

    private static byte[] hex(JsonNode node, String field) {
        return HexFormat.of().parseHex(node.get(field).asText());
    }

    /// Gives the seeds one after the other.
    private static final class Queue implements EntropySource {
        private final byte[][] seeds;
        private int next;

        Queue(byte[]... seeds) {
            this.seeds = seeds;
        }

        @Override
        public boolean isPredictionResistant() {
            return false;
        }

        @Override
        public byte[] getEntropy() {
            return seeds[next++].clone();
        }

        @Override
        public int entropySize() {
            return 512;
        }
    }
}
