/// Files and values that only a key opens. Sealed files: any size, to people's SM2 keys, in
/// authenticated chunks; start at {@link SealedFile}. Storage at rest: pages, records and values under
/// a process's storage key; start at {@link StorageKey}.
///
/// Papers: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
/// Misuse-Resistance", CRYPTO 2015 (STREAM). Byte by byte in docs/formats.md.
@NullMarked
package poyang.crypto.storage;

import org.jspecify.annotations.NullMarked;
