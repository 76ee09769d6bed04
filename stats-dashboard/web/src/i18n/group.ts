// Words of collisions of several departments.
export const groupZh = {
  kindGroup: '多方碰撞', protocolVoleGroup: '多方不经意求值 · 半诚实', revealGroup: '{0} 方共有的标识', newGroup: '发起多方碰撞', newGroupHint: '三至十个部门都有的标识：任何一方都不知道其中两方之间共有什么',
  groupSide: '第 {0} 方', members: '参与部门', ownMember: '本方（得到结果）', otherMember: '参与部门 {0}', moreMembers: '增加部门', removeMember: '减少部门', groupKinds: '各方碰撞键的标识符种类须依次相同', moreKeyColumns: '再加一个碰撞键',
  learnGroup: '自己的标识中其余各方都有的那些，以及各方不同标识的个数', learnGroupOthers: '各方不同标识的个数，此外一无所知', groupNothing: '各方规则没有共同允许的揭示方式或协议',
  fail_PEER_MISBEHAVED: '一方违反了协议，本次已中止，没有给出任何结果；请核查对方的计算节点', accusedOf: '指认违约的一方：{0}',
};

export const groupEn: Record<keyof typeof groupZh, string> = {
  kindGroup: 'Group collision', protocolVoleGroup: 'oblivious evaluation of several parties · semi-honest', revealGroup: 'Identifiers that all {0} have', newGroup: 'New group collision', newGroupHint: 'Identifiers that three to ten departments all have; nobody learns what two of them share',
  groupSide: 'Party {0}', members: 'Departments', ownMember: 'Own (gets the result)', otherMember: 'Department {0}', moreMembers: 'Add a department', removeMember: 'Remove a department', groupKinds: 'The keys of all must be of the same kinds, in order', moreKeyColumns: 'Add a key column',
  learnGroup: 'those of its identifiers that all others have too, and how many different ones each has', learnGroupOthers: 'how many different identifiers each party has, and nothing else', groupNothing: 'The policies have nothing in common that may be revealed, or no protocol',
  fail_PEER_MISBEHAVED: 'A party broke the protocol; the attempt ended without any result. Have its executor looked at', accusedOf: 'Named as the one that broke it: {0}',
};
