/// Oblivious transfer: the receiver gets one of two keys, the sender does not learn which. Start at
/// {@link BaseOt}, which needs public-key operations; {@link OtExtension} makes thousands of
/// transfers out of 128 of these with symmetric operations alone.
///
/// Papers: Masny and Rindal, "Endemic oblivious transfer", ACM CCS 2019; Ishai, Kilian, Nissim,
/// Petrank, "Extending oblivious transfers efficiently", CRYPTO 2003; Roy, "SoftSpokenOT", CRYPTO
/// 2022.
@NullMarked
package poyang.mpc.ot;

import org.jspecify.annotations.NullMarked;
