// Words of totals over several departments.
export const aggregationZh = {
  reveal5: '各方合计', protocolBfvSum: '联合密钥同态求和 · 汇聚方可恶意，报送方半诚实',
};

export const aggregationEn: Record<keyof typeof aggregationZh, string> = {
  reveal5: 'Totals of all parties', protocolBfvSum: 'sums under a joint key · malicious collector, semi-honest reporters',
};
