/// The kit that every connector passes: extend {@link ConnectorKit} in the connector's tests.
@NullMarked
package poyang.connectors.testkit;

import org.jspecify.annotations.NullMarked;
