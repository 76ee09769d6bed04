import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { createSSRApp, h } from 'vue';
import { renderToString } from 'vue/server-renderer';

vi.hoisted(() => vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined }));
const { default: Listed } = await import('../src/parts/Listed.vue');
const { language } = await import('../src/i18n');

const shown = (list: unknown[] | null) => {
  const app = createSSRApp({ render: () => h(Listed, { list, words: 'nothing yet' }, () => 'the table') });
  app.component('ElEmpty', { props: ['description'], render(this: { description: string }) { return h('i', this.description); } });
  return renderToString(app);
};

describe('a list', () => {
  it('is not called empty before it is known', async () => {
    for (const [spoken, word] of [['zh', '正在读取…'], ['en', 'Loading…']] as const) {
      language.value = spoken;
      const before = await shown(null);
      expect(before).toContain(word);
      expect(before).not.toContain('nothing yet');
      expect(before).not.toContain('the table');
    }
  });

  it('is called empty once that is known', async () => {
    const empty = await shown([]);
    expect(empty).toContain('nothing yet');
    expect(empty).not.toContain('the table');
    expect(empty).not.toContain('data-testid="loading"');
  });

  it('is shown when something is in it', async () => {
    const full = await shown([1]);
    expect(full).toContain('the table');
    expect(full).not.toContain('nothing yet');
    expect(full).not.toContain('data-testid="loading"');
  });
});

describe('the pages', () => {
  const pages = new URL('../src/pages/', import.meta.url);
  const sources = readdirSync(pages).filter((name) => name.endsWith('.vue')).map((name) => ({ name, lines: readFileSync(new URL(name, pages), 'utf8').split('\n') }));

  it('leave it to one part to say that there is nothing', () => {
    for (const { name, lines } of sources) expect(lines.filter((line) => line.includes('<el-empty')), name).toEqual([]);
  });

  it('show no table before they know what stands in it, for an empty one says so by itself', () => {
    let tables = 0;
    for (const { name, lines } of sources) {
      lines.forEach((line, index) => {
        if (!line.includes('<el-table ')) return;
        tables++;
        expect(line.includes('<el-table v-if="') || lines[index - 1]!.trim().startsWith('<Listed :list="'), `${name}:${index + 1}`).toBe(true);
      });
    }
    expect(tables).toBeGreaterThan(15);
  });
});
