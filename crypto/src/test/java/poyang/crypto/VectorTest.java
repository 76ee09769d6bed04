package poyang.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;
import org.junit.jupiter.api.Test;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;

/// What other implementations computed: the worked examples of GM/T 0002 to 0004, OpenSSL 3, Wycheproof.
final class VectorTest {
    private static final Path VECTORS = Path.of("src/test/resources/vectors");

    @Test
    void sm3EqualsThePublishedExamplesAndOpenSsl() throws IOException {
        for (String file : new String[] {"gmt-published-examples.json", "openssl-vectors.json"}) {
            for (JsonNode example : read(file).get("sm3")) {
                byte[] message = example.get("msg").isNull() ? ruled(example) : hex(example, "msg");
                assertEquals(text(example, "digest"), Sm3.hash(message).hex());
            }
        }
        for (JsonNode example : read("openssl-vectors.json").get("hmac_sm3")) {
            assertArrayEquals(hex(example, "mac"), Sm3.hmac(hex(example, "key"), hex(example, "msg")));
        }
    }

    @Test
    void sm2AcceptsRightSignaturesAndRefusesWrongOnes() throws IOException {
        int valid = 0;
        int invalid = 0;
        for (JsonNode example : read("openssl-vectors.json").get("sm2_sign")) {
            Sm2PublicKey key = Sm2PublicKey.decode(hex(example, "public"));
            Bytes rs = signature(hex(example, "sig_der"));
            boolean accepted = key.verifyWithoutParity(hex(example, "id"), hex(example, "msg"), rs.toArray());
            if (text(example, "id").equals("31323334353637383132333435363738")) {
                boolean either = false;
                for (int parity = 0; rs.length() == 64 && parity < 2; parity++) {
                    either |= key.verify(hex(example, "msg"), new Signature(rs, parity));
                }
                assertEquals(accepted, either);
            }
            assertEquals(example.get("valid").asBoolean(), accepted, example.toString());
            valid += accepted ? 1 : 0;
            invalid += accepted ? 0 : 1;
        }
        assertTrue(valid >= 15 && invalid >= 60, valid + " valid, " + invalid + " invalid");
    }

    @Test
    void sm2AcceptsThePublishedSignature() throws IOException {
        JsonNode example = read("gmt-published-examples.json").get("sm2_sign");
        Sm2PublicKey key = Sm2PublicKey.decode(hex(example, "public"));
        Bytes rs = Bytes.fromHex(text(example, "r") + text(example, "s"));
        byte[] message = hex(example, "msg");
        boolean even = key.verify(message, new Signature(rs, 0));
        boolean odd = key.verify(message, new Signature(rs, 1));
        assertTrue(even ^ odd, "exactly one parity is right");
        assertEquals(key, Sm2PrivateKey.of(hex(example, "private")).publicKey());
    }

    @Test
    void sm4GcmAgreesWithWycheproof() throws IOException {
        int tried = 0;
        try (var files = Files.list(VECTORS)) {
            for (Path file : files.filter(f -> f.toString().contains("gcm")).toList()) {
                for (JsonNode group : new ObjectMapper().readTree(file.toFile()).get("testGroups")) {
                    if (group.get("ivSize").asInt() != 96
                            || group.get("tagSize").asInt() != 128) {
                        continue;
                    }
                    for (JsonNode test : group.get("tests")) {
                        check(test);
                        tried++;
                    }
                }
            }
        }
        assertTrue(tried > 30, "tried " + tried);
    }

    private static void check(JsonNode test) {
        byte[] sealed = Bytes.fromHex(text(test, "ct") + text(test, "tag")).toArray();
        if (text(test, "result").equals("valid")) {
            assertArrayEquals(
                    hex(test, "msg"), Sm4Gcm.decrypt(hex(test, "key"), hex(test, "iv"), hex(test, "aad"), sealed));
            assertArrayEquals(
                    sealed, Sm4Gcm.encrypt(hex(test, "key"), hex(test, "iv"), hex(test, "aad"), hex(test, "msg")));
        } else if (text(test, "result").equals("invalid")) {
            assertThrows(
                    PoyangException.class,
                    () -> Sm4Gcm.decrypt(hex(test, "key"), hex(test, "iv"), hex(test, "aad"), sealed));
        }
    }

    /// r ‖ s of a DER signature, or empty bytes when it is not one.
    private static Bytes signature(byte[] der) {
        try {
            ASN1Sequence sequence = ASN1Sequence.getInstance(der);
            BigInteger r = ASN1Integer.getInstance(sequence.getObjectAt(0)).getValue();
            BigInteger s = ASN1Integer.getInstance(sequence.getObjectAt(1)).getValue();
            if (r.signum() < 0 || s.signum() < 0 || r.bitLength() > 256 || s.bitLength() > 256) {
                return Bytes.empty();
            }
            return Bytes.wrap(Sm2Curve.octets(r)).concat(Bytes.wrap(Sm2Curve.octets(s)));
        } catch (IllegalArgumentException e) {
            return Bytes.empty();
        }
    }

    /// A long message that the file describes: byte i = i·7 mod 256.
    private static byte[] ruled(JsonNode example) {
        assertEquals("byte i = i*7 mod 256", text(example, "msg_rule"));
        byte[] message = new byte[example.get("msg_len").asInt()];
        for (int i = 0; i < message.length; i++) {
            message[i] = (byte) (i * 7);
        }
        return message;
    }

    private static JsonNode read(String file) throws IOException {
        return new ObjectMapper().readTree(VECTORS.resolve(file).toFile());
    }

    private static String text(JsonNode node, String field) {
        return node.get(field).asText();
    }

    private static byte[] hex(JsonNode node, String field) {
        return HexFormat.of().parseHex(text(node, field));
    }
}
