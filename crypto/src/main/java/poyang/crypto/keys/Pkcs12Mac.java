package poyang.crypto.keys;

import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.gm.GMObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// The seal over a PKCS#12 file: PBMAC1 (RFC 9579), or the classic MAC of RFC 7292 appendix B.
final class Pkcs12Mac {
    private static final int KEY_BYTES = 32;

    private Pkcs12Mac() {}

    /// PBMAC1 with PBKDF2 and HMAC-SM3 in both places. Salt and count outside are placeholders, as
    /// RFC 9579 section 5 has it.
    static MacData pbmac1(byte[] content, char[] password, int iterations, RandomSource random) {
        KeyDerivationFunc derivation = PasswordDerivation.fresh(KEY_BYTES, iterations, random);
        byte[] key = PasswordDerivation.derive(derivation, password, KEY_BYTES);
        AlgorithmIdentifier function = new AlgorithmIdentifier(derivation.getAlgorithm(), derivation.getParameters());
        AlgorithmIdentifier mac = new AlgorithmIdentifier(GMObjectIdentifiers.hmac_sm3, DERNull.INSTANCE);
        return new MacData(
                new DigestInfo(
                        new AlgorithmIdentifier(PKCSObjectIdentifiers.id_PBMAC1, new PBMAC1Params(function, mac)),
                        hmac(new SM3Digest(), key, content)),
                new byte[] {0},
                1);
    }

    static MacData classic(byte[] content, char[] password, int iterations, RandomSource random) {
        byte[] salt = random.bytes(PasswordDerivation.SALT_BYTES);
        byte[] key = Pkcs12Pbe.macKey(new SM3Digest(), password, salt, iterations);
        return new MacData(
                new DigestInfo(
                        new AlgorithmIdentifier(GMObjectIdentifiers.sm3, DERNull.INSTANCE),
                        hmac(new SM3Digest(), key, content)),
                salt,
                iterations);
    }

    /// Whether the seal is right.
    ///
    /// @throws PoyangException `BAD_KEY` when its algorithm is not known
    static boolean verify(MacData data, byte[] content, char[] password) {
        AlgorithmIdentifier algorithm = data.getMac().getAlgorithmId();
        byte[] expected;
        if (algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBMAC1)) {
            PBMAC1Params p = PBMAC1Params.getInstance(algorithm.getParameters());
            KeyDerivationFunc derivation = new KeyDerivationFunc(
                    p.getKeyDerivationFunc().getAlgorithm(),
                    p.getKeyDerivationFunc().getParameters());
            Digest digest = PasswordDerivation.hmac(p.getMessageAuthScheme().getAlgorithm());
            byte[] key = PasswordDerivation.derive(derivation, password, digest.getDigestSize());
            expected = hmac(digest, key, content);
        } else {
            Digest digest = digest(algorithm.getAlgorithm());
            int iterations = PasswordDerivation.iterations(data.getIterationCount());
            byte[] key = Pkcs12Pbe.macKey(digest, password, data.getSalt(), iterations);
            expected = hmac(digest(algorithm.getAlgorithm()), key, content);
        }
        return MessageDigest.isEqual(expected, data.getMac().getDigest());
    }

    private static Digest digest(ASN1ObjectIdentifier algorithm) {
        if (algorithm.equals(GMObjectIdentifiers.sm3)) {
            return new SM3Digest();
        } else if (algorithm.equals(NISTObjectIdentifiers.id_sha256)) {
            return new SHA256Digest();
        } else if (algorithm.equals(NISTObjectIdentifiers.id_sha384)) {
            return new SHA384Digest();
        } else if (algorithm.equals(NISTObjectIdentifiers.id_sha512)) {
            return new SHA512Digest();
        } else if (algorithm.equals(OIWObjectIdentifiers.idSHA1)) {
            return new SHA1Digest();
        }
        throw PasswordDerivation.unsupported("the MAC of " + algorithm, "PBMAC1, SM3 or a SHA is needed");
    }

    /// Overwrites the key.
    private static byte[] hmac(Digest digest, byte[] key, byte[] content) {
        HMac mac = new HMac(digest);
        mac.init(new KeyParameter(key));
        Arrays.fill(key, (byte) 0);
        mac.update(content, 0, content.length);
        byte[] out = new byte[mac.getMacSize()];
        mac.doFinal(out, 0);
        return out;
    }
}
