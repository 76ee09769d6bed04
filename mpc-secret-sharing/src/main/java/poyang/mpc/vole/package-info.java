/// Vector oblivious linear evaluation: long correlations c = b + a·Δ between two parties out of a
/// few hundred kilobytes. Start at {@link SilentVole}; {@link VoleProtocol} states what a run
/// costs, {@link CodeParameters} why the code is sound.
///
/// **AES, and not SM4, for trees and public streams.** The project's hash, signatures and seals are
/// SM; here the cipher is no secret-keyed primitive but a public permutation under public keys,
/// evaluated once and a half for each of N leaves, and a generator of public positions. The
/// platform's AES takes 1 ns for a block where SM4 with the widest vectors takes about 27: a
/// correlation for 2^20 items would take a quarter of a second longer of half a second in all.
/// Seeds of base transfers are expanded by SM4, sessions are bound by SM3.
@NullMarked
package poyang.mpc.vole;

import org.jspecify.annotations.NullMarked;
