package poyang.crypto.tls;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Optional;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.tls.crypto.Tls13Verifier;
import org.bouncycastle.tls.crypto.TlsStreamSigner;
import org.jspecify.annotations.Nullable;
import poyang.crypto.Sm2PrivateKey;
import poyang.crypto.Sm2PublicKey;
import poyang.crypto.pki.SignatureDer;
import poyang.kernel.Bytes;

/// `sm2sig_sm3` of CertificateVerify, RFC 8998 section 3.2.1, under the identifier that TLS sets.
final class HandshakeSignatures {
    private HandshakeSignatures() {}

    /// A key that signs where it is and has no encoding.
    static final class Key implements PrivateKey {
        @Serial
        private static final long serialVersionUID = 1;

        private final transient Sm2PrivateKey key;

        Key(Sm2PrivateKey key) {
            this.key = key;
        }

        @Override
        public String getAlgorithm() {
            return "EC";
        }

        @Override
        public @Nullable String getFormat() {
            return null;
        }

        @Override
        public byte @Nullable [] getEncoded() {
            return null;
        }
    }

    /// Gathers what is to be signed, then signs it.
    static final class Signer implements TlsStreamSigner {
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        private final byte[] identifier;
        private final Key key;

        Signer(byte[] identifier, Key key) {
            this.identifier = identifier;
            this.key = key;
        }

        @Override
        public OutputStream getOutputStream() {
            return message;
        }

        @Override
        public byte[] getSignature() {
            return SignatureDer.encode(
                    key.key.sign(identifier, message.toByteArray()).rs());
        }
    }

    /// Gathers what was signed, then checks.
    static final class Verifier implements Tls13Verifier {
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        private final byte[] identifier;
        private final Sm2PublicKey key;

        /// @throws poyang.kernel.PoyangException `BAD_KEY`
        Verifier(byte[] identifier, PublicKey key) {
            this.identifier = identifier;
            this.key = Sm2PublicKey.decode(SubjectPublicKeyInfo.getInstance(key.getEncoded())
                    .getPublicKeyData()
                    .getOctets());
        }

        @Override
        public OutputStream getOutputStream() {
            return message;
        }

        @Override
        public boolean verifySignature(byte[] der) {
            Optional<Bytes> rs = SignatureDer.decode(der);
            return rs.isPresent()
                    && key.verifyWithoutParity(
                            identifier, message.toByteArray(), rs.get().toArray());
        }
    }
}
