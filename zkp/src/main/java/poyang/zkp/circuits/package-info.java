/// Circuits: statements about values of a scalar field that a proof system can prove, written as a class with
/// public and secret inputs and one `define`. Start at {@link Circuit}.
///
/// Sources: the shape of the front end follows the published interface of gnark (Botrel, Piellard and
/// others); rank-1 constraints are those of Gennaro, Gentry, Parno, Raykova, EUROCRYPT 2013.
@NullMarked
package poyang.zkp.circuits;

import org.jspecify.annotations.NullMarked;
