package poyang.crypto.pki;

import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.Certificates;
import poyang.crypto.pki.ChainValidation.Purpose;
import poyang.kernel.Bytes;
import poyang.kernel.PoyangException;
import poyang.simulation.Property;

/// No changed byte of a certificate, request or list is taken, and no damage makes a reader fail in any
/// other way than by refusing.
final class EncodingsTest {
    private static final int SEEDS = 3_000;

    private Jiangxi jiangxi;
    private List<X509Certificate> chain;

    @BeforeEach
    void found(@TempDir Path folder) {
        jiangxi = new Jiangxi(folder);
        X509Certificate node = jiangxi.issue(jiangxi.department, jiangxi.node(jiangxi.key(), "node-1.tax"))
                .certificates()
                .getFirst();
        chain = jiangxi.department.issuedChain(node);
    }

    private static Bytes der(X509Certificate certificate) {
        try {
            return Bytes.wrap(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    /// Reads the certificate in the chain's place `at`, and validates the chain.
    private Object validated(int at, byte[] der) {
        List<X509Certificate> changed = new ArrayList<>(chain);
        changed.set(at, Certificates.decode(der));
        ChainValidation.validate(
                changed, jiangxi.province.chain().getLast(), Purpose.TLS, RevocationView.notConsulted(), jiangxi.now);
        return changed;
    }

    @Test
    void noChangedByteOfACertificateIsTaken() {
        Mutations.refused(der(chain.get(0)), der -> validated(0, der));
        Mutations.refused(der(chain.get(1)), der -> validated(1, der));
    }

    @Test
    void noChangedByteOfARequestIsTaken() {
        CertificateRequest request = jiangxi.node(jiangxi.key(), "node-7").request();
        Mutations.refused(request.encoded(), CertificateRequest::decode);
    }

    @Test
    void noChangedByteOfAListIsTaken() {
        jiangxi.department.revoke(
                List.of(chain.getFirst().getSerialNumber()), RevocationReason.SUPERSEDED, jiangxi.now, jiangxi.li);
        RevocationList list = jiangxi.list(jiangxi.department);
        X509Certificate authority = jiangxi.department.chain().getFirst();
        Mutations.refused(list.encoded(), der -> {
            RevocationList read = RevocationList.decode(der);
            Optional<String> fault = read.fault(authority);
            return fault.isEmpty() ? read : refuse(fault.get());
        });
    }

    private static Object refuse(String words) {
        throw MessageParts.bad(words);
    }

    /// Damage by seed to everything that is read.
    @Test
    void damageIsRefusedAndNothingElse() {
        Bytes content = Bytes.utf8("内容");
        jiangxi.department.revoke(
                List.of(chain.getFirst().getSerialNumber()), RevocationReason.SUPERSEDED, jiangxi.now, jiangxi.li);
        List<Bytes> good = List.of(
                der(chain.get(0)),
                der(chain.get(1)),
                jiangxi.node(jiangxi.key(), "n").request().encoded(),
                jiangxi.list(jiangxi.department).encoded(),
                SignedMessage.sign(
                                content,
                                true,
                                MessageForm.GM,
                                List.of(new MessageSigner(jiangxi.department.chain(), department())),
                                jiangxi.now)
                        .encoded(),
                EnvelopedMessage.seal(content, ContentCipher.SM4_GCM, MessageForm.CMS, chain, jiangxi.random)
                        .encoded(),
                EnvelopedMessage.signAndSeal(
                                content,
                                MessageForm.GM,
                                List.of(new MessageSigner(jiangxi.department.chain(), department())),
                                chain,
                                jiangxi.random)
                        .encoded(),
                EnvelopedKey.seal(jiangxi.key(), jiangxi.liKey.publicKey(), jiangxi.random)
                        .encoded());
        Inspection.Question question = new Inspection.Question(
                List.of(jiangxi.province.chain().getLast()), List.of(), List.of(), Purpose.ANY, jiangxi.now);
        Property.seeds(SEEDS).check(seed -> {
            Bytes one = good.get((int) (seed % good.size()));
            Mutations.survives(one, seed, der -> Inspection.inspect(der, question));
            Mutations.survives(one, seed, EncodingsTest::readAll);
        });
    }

    private poyang.crypto.Sm2PrivateKey department() {
        return jiangxi.department.key(Jiangxi.PASSWORD);
    }

    private static Object readAll(byte[] der) {
        List<java.util.function.Function<byte[], Object>> readers = List.of(
                Certificates::decode,
                CertificateRequest::decode,
                RevocationList::decode,
                SignedMessage::decode,
                EnvelopedMessage::decode,
                EnvelopedKey::decode);
        for (var reader : readers) {
            try {
                return reader.apply(der);
            } catch (PoyangException e) {
                // the next one may take it
            }
        }
        return der;
    }
}
