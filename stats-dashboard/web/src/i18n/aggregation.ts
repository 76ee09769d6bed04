// Words of totals over several departments.
export const aggregationZh = {
  reveal5: '各方合计', protocolBfvSum: '联合密钥同态求和 · 汇聚方可恶意，报送方半诚实', kindAggregation: '合计',
  newTotals: '发起合计任务', newTotalsHint: '多个部门的数值相加：汇聚方只见密文，接收方只得合计', reporters: '报送方', reporterSide: '报送方 {0}', collectorSide: '汇聚方', noDataset: '不提供数据',
  valueColumn: '数值字段', categoryColumn: '类别字段', moreReporters: '增加报送方', removeReporter: '减少报送方', statistics: '要得到', statistic1: '行数', statistic2: '总和', statistic3: '均值', statistic4: '方差',
  collector: '汇聚方', collectorHint: '其计算节点只做密文相加；不能是报送方', categories: '类别（可不填）', categoriesPlaceholder: '例如：110101、120101', categoriesHint: '用逗号或空格分开，最多 200 个；其他取值的行不计入。请选人数多的类别',
  valueForm: '数值的小数位与绝对值上限', valueBoundHint: '有一个数值超出，运行就会中止，绝不给出错误的合计', sameDepartment: '报送方须为不同部门', collectorReports: '汇聚方不能是报送方', askerOutside: '本方须为报送方或汇聚方',
  tooFewReporters: '{0} 的规则要求除接收方外至少 {1} 个报送方', boundOutside: '上限超出可精确合计的范围', tooManyCategories: '类别超过 200 个', toldCount: '行数', toldSum: '总和', toldSquares: '平方和',
  learnTotals: '{0} 个报送方合计的{1}（{2} 个类别），不知道其中任何一方的数值；合计减去自己的数值即其余各方的合计', everybodyElse: '其他各方', learnPlanOnly: '除方案本身外一无所知；汇聚方只见密文',
  linksAgree: '每两方的通信摘要都一致', inputsBound: '各方凭证互相绑定其他各方的输入承诺',
  totalsOf: '合计 {0} 行', aggregationForm: '{0}；{1} 个类别；{2} 个报送方', phase_keys: '生成联合密钥', phase_encrypting: '加密数值', phase_adding: '密文相加与核对', phase_decrypting: '联合解密', linkOf: '与{0}的通信摘要', inputOf: '{0}的输入承诺',
};

export const aggregationEn: Record<keyof typeof aggregationZh, string> = {
  reveal5: 'Totals of all parties', protocolBfvSum: 'sums under a joint key · malicious collector, semi-honest reporters', kindAggregation: 'Totals',
  newTotals: 'New totals job', newTotalsHint: 'Several departments\' values are added up: the collector sees ciphertexts only, the receiver totals only', reporters: 'Reporters', reporterSide: 'Reporter {0}', collectorSide: 'Collector', noDataset: 'brings no data',
  valueColumn: 'Value column', categoryColumn: 'Category column', moreReporters: 'Add a reporter', removeReporter: 'Remove a reporter', statistics: 'Wanted', statistic1: 'Number of rows', statistic2: 'Sum', statistic3: 'Mean', statistic4: 'Variance',
  collector: 'Collector', collectorHint: 'Its executor only adds ciphertexts; none of the reporters', categories: 'Categories (optional)', categoriesPlaceholder: 'for example 110101, 120101', categoriesHint: 'By commas or blanks, at most 200; rows of other values are left out. Choose categories that are large',
  valueForm: 'Decimals and largest magnitude of values', valueBoundHint: 'A value out of bounds ends the run; there is never a wrong total', sameDepartment: 'Reporters must be different departments', collectorReports: 'The collector cannot report', askerOutside: 'Your department must report or collect',
  tooFewReporters: 'The rules of {0} demand at least {1} reporters besides the receiver', boundOutside: 'The bound outgrows what can be added exactly', tooManyCategories: 'More than 200 categories', toldCount: 'number of rows', toldSum: 'sum', toldSquares: 'sum of squares',
  learnTotals: 'the {1} of {0} reporters together ({2} categories), and no single one\'s numbers; who knows some of them subtracts them and has the total of the others', everybodyElse: 'Everybody else', learnPlanOnly: 'nothing but the plan; the collector sees ciphertexts only',
  linksAgree: 'The transcripts of every two parties agree', inputsBound: 'Each receipt binds the inputs of all others',
  totalsOf: '{0} lines of totals', aggregationForm: '{0}; {1} categories; {2} reporters', phase_keys: 'Joint key', phase_encrypting: 'Encrypting', phase_adding: 'Adding and checking', phase_decrypting: 'Joint decryption', linkOf: 'Transcript with {0}', inputOf: 'Input root of {0}',
};
