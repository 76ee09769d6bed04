@NullMarked
package poyang.mpc.vole;

import org.jspecify.annotations.NullMarked;
