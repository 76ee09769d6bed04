/// Certificates for browsers: the international kind (RFC 5280 on P-256, P-384 or RSA), because no
/// browser speaks SM TLS. Start at {@link WebIdentity}, which a server reads from its files;
/// {@link WebAuthority} makes such files where no authority of an operator stands behind them.
///
/// These certificates name a server to people's browsers and nothing else. People and processes are
/// known by SM2 keys ({@link poyang.crypto.pki}, {@link poyang.crypto.tls}).
@NullMarked
package poyang.crypto.web;

import org.jspecify.annotations.NullMarked;
