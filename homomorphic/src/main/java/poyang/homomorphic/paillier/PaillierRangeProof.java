package poyang.homomorphic.paillier;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import poyang.crypto.Sm3;
import poyang.homomorphic.HomomorphicErrors;
import poyang.kernel.Bytes;
import poyang.kernel.CanonicalReader;
import poyang.kernel.CanonicalWriter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// A proof that the plaintext of a ciphertext is known and small.
///
/// For each of 128 rounds the prover encrypts a random mask; a challenge bit, from the hash of all
/// of them, asks for the mask itself or for its sum with the plaintext. Challenges of one bit make
/// the plaintext that answers to both an integer, not a fraction: what a single large challenge
/// would allow.
///
/// - proves: knowledge of plaintext and randomness, and |m| < 2^(bits + 58); an honest prover has
///   |m| < 2^bits
/// - secrecy: masks are 56 bits longer than what they hide
/// - cost: 128 encryptions for prover and verifier
/// - soundness: 2^(-128) in the random oracle model
/// - source: the cut-and-choose range proof as in Lindell, CRYPTO 2017, appendix A, without its
///   halving of the interval; made non-interactive after Fiat and Shamir, CRYPTO 1986, with SM3
public final class PaillierRangeProof {
    static final int EXTRA_BITS = 64;
    private static final int HIDING_BITS = 56;
    private static final int ROUNDS = 128;
    private static final String DOMAIN = "poyang.paillier.range-proof.v1";

    private final byte[] challenge;
    private final List<BigInteger> plaintexts;
    private final List<byte[]> exponents;

    /// A ciphertext and its proof.
    public record Proven(PaillierCiphertext ciphertext, PaillierRangeProof proof) {}

    private PaillierRangeProof(byte[] challenge, List<BigInteger> plaintexts, List<byte[]> exponents) {
        this.challenge = challenge;
        this.plaintexts = plaintexts;
        this.exponents = exponents;
    }

