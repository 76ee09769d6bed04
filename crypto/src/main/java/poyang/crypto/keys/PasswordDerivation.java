package poyang.crypto.keys;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA224Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.digests.SHA512tDigest;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.generators.PKCS5S2ParametersGenerator;
import org.bouncycastle.crypto.generators.SCrypt;
import org.bouncycastle.crypto.params.KeyParameter;
import poyang.crypto.CryptoErrors;
import poyang.crypto.block.Pbkdf2Sm3;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// From a password to key bytes: PBKDF2 (RFC 8018) with any of the usual HMACs and scrypt (RFC 7914) for
/// reading, PBKDF2 with HMAC-SM3 for writing. Costs are bounded, so that a file cannot occupy its reader.
final class PasswordDerivation {
    static final int ITERATIONS = 100_000;
    static final int MOST_ITERATIONS = 10_000_000;
    static final int SALT_BYTES = 16;

    private static final long MOST_SCRYPT_BYTES = 256L << 20;
    private static final ASN1ObjectIdentifier SCRYPT = new ASN1ObjectIdentifier("1.3.6.1.4.1.11591.4.11");
    /// The alias of GM/T 0091 for PBKDF2, where HMAC-SM3 is the default.
    private static final ASN1ObjectIdentifier SM_PBKDF = new ASN1ObjectIdentifier("1.2.156.10197.6.4.1.5.1");

    private static final Map<ASN1ObjectIdentifier, Supplier<Digest>> HMACS = Map.of(
            GMObjectIdentifiers.hmac_sm3, SM3Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA1, SHA1Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA224, SHA224Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA256, SHA256Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA384, SHA384Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA512, SHA512Digest::new,
            PKCSObjectIdentifiers.id_hmacWithSHA512_224, () -> new SHA512tDigest(224),
            PKCSObjectIdentifiers.id_hmacWithSHA512_256, () -> new SHA512tDigest(256));

    private PasswordDerivation() {}

    /// What we write: PBKDF2 with HMAC-SM3 and a fresh salt.
    static KeyDerivationFunc fresh(int keyBytes, int iterations, RandomSource random) {
        return new KeyDerivationFunc(
                PKCSObjectIdentifiers.id_PBKDF2,
                new PBKDF2Params(
                        random.bytes(SALT_BYTES),
                        iterations,
                        keyBytes,
                        new AlgorithmIdentifier(GMObjectIdentifiers.hmac_sm3, DERNull.INSTANCE)));
    }

    /// The hash of an HMAC.
    ///
    /// @throws PoyangException `BAD_KEY` when it is not known
    static Digest hmac(ASN1ObjectIdentifier algorithm) {
        Supplier<Digest> digest = HMACS.get(algorithm);
        if (digest == null) {
            throw unsupported("the HMAC " + algorithm, "HMAC with SM3 or a SHA is needed");
        }
        return digest.get();
    }

    /// Key bytes under the function that a file names. The caller overwrites them.
    ///
    /// @throws PoyangException `BAD_KEY` for an unknown function or a cost out of bounds
    static byte[] derive(KeyDerivationFunc function, char[] password, int keyBytes) {
        ASN1ObjectIdentifier algorithm = function.getAlgorithm();
        if (algorithm.equals(SCRYPT)) {
            return scrypt(ASN1Sequence.getInstance(function.getParameters()), password, keyBytes);
        }
        boolean alias = algorithm.equals(SM_PBKDF);
        if (!alias && !algorithm.equals(PKCSObjectIdentifiers.id_PBKDF2)) {
            throw unsupported("the key derivation " + algorithm, "PBKDF2 or scrypt is needed");
        }
        PBKDF2Params p = PBKDF2Params.getInstance(function.getParameters());
        if (p.getKeyLength() != null && p.getKeyLength().intValueExact() != keyBytes) {
            throw unsupported("a derived key of " + p.getKeyLength() + " bytes", keyBytes + " bytes are needed");
        }
        boolean named = ASN1Sequence.getInstance(function.getParameters()).size() > (p.getKeyLength() == null ? 2 : 3);
        Digest digest = alias && !named ? new SM3Digest() : hmac(p.getPrf().getAlgorithm());
        return pbkdf2(digest, password, p.getSalt(), iterations(p.getIterationCount()), keyBytes);
    }

    static int iterations(java.math.BigInteger count) {
        if (count.signum() <= 0 || count.bitLength() > 31 || count.intValue() > MOST_ITERATIONS) {
            throw unsupported("an iteration count of " + count, "1 to " + MOST_ITERATIONS + " are needed");
        }
        return count.intValue();
    }

    private static byte[] pbkdf2(Digest digest, char[] password, byte[] salt, int iterations, int keyBytes) {
        if (digest instanceof SM3Digest) {
            return Pbkdf2Sm3.derive(password, salt, iterations, keyBytes);
        }
        byte[] octets = PKCS5S2ParametersGenerator.PKCS5PasswordToUTF8Bytes(password);
        try {
            PKCS5S2ParametersGenerator generator = new PKCS5S2ParametersGenerator(digest);
            generator.init(octets, salt, iterations);
            return ((KeyParameter) generator.generateDerivedMacParameters(8 * keyBytes)).getKey();
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    private static byte[] scrypt(ASN1Sequence parameters, char[] password, int keyBytes) {
        int cost = ASN1Integer.getInstance(parameters.getObjectAt(1)).intValueExact();
        int block = ASN1Integer.getInstance(parameters.getObjectAt(2)).intValueExact();
        int parallel = ASN1Integer.getInstance(parameters.getObjectAt(3)).intValueExact();
        boolean bounded = cost > 1
                && Integer.bitCount(cost) == 1
                && block > 0
                && parallel > 0
                && parallel <= 16
                && 128L * cost * block <= MOST_SCRYPT_BYTES;
        if (!bounded) {
            throw unsupported(
                    "scrypt with cost " + cost + ", block " + block + " and parallelism " + parallel,
                    "at most " + (MOST_SCRYPT_BYTES >> 20) + " MiB and parallelism 16 are accepted");
        }
        byte[] octets = PKCS5S2ParametersGenerator.PKCS5PasswordToUTF8Bytes(password);
        try {
            byte[] salt = ASN1OctetString.getInstance(parameters.getObjectAt(0)).getOctets();
            return SCrypt.generate(octets, salt, cost, block, parallel, keyBytes);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    static PoyangException unsupported(String what, String right) {
        return new PoyangException(CryptoErrors.BAD_KEY, what + " is not supported", right);
    }
}
