package poyang.crypto.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import poyang.crypto.CryptoErrors;
import poyang.crypto.Sm2PrivateKey;
import poyang.kernel.Bytes;
import poyang.kernel.ErrorCode;
import poyang.kernel.PoyangException;

/// Messages that people sign and seal, in both forms, and what must be refused.
final class MessageTest {
    private static final Bytes CONTENT = Bytes.utf8("关于调取公积金缴存数据的函 (2026) 17");

    private Jiangxi jiangxi;
    private Person wang;
    private Person li;

    /// A person with a pair of certificates.
    private record Person(Sm2PrivateKey signing, Sm2PrivateKey opening, X509Certificate signs, X509Certificate opens) {}

    @BeforeEach
    void found(@TempDir Path folder) {
        jiangxi = new Jiangxi(folder);
        wang = person("王小明");
        li = person("李华");
    }

    private Person person(String name) {
        Sm2PrivateKey own = jiangxi.key();
        CertificateAuthority.Issued issued =
                jiangxi.issue(jiangxi.department, jiangxi.user(own, name, new EncryptionKey.MadeByAuthority()));
        return new Person(
                own,
                issued.envelope().orElseThrow().open(own),
                issued.certificates().get(0),
                issued.certificates().get(1));
    }

    private MessageSigner signer(Person person) {
        return new MessageSigner(jiangxi.department.issuedChain(person.signs()), person.signing());
    }

    private MessageTrust trust() {
        return trust(RevocationView.notConsulted());
    }

    private MessageTrust trust(RevocationView view) {
        return new MessageTrust(List.of(jiangxi.province.chain().getLast()), List.of(), view, jiangxi.now);
    }

    private static void refused(ErrorCode code, String words, Runnable step) {
        PoyangException refused = assertThrows(PoyangException.class, step::run);
        assertEquals(code, refused.code(), refused.getMessage());
        assertTrue(refused.wrong().contains(words), refused.wrong());
    }

    @Test
    void severalPeopleSignAttachedAndDetached() {
        for (MessageForm form : MessageForm.values()) {
            for (boolean attached : new boolean[] {true, false}) {
                SignedMessage message = SignedMessage.decode(
                        SignedMessage.sign(CONTENT, attached, form, List.of(signer(wang), signer(li)), jiangxi.now)
                                .encoded()
                                .toArray());
                Optional<Bytes> beside = attached ? Optional.empty() : Optional.of(CONTENT);
                assertEquals(2, message.verify(beside, trust()).size());
                assertTrue(message.verify(beside, trust()).containsAll(List.of(wang.signs(), li.signs())));
                assertEquals(attached, message.content().isPresent());
                refused(
                        CryptoErrors.BAD_MESSAGE,
                        "its content",
                        () -> message.verify(attached ? Optional.of(CONTENT) : Optional.empty(), trust()));
                if (!attached) {
                    refused(
                            CryptoErrors.BAD_MESSAGE,
                            "another content",
                            () -> message.verify(Optional.of(Bytes.utf8("其他")), trust()));
                }
            }
        }
    }

