// Words of scoring by another department's model.
export const scoringZh = {
  reveal4: '本方每一行的评分', protocolScoringBfv: '全同态加密评分 · 半诚实', encryptedInput: '可作密文运算',
  fail_INPUT_REFUSED: '输入中有数值不合计划声明的小数位或上限，或模型含有计划之外的项；请核对后重新提交',
};

export const scoringEn: Record<keyof typeof scoringZh, string> = {
  reveal4: 'A score for each own row', protocolScoringBfv: 'scoring under homomorphic encryption · semi-honest', encryptedInput: 'Encrypted input',
  fail_INPUT_REFUSED: 'A number has more decimals than the plan declares or is out of its bound, or the model has a term that the plan does not; check them and submit again',
};
