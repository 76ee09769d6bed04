@NullMarked
package poyang.mpc.field;

import org.jspecify.annotations.NullMarked;
