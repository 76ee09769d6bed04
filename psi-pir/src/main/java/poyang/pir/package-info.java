/// Private information retrieval: one row of a matrix is read and its holder does not learn which.
/// Start at {@link poyang.pir.RowClient} and {@link poyang.pir.RowServer}; reading by keyword is
/// {@link poyang.pir.KeywordClient} over {@link poyang.pir.KeywordTable}.
///
/// - first pass: A. Henzinger, M. Hong, H. Corrigan-Gibbs, S. Meiklejohn, V. Vaikuntanathan, "One
///   Server for the Price of Two: Simple and Fast Single-Server PIR", USENIX Security 2023, over
///   the ring, as in S. Menon, D. Wu, "YPIR", USENIX Security 2024, section 4.6
/// - packing without a hint at the client: R. Mahdavi, S. Patel, J. Seo, K. Yeo, "InsPIRe", IEEE
///   S&P 2026 (ePrint 2025/1352), section 3
/// - oblivious pseudorandom function for keywords: S. Jarecki, A. Kiayias, H. Krawczyk, ASIACRYPT
///   2014; verifiable as in RFC 9497
@NullMarked
package poyang.pir;

import org.jspecify.annotations.NullMarked;
