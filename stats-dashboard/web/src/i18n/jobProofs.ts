// Words of jobs that ask another department for a proof.
export const jobProofsZh = {
  reveal7: '声明及其证明', protocolZkProof: '零知识证明 · 证明方可恶意', kindProof: '请求证明', proverSide: '证明方', phase_proving: '证明与核对', useKey: '声明的密钥', provenOnChain: '链上的证明', proofsOf: '证明 {0} 份，均已核对',
  newProof: '请求证明', newProofHint: '请另一部门就它已在链上承诺的数据作出证明：数据不离开该部门，每个节点都验证证明，任何人可离线再验证', noPublished: '还没有其他部门公布可以请求的承诺与声明', publishedBy: '对方公布的声明', provenDataset: '承诺所用的数据', boundOf: '{0} {1}', personsDataset: '所问的人（本方数据，至多 16 行）', personColumn: '姓名或号码（字段）',
  columnsMissing: '该数据没有承诺所列的字段，或这些字段不允许作密文运算', statedRecords: '已承诺的表中有一条记录满足 {0}', statedColumn: '已承诺的列的个数、总和、平均', statedClasses: '已承诺的列的个数、总和、平均，以及以 {0} 分界的分布', statedList: '所问的每个人是否在已承诺的名单中',
  learnStated: '{0}，附人人可验的证明，此外一无所知', learnWhat: '所问的是什么；链上所有账户都能看到证明及其公开值', learnWho: '所问的是哪些人；链上所有账户都能看到证明及其公开值',
  fail_PROVING_KEY_MISSING: '证明方的计算节点没有与所公布密钥相符的证明密钥，或没有承诺的秘密', fail_COMMITMENT_DIFFERS: '数据与所公布的承诺不符；请证明方用承诺时的数据，或公布新的承诺', fail_STATEMENT_FALSE: '所请求的声明不成立，因此没有证明',
};

export const jobProofsEn: Record<keyof typeof jobProofsZh, string> = {
  reveal7: 'A statement with its proof', protocolZkProof: 'zero-knowledge proof · malicious prover', kindProof: 'Proof', proverSide: 'Proves', phase_proving: 'Proving and verifying', useKey: 'Key of the statement', provenOnChain: 'Proofs on chain', proofsOf: '{0} proofs, each verified',
  newProof: 'Ask for a proof', newProofHint: 'Another department proves a statement about data that it has committed to on chain: the data stay there, every node verifies the proof, and anybody does again offline', noPublished: 'No other department has published a commitment and statement to ask for yet', publishedBy: 'Published statement', provenDataset: 'The data committed to', boundOf: '{0} {1}', personsDataset: 'Whom it is about (own data, at most 16 rows)', personColumn: 'Name or number (column)',
  columnsMissing: 'The data have not the columns of the commitment, or these may not enter a computation under encryption', statedRecords: 'a record of the committed table has {0}', statedColumn: 'count, sum and average of the committed column', statedClasses: 'count, sum and average of the committed column, and its classes by the limits {0}', statedList: 'whether each of those it asks about is in the committed list',
  learnStated: '{0}, with a proof that anybody can verify, and nothing else', learnWhat: 'what is asked; every account of the chain sees the proof and its public values', learnWho: 'who is asked about; every account of the chain sees the proof and its public values',
  fail_PROVING_KEY_MISSING: 'The proving department\'s executor has no proving key that fits the published one, or not the commitment\'s secret', fail_COMMITMENT_DIFFERS: 'The data are not those of the published commitment: prove from those, or publish a new one', fail_STATEMENT_FALSE: 'What was asked to be proven is not true, so there is no proof',
};
