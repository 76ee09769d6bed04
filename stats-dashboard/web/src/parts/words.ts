// Sizes and times as people say them.
import { language, number, t } from '../i18n';

/** A rounded size in words: 约 2.1 万 行, about 21 thousand rows. */
export function rowsInWords(rows: bigint | number): string {
  const value = Number(rows);
  if (language.value === 'en') {
    if (value >= 1e6) return t('aboutRows', `${trimmed(value / 1e6)} million`);
    return t('aboutRows', number(value));
  }
  for (const [unit, word] of [[1e8, '亿'], [1e4, '万']] as [number, string][]) if (value >= unit) return t('aboutRows', `${trimmed(value / unit)}\u00a0${word}`);
  return t('aboutRows', number(value));
}

const trimmed = (value: number): string => value.toFixed(value < 10 ? 2 : 1).replace(/\.?0+$/, '');

export function timeLeft(seconds: bigint | number): string {
  const value = Number(seconds);
  if (value < 90) return t('secondsLeft', value);
  if (value < 5400) return t('minutesLeft', Math.ceil(value / 60));
  return t('hoursLeft', (value / 3600).toFixed(1));
}
