// Whoever registers a source, or only uses the console, reads in Chinese what went wrong.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorsInChinese } from '../src/i18n/errors';

const FILES = [
  '../server/src/main/java/poyang/dashboard/ConsoleErrors.java',
  '../../data-connectors/spi/src/main/java/poyang/connectors/ConnectorErrors.java',
];

describe('errors', () => {
  for (const file of FILES) {
    it(`of ${file.split('/').pop()} have Chinese words`, () => {
      const names = [...readFileSync(file, 'utf8').matchAll(/"([A-Z_]{4,})"/g)].map((m) => m[1]!);
      expect(names.length).toBeGreaterThan(5);
      expect(names.filter((name) => !errorsInChinese[name])).toEqual([]);
    });
  }
});
