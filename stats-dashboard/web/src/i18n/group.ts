// Words of collisions of several departments.
export const groupZh = {
  kindGroup: '多方碰撞', protocolVoleGroup: '多方不经意求值 · 半诚实', revealGroup: '{0} 方共有的标识', newGroup: '发起多方碰撞', newGroupHint: '三至十个部门都有的标识：任何一方都不知道其中两方之间共有什么',
  groupSide: '第 {0} 方', members: '参与部门', ownMember: '本方（得到结果）', otherMember: '参与部门 {0}', moreMembers: '增加部门', removeMember: '减少部门', groupKinds: '各方碰撞键的标识符种类须依次相同', moreKeyColumns: '再加一个碰撞键',
  learnGroup: '自己的标识中其余各方都有的那些，以及各方不同标识的个数', learnGroupOthers: '各方不同标识的个数，此外一无所知', groupNothing: '各方规则没有共同允许的揭示方式或协议',
  groupJoin1: '列出各方都有的', groupJoin2: '列出本方全部并标注', groupJoin3: '列出并非各方都有的', groupUnmatched: '并非各方都有的 {0} 条', tooFew: '共有不足下限，不给出个数', groupMatched: '各方都有', inCommon: '共有个数', sumOf: '{0} 合计',
  fail_PEER_MISBEHAVED: '一方违反了协议，本次已中止，没有给出任何结果；请核查对方的计算节点', accusedOf: '指认违约的一方：{0}',
  reveal6: '共有的个数与合计', kindSums: '匹配合计', protocolDhSm2Sum: 'SM2 曲线求交，合计不开出数值 · 半诚实', protocolDh25519Sum: 'Curve25519 曲线求交，合计不开出数值 · 半诚实', newSums: '发起匹配合计', newSumsHint: '只得到双方共有标识的个数与对方数值的合计；标识与单个数值都不揭示',
  sumsForm: '{0}；共有达到 {1} 个才给出', matchedRows: '匹配行数', keysSide: '提供标识', valuesSide: '提供数值', sumColumns: '要合计的字段', countRows: '同时给出对方的匹配行数', sumsAtLeast: '共有达到多少个才给出', sumsHint: '同一标识的多行都计入；空值计 0',
  learnSums: '双方共有标识的个数及所选各列的合计，以及对方不同标识的个数；共有不足 {0} 个时都不给出，个数只有接收方的计算节点见到', matchSumColumn: '可合计', tooManySums: '连同行数最多 4 个', nothingMatched: '共有不足下限，个数与合计都不给出',
  askerSide: '询问方', asksOthers: '代为询问：两份数据都是其他部门的，只有本部门得到结果', protocolDhSm2Asked: 'SM2 曲线求交，只有询问方得知 · 半诚实', protocolDh25519Asked: 'Curve25519 曲线求交，只有询问方得知 · 半诚实',
  learnAskedRows: '两个数据方共有的标识，以及各方不同标识的个数', learnAskedSize: '两个数据方共有标识的个数，以及各方不同标识的个数，不知道是哪些', learnAskedOwner: '另一数据方不同标识的个数，此外一无所知',
};

export const groupEn: Record<keyof typeof groupZh, string> = {
  kindGroup: 'Group collision', protocolVoleGroup: 'oblivious evaluation of several parties · semi-honest', revealGroup: 'Identifiers that all {0} have', newGroup: 'New group collision', newGroupHint: 'Identifiers that three to ten departments all have; nobody learns what two of them share',
  groupSide: 'Party {0}', members: 'Departments', ownMember: 'Own (gets the result)', otherMember: 'Department {0}', moreMembers: 'Add a department', removeMember: 'Remove a department', groupKinds: 'The keys of all must be of the same kinds, in order', moreKeyColumns: 'Add a key column',
  learnGroup: 'those of its identifiers that all others have too, and how many different ones each has', learnGroupOthers: 'how many different identifiers each party has, and nothing else', groupNothing: 'The policies have nothing in common that may be revealed, or no protocol',
  groupJoin1: 'those that all have', groupJoin2: 'all own ones, each marked', groupJoin3: 'those that not all have', groupUnmatched: '{0} that not all have', tooFew: 'Fewer in common than asked for; the number is not told', groupMatched: 'All have it', inCommon: 'In common', sumOf: 'Sum of {0}',
  fail_PEER_MISBEHAVED: 'A party broke the protocol; the attempt ended without any result. Have its executor looked at', accusedOf: 'Named as the one that broke it: {0}',
  reveal6: 'How many in common, and sums', kindSums: 'Sums over matches', protocolDhSm2Sum: 'on the SM2 curve, sums without opening a value · semi-honest', protocolDh25519Sum: 'on Curve25519, sums without opening a value · semi-honest', newSums: 'New sums over matches', newSumsHint: 'Tells how many identifiers both have and the sums of the other side\'s values over them; no identifier and no single value',
  sumsForm: '{0}; from {1} in common on', matchedRows: 'matching rows', keysSide: 'Brings identifiers', valuesSide: 'Brings values', sumColumns: 'Columns to sum', countRows: 'Tell the number of the other side\'s matching rows too', sumsAtLeast: 'From how many in common on', sumsHint: 'All rows of an identifier count; an empty value is 0',
  learnSums: 'how many identifiers both sides have, the sums over them of the chosen columns, and how many different ones the other side has; below {0} nothing of it, and only the receiver’s executor saw the number', matchSumColumn: 'May be summed', tooManySums: 'At most 4, the number of rows among them', nothingMatched: 'Fewer in common than asked for: neither number nor sums',
  askerSide: 'Asker', asksOthers: 'Ask about others: both data sets are of other departments, and only yours gets the result', protocolDhSm2Asked: 'on the SM2 curve, for the asker alone · semi-honest', protocolDh25519Asked: 'on Curve25519, for the asker alone · semi-honest',
  learnAskedRows: 'the identifiers that both owners have, and how many different ones each has', learnAskedSize: 'how many identifiers both owners have, and how many different ones each has, and not which', learnAskedOwner: 'how many different identifiers the other owner has, and nothing else',
};
