package poyang.crypto.pki;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import poyang.crypto.CryptoErrors;
import poyang.kernel.PoyangException;

/// Whom a certificate names. Texts may be Chinese; they are encoded as UTF-8, the country as GM/T 0015
/// asks for, in printable letters.
///
/// @param country two capital letters
/// @param organisation 1 to 64 characters, for example `江西省税务局`
/// @param unit a part of the organisation, or empty
/// @param commonName 1 to 64 characters: an authority's, a process's or a person's name
public record Subject(String country, String organisation, String unit, String commonName) {
    private static final int TEXT_MAX = 64;
    private static final Pattern COUNTRY = Pattern.compile("[A-Z]{2}");

    /// @throws PoyangException `BAD_SUBJECT`
    public Subject {
        need(COUNTRY.matcher(country).matches(), "the country \"" + country + "\"", "two capital letters");
        text("organisation", organisation, 1);
        text("unit", unit, 0);
        text("common name", commonName, 1);
    }

    private static void text(String field, String text, int least) {
        int length = text.codePointCount(0, text.length());
        need(
                length >= least
                        && length <= TEXT_MAX
                        && text.equals(text.strip())
                        && text.codePoints().noneMatch(Character::isISOControl),
                "the " + field + " \"" + text + "\"",
                least + " to " + TEXT_MAX + " characters without surrounding blanks or control characters");
    }

    private static void need(boolean good, String what, String right) {
        if (!good) {
            throw new PoyangException(
                    CryptoErrors.BAD_SUBJECT, what + " cannot stand in a certificate", "give " + right);
        }
    }

    /// The subject that `name` holds, as far as it has these four parts.
    static Subject of(X500Name name) {
        return new Subject(
                part(name, BCStyle.C, "CN"),
                part(name, BCStyle.O, ""),
                part(name, BCStyle.OU, ""),
                part(name, BCStyle.CN, ""));
    }

    private static String part(X500Name name, ASN1ObjectIdentifier type, String otherwise) {
        RDN[] found = name.getRDNs(type);
        return found.length == 0
                ? otherwise
                : IETFUtils.valueToString(found[0].getFirst().getValue()).replace("\\", "");
    }

    X500Name name() {
        List<RDN> parts = new ArrayList<>(organisationParts());
        if (!unit.isEmpty()) {
            parts.add(new RDN(BCStyle.OU, new DERUTF8String(unit)));
        }
        parts.add(new RDN(BCStyle.CN, new DERUTF8String(commonName)));
        return new X500Name(parts.toArray(RDN[]::new));
    }

    /// The part of the name that all of an organisation's subjects begin with.
    X500Name organisationName() {
        return new X500Name(organisationParts().toArray(RDN[]::new));
    }

    private List<RDN> organisationParts() {
        return List.of(
                new RDN(BCStyle.C, new DERPrintableString(country)),
                new RDN(BCStyle.O, new DERUTF8String(organisation)));
    }

    @Override
    public String toString() {
        return "C=" + country + ", O=" + organisation + (unit.isEmpty() ? "" : ", OU=" + unit) + ", CN=" + commonName;
    }
}
