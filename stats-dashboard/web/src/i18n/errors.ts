// What the errors of chain, executors and console come to, in Chinese: the words that come with an error are
// English and follow in brackets, for they name the value that was wrong.
export const errorsInChinese: Record<string, string> = {
  // contracts
  BAD_ARGUMENTS: '填写的内容不合要求', NOT_ALLOWED: '您的账户没有做这件事的权限', NOT_FOUND: '没有找到，或您无权查看', EXISTS: '已经存在',
  POLICY_FORBIDS: '数据的使用规则不允许；可请数据管理员修改规则', WRONG_STATE: '当前状态下不能这样做，请刷新后再看', DEADLINE_PASSED: '任务已过截止时间，可重新运行',
  NOT_FRESH: '承诺值已用过，须用新的随机数', RECEIPT_DIFFERS: '凭证与链上内容不一致', KEY_USED_BEFORE: '这把密钥已用过', BAD_WINDOW: '有效期不正确',
  // accounts and the chain
  KEY_NOT_YET_GOOD: '密钥尚未生效', KEY_STOPPED: '密钥已停用，请使用新密钥', CERTIFICATE_REVOKED: '证书已吊销，请联系管理员', ACCOUNT_FROZEN: '账户已冻结，请联系管理员',
  TRANSACTION_OUT_OF_TIME: '提交得太晚，请重新签名提交', TRANSACTION_REPLAYED: '这笔提交已经处理过', TRANSACTION_NOT_SIGNED: '签名不正确，请确认账户与密钥文件相符',
  TRANSACTION_OF_OTHER_CHAIN: '这是另一条链的提交', POOL_FULL: '链上待处理的提交太多，请稍后再试', READ_NOT_ALLOWED: '您无权读取', NOT_FINAL: '尚未得到确认，请稍后再试', NOT_FINAL_YET: '尚未得到确认，请稍后再试',
  NOT_PROVEN: '收到的内容没有通过验证', STALE_QUERY: '本机时间与服务器相差太大，请校准时间', REPLAYED_QUERY: '这次请求已经用过，请再试一次', BUSY: '服务正忙，请稍后再试', CALL_FAILED: '没有连上，请稍后再试',
  // executors and sources
  CHILD_LOST: '计算节点的沙箱进程没有应答，请再试一次', TIME_LIMIT: '超过了计算节点允许的时间', MEMORY_LIMIT: '超过了计算节点允许的内存', JAIL_UNAVAILABLE: '计算节点无法建立沙箱，请联系管理员',
  EXECUTOR_NOT_ALLOWED: '计算节点不允许您的账户这样做', SOURCE_EXISTS: '已有同名的数据来源，请换一个标识', NO_SUCH_SOURCE: '计算节点上没有这个数据来源', SOURCE_OUTSIDE_FOLDER: '文件须放在计算节点指定的目录里',
  NO_RESULT: '这次运行没有可取的结果', MISSING_SETTING: '还有必填的连接参数没有填写', SOURCE_MISSING: '没有找到文件或数据表，请检查路径或名称', SOURCE_MALFORMED: '数据格式不正确',
  UNKNOWN_COLUMN: '数据里没有这个字段', CONNECTION_FAILED: '连不上数据库，请检查地址、账户与密码', SOURCE_LOST: '读取数据来源时中断', UNKNOWN_CONNECTOR: '计算节点不支持这种来源', INPUT_MALFORMED: '数据格式不正确',
  ACCOUNT_BARRED: '账户已冻结，请联系管理员', NOT_A_FOLLOWER: '审计记录只给已在链上声明监看的监管员', AUDIT_AHEAD: '日志比此前所见的短', AUDIT_LOG_DAMAGED: '日志文件被改动', RULE_FORBIDS: '权限规则不允许', NEEDS_APPROVALS: '权限规则要求多个部门同意，请先提案',
  // the console
  INTERNAL: '服务内部出错，请联系管理员', NOT_LOGGED_IN: '登录已失效，请重新登录', LOGIN_REFUSED: '登录没有成功，请检查账户与密钥文件', TOO_MANY_FAILURES: '失败次数太多，请五分钟后再试',
  FORGED_REQUEST: '页面已过期，请刷新后再试', NOT_YOURS: '这不属于您的部门', BAD_REQUEST: '请求不正确，请刷新后再试', BAD_CONFIG: '控制台的设置不正确，请联系管理员', FOREIGN_INDEX: '控制台的索引属于另一条链，请联系管理员',
};
