package poyang.crypto.pki;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;

/// What people call a curve.
final class CurveNames {
    private CurveNames() {}

    static String of(ASN1ObjectIdentifier curve) {
        String name = ECNamedCurveTable.getName(curve);
        return name == null ? "curve " + curve.getId() : name;
    }
}
