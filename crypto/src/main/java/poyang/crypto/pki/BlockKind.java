package poyang.crypto.pki;

import java.io.IOException;
import java.util.Locale;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;

/// What a block of a file is, told by its structure.
enum BlockKind {
    CERTIFICATE,
    REQUEST,
    REVOCATION_LIST,
    MESSAGE,
    ENVELOPED_KEY,
    SM9,
    PUBLIC_KEY,
    PRIVATE_KEY,
    SECTION_1_KEY,
    ENCRYPTED_KEY,
    CFCA_KEY,
    KEYSTORE,
    PARAMETERS,
    UNKNOWN;

    static BlockKind of(Pem.Block block) {
        if (block.label().toUpperCase(Locale.ROOT).contains("SM9")) {
            return SM9;
        }
        try {
            ASN1Primitive whole = firstLook(block.der().toArray());
            if (whole instanceof ASN1ObjectIdentifier) {
                return PARAMETERS;
            }
            return whole instanceof ASN1Sequence parts ? of(parts) : UNKNOWN;
        } catch (IOException | RuntimeException e) {
            return UNKNOWN;
        }
    }

    /// Messages of some makers are not well-formed throughout; their beginning is.
    private static ASN1Primitive firstLook(byte[] der) throws IOException {
        return ASN1Primitive.fromByteArray(MessageParts.repaired(der));
    }

    private static BlockKind of(ASN1Sequence parts) {
        ASN1Encodable first = parts.getObjectAt(0);
        if (first instanceof ASN1ObjectIdentifier type) {
            return MessageForm.isMessage(type) ? MESSAGE : UNKNOWN;
        }
        if (first instanceof ASN1Integer version) {
            return numbered(parts, version);
        }
        if (!(first instanceof ASN1Sequence inner)) {
            return UNKNOWN;
        }
        if (parts.size() == 2 && is(parts, 1, ASN1BitString.class)) {
            return isSm9(inner) ? SM9 : PUBLIC_KEY;
        }
        if (parts.size() == 2 && is(parts, 1, ASN1OctetString.class)) {
            return ENCRYPTED_KEY;
        }
        if (parts.size() == 4 && is(parts, 1, ASN1Sequence.class) && is(parts, 3, ASN1BitString.class)) {
            return ENVELOPED_KEY;
        }
        return parts.size() == 3 && is(parts, 2, ASN1BitString.class) ? signed(inner) : UNKNOWN;
    }

    private static BlockKind numbered(ASN1Sequence parts, ASN1Integer version) {
        if (parts.size() >= 3 && is(parts, 1, ASN1Sequence.class) && is(parts, 2, ASN1OctetString.class)) {
            return isSm9((ASN1Sequence) parts.getObjectAt(1)) ? SM9 : PRIVATE_KEY;
        }
        if (parts.size() >= 2 && is(parts, 1, ASN1OctetString.class)) {
            return SECTION_1_KEY;
        }
        if (parts.size() == 3 && is(parts, 1, ASN1Sequence.class) && is(parts, 2, ASN1Sequence.class)) {
            ASN1Encodable named = ((ASN1Sequence) parts.getObjectAt(1)).getObjectAt(0);
            boolean message = named instanceof ASN1ObjectIdentifier type && MessageForm.isMessage(type);
            return version.hasValue(3) ? KEYSTORE : message ? CFCA_KEY : UNKNOWN;
        }
        return version.hasValue(3) && parts.size() == 2 ? KEYSTORE : UNKNOWN;
    }

    /// Certificate, request or list: by the part that is signed.
    private static BlockKind signed(ASN1Sequence body) {
        if (body.getObjectAt(0) instanceof ASN1TaggedObject) {
            return CERTIFICATE;
        }
        int last = body.size() - 1;
        if (body.getObjectAt(0) instanceof ASN1Integer && body.size() >= 3) {
            boolean request = body.getObjectAt(2) instanceof ASN1Sequence key
                    && key.size() == 2
                    && key.getObjectAt(1) instanceof ASN1BitString;
            if (request) {
                return REQUEST;
            }
            boolean validity = body.size() >= 6
                    && body.getObjectAt(3) instanceof ASN1Sequence times
                    && times.size() == 2
                    && body.getObjectAt(5) instanceof ASN1Sequence;
            return validity && !(body.getObjectAt(last) instanceof ASN1TaggedObject) ? CERTIFICATE : REVOCATION_LIST;
        }
        return body.getObjectAt(0) instanceof ASN1Sequence ? REVOCATION_LIST : UNKNOWN;
    }

    private static boolean is(ASN1Sequence parts, int at, Class<?> kind) {
        return kind.isInstance(parts.getObjectAt(at));
    }

    private static boolean isSm9(ASN1Sequence algorithm) {
        for (ASN1Encodable part : algorithm) {
            if (part instanceof ASN1ObjectIdentifier oid && PublicKeys.isSm9(oid)) {
                return true;
            }
        }
        return false;
    }
}
