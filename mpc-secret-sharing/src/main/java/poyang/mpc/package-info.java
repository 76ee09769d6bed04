/// What the protocols of this module share: the conversation with one peer.
@NullMarked
package poyang.mpc;

import org.jspecify.annotations.NullMarked;
