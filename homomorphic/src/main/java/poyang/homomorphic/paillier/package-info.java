/// Paillier's cryptosystem: sums of encrypted integers. Start from
/// {@link poyang.homomorphic.paillier.PaillierPublicKey}.
///
/// Paillier, EUROCRYPT 1999. Damgård, Jurik, Nielsen, "A generalization of Paillier's public-key
/// system with applications to electronic voting", Int. J. Inf. Security 2010, section 4.2. Ma,
/// Han, Wang, "Optimized Paillier's cryptosystem with fast encryption and decryption", ACSAC 2021.
@NullMarked
package poyang.homomorphic.paillier;

import org.jspecify.annotations.NullMarked;
