/// Sums of many reporters' numbers by a collector who sees ciphertexts alone. Start from
/// {@link poyang.homomorphic.aggregate.JointSum}.
///
/// Mouchet, Troncoso-Pastoriza, Bossuat and Hubaux, "Multiparty homomorphic encryption from
/// ring-learning-with-errors", PoPETs 2021.
@NullMarked
package poyang.homomorphic.aggregate;

import org.jspecify.annotations.NullMarked;
