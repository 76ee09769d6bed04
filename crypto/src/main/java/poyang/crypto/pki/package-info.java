/// A province's certificates: authorities (root, city, department) and whom they certify (nodes, users,
/// services), requests and approvals, revocation lists, chains, and messages that certified people sign
/// or seal (CMS). Start at {@link CertificateAuthority}; who only checks starts at
/// {@link ChainValidation}.
///
/// Standards: GM/T 0015 (certificates on SM2, over RFC 5280), RFC 2986 (requests), GM/T 0009 and GM/T 0010
/// (messages and protected keys, over PKCS#7 and RFC 5652). BouncyCastle reads and writes the ASN.1; what
/// signs, verifies, seals and opens is this project's own SM2.
@NullMarked
package poyang.crypto.pki;

import org.jspecify.annotations.NullMarked;
