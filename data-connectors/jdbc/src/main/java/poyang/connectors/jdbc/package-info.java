/// Connectors to databases over JDBC: {@link PostgresConnector}.
@NullMarked
package poyang.connectors.jdbc;

import org.jspecify.annotations.NullMarked;
