// Words of the page of views.
export const viewsZh = {
  menuViews: '隐私查询', viewsTitle: '隐私查询', viewsHint: '按标识查一条记录，持有方不知道查的是谁，只知道谁、何时、为何、查了几个', publishView: '发布查询视图',
  ownViews: '本部门发布的视图', otherViews: '其他部门的视图', allViews: '全部视图', noViews: '还没有视图', viewHolder: '持有部门', viewBy: '按哪个字段查', viewShows: '显示字段', viewAskers: '谁可以查',
  viewQuota: '配额', viewQuotaWords: '{0} 小时内：每个账户 {1} 个，每个部门 {2} 个，一次最多 {3} 个', priceClass: '价格类别', viewState: '状态', viewStanding: '可查询（第 {0} 版，约 {1} 条）', viewMaking: '正在制表', viewFailed: '制表失败：{0}', viewWithdrawn: '已撤回',
  viewCounters: '查询次数 / 标识数', viewRefresh: '重新制表', viewWithdraw: '撤回', viewRefreshOk: '计算节点将按现在的数据重新制表，区块高度 {0}', viewWithdrawOk: '视图已撤回，区块高度 {0}', viewPublishedOk: '视图已发布，区块高度 {0}；计算节点正在制表',
  viewCommand: '也可用命令查询', viewPhase: '正在制表：{0}（{1}）', viewRanges: '按区间或前缀查询', viewRangeLearnt: '查询方除命中的条目外，还会看到相邻条目和沿途的若干标识；持有方只知道有人查询和最多几条',
  viewTotal: '{0}：{1} 个标识共命中 {2} 条记录（第 {3} 至 {4} 次查询）；只有总数，没有哪一个',
  lookupAsk: '查询', lookupLearns: '标识只在这个浏览器里出现：{0} 只会知道您在何时、为何、查了几个，不知道查的是谁、有没有查到', lookupKeys: '标识，每行一个，最多 {0} 个（{1}）', lookupPurpose: '用途（持有方会看到）', lookupCounts: '计入配额 {0} 个，往来约 {1} 字节', lookupSubmit: '签名并查询',
  lookupStep_form: '核对表的承诺', lookupStep_ask: '在链上登记', lookupStep_evaluate: '盲化标识', lookupStep_answer: '生成并发送密文', lookupStep_close: '核对并结束', lookupKey_: '第 {0} 个标识', lookupAbsent: '承诺的表里没有这个标识的记录', lookupComplaint: '应答不可信：{0}。已密封告知监管，持有方看不出来',
  lookupDone: '查询 {0}，往来 {1} 字节，用时 {2} 毫秒', lookupBadKey: '第 {0} 个标识不符合这种标识的格式；什么都没有发出', lookupLies: '持有方的应答与链上不符：{0}', viewPurpose: '须写明用途', viewPurposeNot: '用途可不写',
  viewName: '视图标识', viewRecords: '同一标识最多几条记录', viewHours: '期间（小时）', viewEach: '每个账户', viewAll: '每个部门合计', viewOnce: '一次最多', viewCost: '预计制表约 {0} 秒（单核），内存约为数据的三倍', viewNoColumns: '该数据没有允许作查询键或可供查看的字段；请先在“数据资源”里修改规则',
  lookupKey: '可作查询键', lookupValue: '可供查看', lookups: '查询记录', lookupsHint: '这里看得到谁查了几个，看不到查的是谁、有没有查到', noLookups: '还没有查询', lookup: '查询', asker: '查询人', keywords: '标识数',
  lookup1: '已计数', lookup2: '已应答', lookup3: '已结束', lookup4: '未应答，已退回',
};

export const viewsEn: Record<keyof typeof viewsZh, string> = {
  menuViews: 'Private look-ups', viewsTitle: 'Private look-ups', viewsHint: 'Read a record by key; its holder learns who asked when, why and how many, and not whom', publishView: 'Publish a view',
  ownViews: 'Views of this department', otherViews: 'Views of other departments', allViews: 'All views', noViews: 'No views yet', viewHolder: 'Holder', viewBy: 'By column', viewShows: 'Shows', viewAskers: 'Who may ask',
  viewQuota: 'Quota', viewQuotaWords: 'in {0} hours: {1} keys an account, {2} a department, {3} at once', priceClass: 'Price class', viewState: 'State', viewStanding: 'stands (version {0}, about {1} records)', viewMaking: 'being made', viewFailed: 'failed: {0}', viewWithdrawn: 'withdrawn',
  viewCounters: 'Look-ups / keys', viewRefresh: 'Make anew', viewWithdraw: 'Withdraw', viewRefreshOk: 'The executor makes a table of the data as they are now; block {0}', viewWithdrawOk: 'The view was withdrawn; block {0}', viewPublishedOk: 'The view is published, block {0}; the executor makes its table',
  viewCommand: 'Or by command', viewPhase: 'being made: {0} ({1})', viewRanges: 'Read by ranges and prefixes', viewRangeLearnt: 'Besides its entries an asker sees their neighbours and some keys on the way; the holder learns that there was a look-up, and of how many entries at most',
  viewTotal: '{0}: {1} keys matched {2} records (look-ups {3} to {4}); the total only, never which',
  lookupAsk: 'Look up', lookupLearns: 'Keys appear in this browser only: {0} learns when, why and how many you look up, and not whom or whether there was a record', lookupKeys: 'Keys, one a line, {0} at most ({1})', lookupPurpose: 'Purpose (the holder reads it)', lookupCounts: '{0} keys are counted, about {1} bytes both ways', lookupSubmit: 'Sign and look up',
  lookupStep_form: 'checking the commitment', lookupStep_ask: 'counting on chain', lookupStep_evaluate: 'blinding keys', lookupStep_answer: 'encrypting', lookupStep_close: 'checking and closing', lookupKey_: 'Key {0}', lookupAbsent: 'The committed table has no record of this key', lookupComplaint: 'No answer to trust: {0}. The supervisors have been told, sealed; the holder cannot see it',
  lookupDone: 'Look-up {0}, {1} bytes both ways, {2} ms', lookupBadKey: 'Key {0} is no identifier of this kind; nothing was sent', lookupLies: 'The holder does not do as the chain says: {0}', viewPurpose: 'a purpose is needed', viewPurposeNot: 'no purpose needed',
  viewName: 'Name of the view', viewRecords: 'Records a key may have', viewHours: 'Period (hours)', viewEach: 'An account', viewAll: 'A department', viewOnce: 'At once', viewCost: 'The table takes about {0} s of one core, and about three times the data in memory', viewNoColumns: 'No column of this data set may be a look-up key, or be shown: change its rules under Data sets first',
  lookupKey: 'Look-up key', lookupValue: 'May be shown', lookups: 'Look-ups', lookupsHint: 'Who looked up how many; not whom, and not whether there was a record', noLookups: 'No look-ups yet', lookup: 'Look-up', asker: 'Asker', keywords: 'Keys',
  lookup1: 'counted', lookup2: 'answered', lookup3: 'closed', lookup4: 'not answered, given back',
};
