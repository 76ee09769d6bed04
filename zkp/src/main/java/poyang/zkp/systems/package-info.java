/// Proof systems over the curves: Groth16 and PLONK, their verifiers, provers and set-ups, and the file
/// formats of the circom/snarkjs world. Start at {@link Groth16} and {@link Plonk}.
///
/// Verification is strict: numbers are canonical, points are on the curve and in the subgroup, the number of
/// public values is the key's. What is refused says why; what cannot be read is a `PoyangException`.
///
/// Sources: Groth, EUROCRYPT 2016; Gabizon, Williamson, Ciobotaru, ePrint 2019/953.
@NullMarked
package poyang.zkp.systems;

import org.jspecify.annotations.NullMarked;
