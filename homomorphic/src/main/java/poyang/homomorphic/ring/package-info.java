/// Polynomials modulo X^n + 1 over chains of primes below 2^50, in residue form: primes,
/// transforms,
/// conversions between chains, automorphisms, samplers. Start from {@link
/// poyang.homomorphic.ring.Ring}.
///
/// Residues are integers in doubles, because a fused multiply-add gives the exact product of two
/// 50-bit
/// numbers in two instructions on every lane of a vector, and no integer instruction that Java's
/// vectors
/// have does. The vector loops have scalar twins with the same bits.
///
/// Longa, Naehrig, "Speeding up the number theoretic transform for faster ideal lattice-based
/// cryptography", CANS 2016. Halevi, Polyakov, Shoup, "An improved RNS variant of the BFV
/// homomorphic
/// encryption scheme", CT-RSA 2019.
@NullMarked
package poyang.homomorphic.ring;

import org.jspecify.annotations.NullMarked;
