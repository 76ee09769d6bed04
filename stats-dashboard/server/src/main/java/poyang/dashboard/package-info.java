/// The console's server: an index of the chain built from finalised blocks only, a login by signed
/// challenge, and a courier for what people sign in their browsers. It never holds a person's key or
/// an open result. Start at {@link poyang.dashboard.ConsoleServer}.
@NullMarked
package poyang.dashboard;

import org.jspecify.annotations.NullMarked;
