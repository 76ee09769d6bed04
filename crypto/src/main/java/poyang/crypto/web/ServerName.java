package poyang.crypto.web;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Locale;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.GeneralName;

/// How browsers address a server: a name or an address.
final class ServerName {
    private final String text;
    private final byte[] address;

    private ServerName(String text, byte[] address) {
        this.text = text;
        this.address = address;
    }

    static ServerName parse(String text) {
        return new ServerName(text.toLowerCase(Locale.ROOT), octets(text));
    }

    /// Empty for a name. Never asks the network.
    private static byte[] octets(String text) {
        try {
            return text.contains(":") || text.matches("[0-9.]+")
                    ? InetAddress.ofLiteral(text).getAddress()
                    : new byte[0];
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    String text() {
        return text;
    }

    /// As a subject alternative name.
    GeneralName general() {
        return address.length == 0
                ? new GeneralName(GeneralName.dNSName, text)
                : new GeneralName(GeneralName.iPAddress, new DEROctetString(address));
    }

    /// As a name constraint: an address goes with a mask that leaves no other.
    GeneralName subtree() {
        if (address.length == 0) {
            return general();
        }
        byte[] masked = Arrays.copyOf(address, 2 * address.length);
        Arrays.fill(masked, address.length, masked.length, (byte) 0xff);
        return new GeneralName(GeneralName.iPAddress, new DEROctetString(masked));
    }

    /// Whether a certificate's subject alternative name stands for this server, as browsers judge it: the
    /// same name, the same address, or a wildcard in place of the first label.
    ///
    /// @param type 2 for a name, 7 for an address (RFC 5280)
    boolean matches(int type, String alternative) {
        if (address.length > 0) {
            return type == GeneralName.iPAddress && Arrays.equals(address, octets(alternative));
        }
        String name = alternative.toLowerCase(Locale.ROOT);
        int dot = text.indexOf('.');
        return type == GeneralName.dNSName
                && (name.equals(text) || (dot > 0 && name.equals("*" + text.substring(dot))));
    }
}
