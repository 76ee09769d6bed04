/// Connectors to files on the department's own machine: {@link CsvConnector} and
/// {@link ParquetConnector}.
@NullMarked
package poyang.connectors.files;

import org.jspecify.annotations.NullMarked;