    @Test
    void aRevokedOrForeignSignerIsRefused() {
        SignedMessage message = SignedMessage.sign(CONTENT, true, MessageForm.GM, List.of(signer(wang)), jiangxi.now);
        jiangxi.department.revoke(
                List.of(wang.signs().getSerialNumber()),
                RevocationReason.AFFILIATION_CHANGED,
                jiangxi.now,
                jiangxi.zhang);
        RevocationView view = RevocationView.of(List.of(jiangxi.list(jiangxi.department)));
        refused(CryptoErrors.BAD_CERTIFICATE, "left or moved", () -> message.verify(Optional.empty(), trust(view)));
        jiangxi.now = jiangxi.now.plus(Duration.ofDays(8));
        refused(CryptoErrors.BAD_CERTIFICATE, "revoked on", () -> message.verify(Optional.empty(), trust(view)));
        SignedMessage other = SignedMessage.sign(CONTENT, true, MessageForm.GM, List.of(signer(li)), jiangxi.now);
        refused(CryptoErrors.BAD_CERTIFICATE, "stale", () -> other.verify(Optional.empty(), trust(view)));
        refused(
                CryptoErrors.BAD_CERTIFICATE,
                "another key",
                () -> new MessageSigner(jiangxi.department.issuedChain(wang.signs()), li.signing()));
        SignedMessage byEncryptionKey = SignedMessage.sign(
                CONTENT,
                true,
                MessageForm.CMS,
                List.of(new MessageSigner(jiangxi.department.issuedChain(li.opens()), li.opening())),
                jiangxi.now);
        refused(
                CryptoErrors.BAD_CERTIFICATE,
                "is not for signatures",
                () -> byEncryptionKey.verify(Optional.empty(), trust()));
    }

    @Test
    void onlyReceiversOpenAnEnvelope() {
        for (MessageForm form : MessageForm.values()) {
            for (ContentCipher cipher : ContentCipher.values()) {
                EnvelopedMessage message = EnvelopedMessage.decode(
                        EnvelopedMessage.seal(CONTENT, cipher, form, List.of(wang.opens(), li.opens()), jiangxi.random)
                                .encoded()
                                .toArray());
                assertEquals(CONTENT, message.open(wang.opening(), Optional.of(wang.opens())));
                assertEquals(CONTENT, message.open(li.opening(), Optional.empty()));
                refused(
                        CryptoErrors.AUTHENTICATION_FAILED,
                        "does not open",
                        () -> message.open(wang.signing(), Optional.of(wang.signs())));
            }
            EnvelopedMessage signed = EnvelopedMessage.decode(EnvelopedMessage.signAndSeal(
                            CONTENT, form, List.of(signer(wang)), List.of(li.opens()), jiangxi.random)
                    .encoded()
                    .toArray());
            assertEquals(CONTENT, signed.openAndVerify(li.opening(), Optional.of(li.opens()), trust()));
            refused(CryptoErrors.BAD_MESSAGE, "signed too", () -> signed.open(li.opening(), Optional.of(li.opens())));
        }
    }

    @Test
    void noChangedByteIsTaken() {
        Bytes signed = SignedMessage.sign(CONTENT, true, MessageForm.CMS, List.of(signer(wang)), jiangxi.now)
                .encoded();
        Mutations.refused(signed, der -> SignedMessage.decode(der).verify(Optional.empty(), trust()));
        Bytes sealed = EnvelopedMessage.seal(
                        CONTENT, ContentCipher.SM4_GCM, MessageForm.CMS, List.of(li.opens()), jiangxi.random)
                .encoded();
        Mutations.refusedOr(
                sealed,
                der -> EnvelopedMessage.decode(der).open(li.opening(), Optional.of(li.opens())),
                CONTENT::equals);
        Bytes both = EnvelopedMessage.signAndSeal(
                        CONTENT, MessageForm.GM, List.of(signer(wang)), List.of(li.opens()), jiangxi.random)
                .encoded();
        Mutations.refusedOr(
                both,
                der -> EnvelopedMessage.decode(der).openAndVerify(li.opening(), Optional.of(li.opens()), trust()),
                CONTENT::equals);
        Bytes unsealed = EnvelopedMessage.seal(
                        CONTENT, ContentCipher.SM4_CBC, MessageForm.GM, List.of(li.opens()), jiangxi.random)
                .encoded();
        Mutations.refusedOr(
                unsealed, der -> EnvelopedMessage.decode(der).open(li.opening(), Optional.of(li.opens())), _ -> true);
        Bytes key = EnvelopedKey.seal(li.opening(), li.signing().publicKey(), jiangxi.random)
                .encoded();
        Mutations.refused(key, der -> EnvelopedKey.decode(der).open(li.signing()));
    }
}
