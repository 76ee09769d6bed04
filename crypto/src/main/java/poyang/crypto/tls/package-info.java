/// TLS 1.3 with SM suites (RFC 8998) between processes. Start at {@link poyang.crypto.tls.TlsIdentity};
/// what goes wrong on a connection is put into words by {@link poyang.crypto.tls.TlsRefusal}.
///
/// The protocol itself (messages, key schedule) is BouncyCastle's; curve, signatures and record cipher are
/// this project's own, in constant time, through the seam that its `TlsCrypto` leaves for that.
@NullMarked
package poyang.crypto.tls;

import org.jspecify.annotations.NullMarked;
