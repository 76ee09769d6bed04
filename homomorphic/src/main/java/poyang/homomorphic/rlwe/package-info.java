/// BFV and CKKS in residue form. Start from {@link poyang.homomorphic.rlwe.Bfv} for exact
/// integers, from {@link poyang.homomorphic.rlwe.Ckks} for approximate real and complex numbers.
///
/// Fan, Vercauteren, "Somewhat practical fully homomorphic encryption", ePrint 2012/144. Cheon,
/// Kim, Kim, Song, "Homomorphic encryption for arithmetic of approximate numbers", ASIACRYPT 2017,
/// in the residue form of Cheon, Han, Kim, Kim, Song, SAC 2018. Homomorphic Encryption Standard
/// (2018).
@NullMarked
package poyang.homomorphic.rlwe;

import org.jspecify.annotations.NullMarked;
