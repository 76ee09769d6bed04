package poyang.crypto.keys;

import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.BlockCipher;
import org.bouncycastle.crypto.Digest;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.PBEParametersGenerator;
import org.bouncycastle.crypto.digests.SHA1Digest;
import org.bouncycastle.crypto.engines.DESedeEngine;
import org.bouncycastle.crypto.engines.RC2Engine;
import org.bouncycastle.crypto.generators.PKCS12ParametersGenerator;
import org.bouncycastle.crypto.modes.CBCBlockCipher;
import org.bouncycastle.crypto.params.KeyParameter;

/// The key derivation of RFC 7292 appendix B, and the encryption that older programs build on it, with
/// SHA-1 and Triple DES or RC2. Read for import, never written.
final class Pkcs12Pbe {
    private Pkcs12Pbe() {}

    static boolean reads(AlgorithmIdentifier scheme) {
        ASN1ObjectIdentifier id = scheme.getAlgorithm();
        return id.equals(PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC)
                || id.equals(PKCSObjectIdentifiers.pbeWithSHAAnd128BitRC2_CBC)
                || id.equals(PKCSObjectIdentifiers.pbeWithSHAAnd40BitRC2_CBC);
    }

    static byte[] open(AlgorithmIdentifier scheme, char[] password, byte[] ciphertext)
            throws InvalidCipherTextException {
        ASN1ObjectIdentifier id = scheme.getAlgorithm();
        boolean des = id.equals(PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC);
        int keyBits = des ? 192 : id.equals(PKCSObjectIdentifiers.pbeWithSHAAnd128BitRC2_CBC) ? 128 : 40;
        PKCS12PBEParams p = PKCS12PBEParams.getInstance(scheme.getParameters());
        int iterations = PasswordDerivation.iterations(p.getIterations());
        byte[] octets = PBEParametersGenerator.PKCS12PasswordToBytes(password);
        try {
            PKCS12ParametersGenerator generator = new PKCS12ParametersGenerator(new SHA1Digest());
            generator.init(octets, p.getIV(), iterations);
            BlockCipher engine = des ? new DESedeEngine() : new RC2Engine();
            return Pbes2.padded(
                    false,
                    CBCBlockCipher.newInstance(engine),
                    generator.generateDerivedParameters(keyBits, 64),
                    ciphertext);
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }

    /// The key of a keystore's MAC, RFC 7292 appendix B.4.
    static byte[] macKey(Digest digest, char[] password, byte[] salt, int iterations) {
        byte[] octets = PBEParametersGenerator.PKCS12PasswordToBytes(password);
        try {
            PKCS12ParametersGenerator generator = new PKCS12ParametersGenerator(digest);
            generator.init(octets, salt, iterations);
            return ((KeyParameter) generator.generateDerivedMacParameters(8 * digest.getDigestSize())).getKey();
        } finally {
            Arrays.fill(octets, (byte) 0);
        }
    }
}
