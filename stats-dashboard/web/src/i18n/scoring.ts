// Words of scoring by another department's model.
export const scoringZh = {
  reveal4: '本方每一行的评分', protocolScoringBfv: '全同态加密评分 · 半诚实', encryptedInput: '可作密文运算', kindScoring: '密文评分',
  fail_INPUT_REFUSED: '输入中有数值不合计划声明的小数位或上限，或模型含有计划之外的项；请核对后重新提交',
  newScoring: '发起评分任务', newScoringHint: '用对方的模型给本方每一行评分：对方只见密文，本方只得评分', featuresSide: '特征方', modelSide: '模型方', ownFeatures: '本方数据（特征）', otherModel: '对方数据（模型）',
  nameColumn: '行标识（不离开本方）', featureColumns: '特征字段', decimals: '小数位', largestValue: '绝对值上限', termColumn: '项（字段）', coefficientColumn: '系数（字段）', degree: '次数', degree1: '线性', degree2: '二次', degree3: '三次',
  coefficientForm: '系数的小数位与绝对值上限', termsOf: '共 {0} 项；模型表每行写一项与其系数，项写作 1 或以 * 相连的特征名', noInput: '该数据没有允许作密文运算的字段', tooManyTerms: '项数超过 256：请减少特征或降低次数', scoreTooLarge: '按这些上限，评分会超出精确可容的位数：请减少小数位或缩小上限',
  modelUnbounded: '对方的规则没有限定对方行数与运行次数，模型不能用于评分', featureBoundsHint: '有一行超出小数位或上限，运行就会中止，绝不给出错误的评分',
  learnScores: '自己每一行的评分。每个评分是对方模型 {0} 个系数的一个线性方程：各次任务中不同的行达到 {0} 行，即可解出整个模型', learnScoredRows: '评分方的行数，此外一无所知',
  scoresOf: '评分 {0} 行', phase_scoring: '密文评分', scoringForm: '{0} 次模型，{1} 个特征，{2} 个系数',
};

export const scoringEn: Record<keyof typeof scoringZh, string> = {
  reveal4: 'A score for each own row', protocolScoringBfv: 'scoring under homomorphic encryption · semi-honest', encryptedInput: 'Encrypted input', kindScoring: 'Scoring',
  fail_INPUT_REFUSED: 'A number has more decimals than the plan declares or is out of its bound, or the model has a term that the plan does not; check them and submit again',
  newScoring: 'New scoring job', newScoringHint: 'Another department\'s model scores each of your rows: it sees ciphertexts only, you get scores only', featuresSide: 'Features', modelSide: 'Model', ownFeatures: 'Own data (features)', otherModel: 'Other data (model)',
  nameColumn: 'Names of rows (never leave)', featureColumns: 'Features', decimals: 'Decimals', largestValue: 'Largest magnitude', termColumn: 'Term (column)', coefficientColumn: 'Coefficient (column)', degree: 'Degree', degree1: 'Linear', degree2: 'Quadratic', degree3: 'Cubic',
  coefficientForm: 'Decimals and largest magnitude of coefficients', termsOf: '{0} terms; each row of the model is a term and its coefficient, a term being 1 or features joined by *', noInput: 'No column of this data may enter a computation under encryption', tooManyTerms: 'More than 256 terms: take fewer features or a lower degree', scoreTooLarge: 'Under these bounds scores outgrow what is exact: take fewer decimals or smaller bounds',
  modelUnbounded: 'The other side\'s rules bound no rows and runs, as a model\'s must', featureBoundsHint: 'A row with more decimals or out of bounds ends the run; there is never a wrong score',
  learnScores: 'the score of each of its own rows. Each score is one linear equation in the model\'s {0} coefficients: {0} different rows, over all jobs, give the whole model away', learnScoredRows: 'how many rows are scored, and nothing else',
  scoresOf: '{0} rows scored', phase_scoring: 'Scoring', scoringForm: 'degree {0}, {1} features, {2} coefficients',
};
