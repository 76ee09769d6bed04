package poyang.crypto.pki;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import poyang.crypto.CryptoErrors;
import poyang.kernel.PoyangException;

/// A subject's further names, written `dns:NAME`, `ip:ADDRESS`, `email:ADDRESS` or `uri:ADDRESS`.
final class AlternativeNames {
    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_])?");
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]{7,15}|[0-9A-Fa-f:.]{2,45}");
    private static final Pattern MAIL = Pattern.compile("[!-~&&[^@]]{1,64}@[A-Za-z0-9.-]{1,190}");
    private static final Pattern LOCATION = Pattern.compile("[a-z][a-z0-9+.-]{1,20}:[!-~]{1,400}");

    private AlternativeNames() {}

    /// @throws PoyangException `BAD_SUBJECT` for another form
    static GeneralNames encode(List<String> names) {
        return new GeneralNames(names.stream().map(AlternativeNames::encode).toArray(GeneralName[]::new));
    }

    private static GeneralName encode(String name) {
        int colon = name.indexOf(':');
        String kind = colon < 0 ? "" : name.substring(0, colon);
        String value = name.substring(colon + 1);
        try {
            if (kind.equals("dns") && HOST.matcher(value).matches()) {
                return new GeneralName(GeneralName.dNSName, value);
            }
            if (kind.equals("ip") && ADDRESS.matcher(value).matches()) {
                return new GeneralName(GeneralName.iPAddress, value);
            }
            if (kind.equals("email") && MAIL.matcher(value).matches()) {
                return new GeneralName(GeneralName.rfc822Name, value);
            }
            if (kind.equals("uri") && LOCATION.matcher(value).matches()) {
                return new GeneralName(GeneralName.uniformResourceIdentifier, value);
            }
        } catch (IllegalArgumentException e) {
            // refused below
        }
        throw new PoyangException(
                CryptoErrors.BAD_SUBJECT,
                "\"" + name + "\" is no alternative name",
                "write dns:NAME, ip:ADDRESS, email:ADDRESS or uri:ADDRESS");
    }

    static boolean isHost(String name) {
        return HOST.matcher(name).matches();
    }

    static List<String> decode(GeneralNames names) {
        List<String> words = new ArrayList<>();
        for (GeneralName name : names.getNames()) {
            words.add(
                    switch (name.getTagNo()) {
                        case GeneralName.dNSName -> "dns:" + name.getName();
                        case GeneralName.rfc822Name -> "email:" + name.getName();
                        case GeneralName.uniformResourceIdentifier -> "uri:" + name.getName();
                        case GeneralName.iPAddress ->
                            "ip:"
                                    + address(ASN1OctetString.getInstance(name.getName())
                                            .getOctets());
                        case GeneralName.directoryName -> "name:" + X500Name.getInstance(name.getName());
                        default -> "other:" + name.getTagNo();
                    });
        }
        return words;
    }

    private static String address(byte[] octets) {
        try {
            return InetAddress.getByAddress(octets).getHostAddress();
        } catch (UnknownHostException e) {
            return octets.length + " bytes that are no address";
        }
    }
}
