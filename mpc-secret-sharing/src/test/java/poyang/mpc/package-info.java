@NullMarked
package poyang.mpc;

import org.jspecify.annotations.NullMarked;
