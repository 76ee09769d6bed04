package poyang.crypto.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.crypto.signers.StandardDSAEncoding;
import org.bouncycastle.operator.ContentSigner;
import poyang.kernel.Bug;

/// ECDSA on P-256 with SHA-256; the nonce is derived from key and message (RFC 6979).
final class P256Signer implements ContentSigner {
    private static final X9ECParameters P256 = CustomNamedCurves.getByName("P-256");

    private final BigInteger scalar;
    private final ByteArrayOutputStream message = new ByteArrayOutputStream();

    P256Signer(BigInteger scalar) {
        this.scalar = scalar;
    }

    @Override
    public AlgorithmIdentifier getAlgorithmIdentifier() {
        return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    }

    @Override
    public OutputStream getOutputStream() {
        return message;
    }

    @Override
    public byte[] getSignature() {
        SHA256Digest digest = new SHA256Digest();
        byte[] content = message.toByteArray();
        digest.update(content, 0, content.length);
        byte[] hash = new byte[digest.getDigestSize()];
        int _ = digest.doFinal(hash, 0);
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA256Digest()));
        signer.init(true, new ECPrivateKeyParameters(scalar, new ECDomainParameters(P256)));
        BigInteger[] rs = signer.generateSignature(hash);
        try {
            return StandardDSAEncoding.INSTANCE.encode(P256.getN(), rs[0], rs[1]);
        } catch (IOException e) {
            throw new Bug("encoding in memory cannot fail", e);
        }
    }
}
