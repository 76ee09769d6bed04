package poyang.crypto.pki;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;

/// Which identifiers a message's parts go by; on reading, either is taken.
public enum MessageForm {
    /// GM/T 0010 (1.2.156.10197.6.1.4.2).
    GM("1.2.156.10197.6.1.4.2"),
    /// CMS (RFC 5652), which PKCS#7 began (1.2.840.113549.1.7).
    CMS("1.2.840.113549.1.7");

    private final String arc;

    MessageForm(String arc) {
        this.arc = arc;
    }

    private ASN1ObjectIdentifier oid(String last) {
        return new ASN1ObjectIdentifier(arc + "." + last);
    }

    ASN1ObjectIdentifier plain() {
        return oid("1");
    }

    ASN1ObjectIdentifier signed() {
        return oid("2");
    }

    ASN1ObjectIdentifier enveloped() {
        return oid("3");
    }

    ASN1ObjectIdentifier signedAndEnveloped() {
        return oid("4");
    }

    static boolean isPlain(ASN1ObjectIdentifier type) {
        return type.equals(GM.plain()) || type.equals(CMS.plain());
    }

    static boolean isSigned(ASN1ObjectIdentifier type) {
        return type.equals(GM.signed()) || type.equals(CMS.signed());
    }

    static boolean isEnveloped(ASN1ObjectIdentifier type) {
        return type.equals(GM.enveloped()) || type.equals(CMS.enveloped());
    }

    static boolean isSignedAndEnveloped(ASN1ObjectIdentifier type) {
        return type.equals(GM.signedAndEnveloped()) || type.equals(CMS.signedAndEnveloped());
    }

    /// Whether a file that begins with this identifier is a message at all.
    static boolean isMessage(ASN1ObjectIdentifier type) {
        return type.on(new ASN1ObjectIdentifier(GM.arc))
                || type.on(new ASN1ObjectIdentifier(CMS.arc))
                || type.equals(ContentCipher.AUTHENTICATED);
    }
}
