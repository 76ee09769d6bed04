@NullMarked
package poyang.mpc.ot;

import org.jspecify.annotations.NullMarked;
