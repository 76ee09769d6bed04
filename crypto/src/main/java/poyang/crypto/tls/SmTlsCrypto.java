package poyang.crypto.tls;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;
import org.bouncycastle.jcajce.spec.SM2ParameterSpec;
import org.bouncycastle.jcajce.util.ProviderJcaJceHelper;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.jsse.provider.BouncyCastleJsseProvider;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.EncryptionAlgorithm;
import org.bouncycastle.tls.NamedGroup;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.crypto.Tls13Verifier;
import org.bouncycastle.tls.crypto.TlsAgreement;
import org.bouncycastle.tls.crypto.TlsCipher;
import org.bouncycastle.tls.crypto.TlsCryptoParameters;
import org.bouncycastle.tls.crypto.TlsECConfig;
import org.bouncycastle.tls.crypto.TlsECDomain;
import org.bouncycastle.tls.crypto.TlsStreamSigner;
import org.bouncycastle.tls.crypto.impl.TlsAEADCipher;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;
import org.jspecify.annotations.Nullable;
import poyang.kernel.PoyangException;
import poyang.kernel.RandomSource;

/// What the TLS protocol computes with: curveSM2, SM2 signatures and SM4-GCM by this project's own
/// kernels, the rest (transcript hash, HKDF) by BouncyCastle.
final class SmTlsCrypto extends JcaTlsCrypto {
    private final RandomSource random;

    private SmTlsCrypto(RandomSource random, SecureRandom secure) {
        super(new ProviderJcaJceHelper(new BouncyCastleProvider()), secure, secure);
        this.random = random;
    }

    /// The TLS provider; nothing is registered for the whole process.
    static Provider provider(RandomSource random) {
        return new BouncyCastleJsseProvider(false, new Maker(random));
    }

    @Override
    public TlsECDomain createECDomain(TlsECConfig config) {
        return config.getNamedGroup() == NamedGroup.curveSM2 ? this::keyShare : super.createECDomain(config);
    }

    private TlsAgreement keyShare() {
        return new KeyShare(this, random);
    }

    @Override
    public TlsCipher createCipher(TlsCryptoParameters parameters, int cipher, int mac) throws IOException {
        if (cipher != EncryptionAlgorithm.SM4_GCM) {
            return super.createCipher(parameters, cipher, mac);
        }
        return new TlsAEADCipher(
                parameters,
                new RecordCipher(true),
                new RecordCipher(false),
                RecordCipher.KEY_BYTES,
                RecordCipher.TAG_BYTES,
                TlsAEADCipher.AEAD_GCM,
                null);
    }

    @Override
    protected TlsStreamSigner createStreamSigner(
            String algorithm, @Nullable AlgorithmParameterSpec parameters, PrivateKey key, boolean needsRandom)
            throws IOException {
        return key instanceof HandshakeSignatures.Key own && parameters instanceof SM2ParameterSpec sm2
                ? new HandshakeSignatures.Signer(sm2.getID(), own)
                : super.createStreamSigner(algorithm, parameters, key, needsRandom);
    }

    @Override
    protected Tls13Verifier createTls13Verifier(
            String algorithm, @Nullable AlgorithmParameterSpec parameters, PublicKey key) throws IOException {
        if (!(parameters instanceof SM2ParameterSpec sm2)) {
            return super.createTls13Verifier(algorithm, parameters, key);
        }
        try {
            return new HandshakeSignatures.Verifier(sm2.getID(), key);
        } catch (PoyangException e) {
            throw new TlsFatalAlert(AlertDescription.bad_certificate, e);
        }
    }

    /// Makes one for each context.
    private static final class Maker extends JcaTlsCryptoProvider {
        private final RandomSource random;

        Maker(RandomSource random) {
            this.random = random;
        }

        @Override
        public JcaTlsCrypto create(SecureRandom ignored) {
            return new SmTlsCrypto(random, new SourcedRandom(random));
        }
    }
}
