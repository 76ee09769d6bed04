/// The pairing-friendly curves BN254 and BLS12-381: fields, groups, pairing, multi-scalar multiplication
/// and number-theoretic transforms. Start at {@link Curve}.
///
/// Field elements are Montgomery residues, {@link Field#longs} longs each at an offset of an array, so that
/// a million of them is one array. Affine points are x ‖ y, and all zeros stand for the point at
/// infinity, which no curve here has at (0, 0).
///
/// Nothing here is constant in time: time and memory access depend on scalars. A prover therefore
/// runs where its owner's own data lie, not where another can measure it.
///
/// Sources: Barreto and Naehrig, SAC 2005, with the parameter of EIP-196 and EIP-197 (BN254, about 100 bits
/// of security by the estimates of Kim and Barbulescu, CRYPTO 2016); Barreto, Lynn, Scott, SCN 2002,
/// with the parameter of Zcash and RFC 9380 (BLS12-381, about 120 bits).
@NullMarked
package poyang.zkp.curves;

import org.jspecify.annotations.NullMarked;
