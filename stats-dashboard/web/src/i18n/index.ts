import { computed, ref } from 'vue';
import { en } from './en';
import { zh } from './zh';

export type Key = keyof typeof zh;
type Language = 'zh' | 'en';

export const language = ref<Language>(localStorage.getItem('poyang.language') === 'en' ? 'en' : 'zh');
const words = computed<Record<Key, string>>(() => (language.value === 'en' ? en : zh));

export function t(key: Key, ...values: (string | number | bigint)[]): string {
  return words.value[key].replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ''));
}

export function switchLanguage(): void {
  language.value = language.value === 'zh' ? 'en' : 'zh';
  localStorage.setItem('poyang.language', language.value);
  applyLanguage();
}

export function applyLanguage(): void {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
  document.title = language.value === 'zh' ? '鄱阳 · 数据协作' : 'Poyang · data collaboration';
}

const locale = () => (language.value === 'zh' ? 'zh-CN' : 'en-GB');

export function number(value: bigint | number): string {
  return new Intl.NumberFormat(locale()).format(value);
}

export function time(millis: bigint | number): string {
  const value = Number(millis);
  if (value === 0) return '—';
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(value);
}

export function size(bytes: bigint | number): string {
  const value = Number(bytes);
  if (value < 1024) return `${value} B`;
  if (value < 1_048_576) return `${(value / 1024).toFixed(1)} KiB`;
  return `${(value / 1_048_576).toFixed(1)} MiB`;
}
