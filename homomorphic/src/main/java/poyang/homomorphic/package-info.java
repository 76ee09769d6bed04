/// What the schemes of homomorphic encryption have in common: their error codes.
@NullMarked
package poyang.homomorphic;

import org.jspecify.annotations.NullMarked;
