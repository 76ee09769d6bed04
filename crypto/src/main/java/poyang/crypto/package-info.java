/// SM2, SM3, SM4 and what is built on them: signatures, sealed boxes, key files, certificates, TLS,
/// Merkle trees, random sources. Start at {@link Sm2PrivateKey} and {@link TlsIdentity}.
///
/// Standards: GB/T 32918 (SM2), GB/T 32905 (SM3), GB/T 32907 (SM4), RFC 8998 (TLS 1.3 suites).
@NullMarked
package poyang.crypto;

import org.jspecify.annotations.NullMarked;
