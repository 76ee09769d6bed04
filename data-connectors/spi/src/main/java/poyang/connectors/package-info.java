/// What the platform and a connector to a department's data know of each other. Start at
/// {@link Connector}; `data-connectors/testkit` holds the kit that every connector passes.
@NullMarked
package poyang.connectors;

import org.jspecify.annotations.NullMarked;
