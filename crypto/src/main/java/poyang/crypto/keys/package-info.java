/// Keys at rest and over time: what other programs wrote ({@link poyang.crypto.keys.KeyImport}),
/// PKCS#12 ({@link poyang.crypto.keys.Keystore}), versions of a key
/// ({@link poyang.crypto.keys.KeyRing}), root keys in several hands
/// ({@link poyang.crypto.keys.Custody}), tokens ({@link poyang.crypto.keys.HardwareToken}).
/// Start at {@link poyang.crypto.keys.Keystore}.
///
/// Standards: RFC 5958 and 8018 (PKCS#8, PBES2), RFC 7292 and 9579 (PKCS#12, PBMAC1), GM/T 0091
/// (the same with SM3 and SM4), GM/T 0054 (the life of a key), PKCS#11 2.40.
@NullMarked
package poyang.crypto.keys;

import org.jspecify.annotations.NullMarked;