    static Proven prove(PaillierPublicKey key, BigInteger plaintext, int bits, Bytes context, RandomSource random) {
        BigInteger bound = BigInteger.ONE.shiftLeft(bits);
        if (bits < 1
                || plaintext.abs().compareTo(bound) >= 0
                || bits + EXTRA_BITS > key.modulus().bitLength() - 2) {
            throw new PoyangException(
                    HomomorphicErrors.BAD_PLAINTEXT,
                    "the plaintext is out of the range of " + bits + " bits",
                    "a range that holds it, " + EXTRA_BITS + " bits below the modulus, is needed");
        }
        byte[] exponent = random.bytes(key.strength().randomBits() / Byte.SIZE);
        PaillierCiphertext ciphertext = key.encryptWith(plaintext, exponent);
        List<BigInteger> masks = new ArrayList<>();
        List<byte[]> maskExponents = new ArrayList<>();
        List<Bytes> commitments = new ArrayList<>();
        int maskBits = bits + HIDING_BITS;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = random.bytes(maskBits / Byte.SIZE + 2);
            BigInteger wide = new BigInteger(1, bytes).mod(BigInteger.ONE.shiftLeft(maskBits + 1));
            masks.add(wide.subtract(BigInteger.ONE.shiftLeft(maskBits)));
            maskExponents.add(random.bytes(exponent.length + HIDING_BITS / Byte.SIZE));
            commitments.add(key.encode(key.encryptWith(masks.get(i), maskExponents.get(i))));
        }
        byte[] challenge = challenge(key, key.encode(ciphertext), bits, context, commitments);
        List<BigInteger> plaintexts = new ArrayList<>();
        List<byte[]> exponents = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            boolean asked = bit(challenge, i);
            plaintexts.add(asked ? masks.get(i).add(plaintext) : masks.get(i));
            byte[] sum = Arrays.copyOf(maskExponents.get(i), exponent.length + EXTRA_BITS / Byte.SIZE);
            exponents.add(asked ? sum(sum, exponent) : sum);
        }
        Arrays.fill(exponent, (byte) 0);
        return new Proven(ciphertext, new PaillierRangeProof(challenge, plaintexts, exponents));
    }

    /// Adds little-endian numbers.
    private static byte[] sum(byte[] a, byte[] b) {
        byte[] out = a.clone();
        int carry = 0;
        for (int i = 0; i < out.length; i++) {
            carry += (a[i] & 0xff) + (i < b.length ? b[i] & 0xff : 0);
            out[i] = (byte) carry;
            carry >>>= Byte.SIZE;
        }
        return out;
    }

    private static boolean bit(byte[] challenge, int i) {
        return (challenge[i / Byte.SIZE] >>> i % Byte.SIZE & 1) == 1;
    }

    private static byte[] challenge(
            PaillierPublicKey key, Bytes ciphertext, int bits, Bytes context, List<Bytes> commitments) {
        CanonicalWriter writer = new CanonicalWriter(DOMAIN)
                .bytes(key.encode())
                .bytes(ciphertext)
                .u32(bits)
                .bytes(context);
        writer.list(commitments, CanonicalWriter::bytes);
        return Arrays.copyOf(Sm3.digest(writer.toArray()), ROUNDS / Byte.SIZE);
    }

    /// @throws PoyangException `BAD_PROOF` unless the proof holds for this ciphertext, range and
    ///     context
    public void verify(PaillierPublicKey key, PaillierCiphertext ciphertext, int bits, Bytes context) {
        key.check(ciphertext);
        if (bits < 1 || bits + EXTRA_BITS > key.modulus().bitLength() - 2) {
            throw refused();
        }
        Montgomery arithmetic = key.arithmetic();
        BigInteger inverse = arithmetic.out(ciphertext.value()).modInverse(arithmetic.modulus());
        PaillierCiphertext negative = new PaillierCiphertext(key, arithmetic.in(inverse));
        BigInteger most = BigInteger.ONE.shiftLeft(bits + HIDING_BITS).add(BigInteger.ONE.shiftLeft(bits));
        int length = (key.strength().randomBits() + EXTRA_BITS) / Byte.SIZE;
        List<Bytes> commitments = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            if (plaintexts.get(i).abs().compareTo(most) > 0 || exponents.get(i).length != length) {
                throw refused();
            }
            PaillierCiphertext opened = key.encryptWith(plaintexts.get(i), exponents.get(i));
            commitments.add(key.encode(bit(challenge, i) ? key.add(opened, negative) : opened));
        }
        byte[] expected = challenge(key, key.encode(ciphertext), bits, context, commitments);
        if (!Arrays.equals(expected, challenge)) {
            throw refused();
        }
    }

    private static PoyangException refused() {
        return new PoyangException(
                HomomorphicErrors.BAD_PROOF,
                "the proof does not hold",
                "a proof for this key, ciphertext, range and context is needed");
    }

    public Bytes encode() {
        CanonicalWriter writer = new CanonicalWriter(DOMAIN).bytes(challenge);
        writer.list(plaintexts, (to, each) -> to.bytes(each.toByteArray()));
        writer.list(exponents, CanonicalWriter::bytes);
        return writer.toBytes();
    }

    /// @throws PoyangException `BAD_ENCODING` or `BAD_PROOF` for anything but the canonical bytes
    ///     of a proof
    public static PaillierRangeProof decode(Bytes encoded) {
        CanonicalReader reader = new CanonicalReader(DOMAIN, encoded.toArray());
        byte[] challenge = reader.array(ROUNDS / Byte.SIZE);
        List<byte[]> plaintexts = reader.list(ROUNDS, each -> each.array(1 << 10));
        List<byte[]> exponents = reader.list(ROUNDS, each -> each.array(1 << 8));
        reader.end();
        if (challenge.length != ROUNDS / Byte.SIZE
                || plaintexts.size() != ROUNDS
                || exponents.size() != ROUNDS
                || plaintexts.stream().anyMatch(each -> each.length == 0)) {
            throw refused();
        }
        List<BigInteger> numbers = plaintexts.stream().map(BigInteger::new).toList();
        PaillierRangeProof proof = new PaillierRangeProof(challenge, numbers, exponents);
        if (!proof.encode().equals(encoded)) {
            throw refused();
        }
        return proof;
    }

    @Override
    public String toString() {
        return "PaillierRangeProof";
    }
}
