"""What can go wrong while the program runs: ledger, broker, desks, replay; and changes that contradict what is."""

from __future__ import annotations

RUNNING: dict[str, str] = {
    "the library {library} is not installed": "没有安装程序库 {library}",
    "Run: pip install 'case-router[calendar]'": "运行 pip install 'case-router[calendar]'",
    "{library} {version} has no data for {year}": "{library} {version} 没有 {year} 年的数据",
    "Bring it up to date once the notice is out, or write the notice into a file: calendar import FILE": (
        "放假通知公布后升级该库，或把通知写成文件：calendar import 文件"
    ),
    "the figures were counted by a newer program (rules {theirs}, this one has {ours})": (
        "统计数字由更新的程序算出（规则版本 {theirs}，本程序为 {ours}）"
    ),
    "Run the newer program; or, to go back to this one: case-router figures recount.": (
        "请运行较新的程序；若要退回本程序，运行 case-router figures recount"
    ),
    # -- rules in force
    "its due date would lie beyond the year 9999": "推算出的时限超出 9999 年",
    "it was received in the future": "受理时间在将来",
    "another row has the same id and says something else": "另有一行编号相同而内容不同",
    "{nearest}`case-router divisions list` shows them.": "{nearest}用 case-router divisions list 查看编码",
    "{nearest}`case-router policy list` has the names.": "{nearest}用 case-router policy list 查看名称",
    "a case on record has its facts already": "台账里的工单情况已定",
    "Say either an ID, or what a case would be like.": "或写编号，或描述一件工单，二者取一",
    "--mapping says it all": "--mapping 已说明全部",
    "Leave --columns, --zone, --time and --encoding out.": "不要再给 --columns、--zone、--time、--encoding",
    "--columns is {given!r}": "--columns 的值是 {given!r}",
    "Write received=COLUMN and, joined by commas, any of {known}; or name a --mapping.": (
        "写成 received=列名，并可以逗号连上 {known}；或用 --mapping"
    ),
    "no column says when a case was received": "没有说明哪一列是受理时间",
    "Add received=COLUMN to --columns.": "在 --columns 中加上 received=列名",
    "the time looked at ends before it begins": "所选时段的终点早于起点",
    "no rules are in force": "没有生效的规则",
    "no tree is installed": "尚未导入区划",
    "no policies are installed": "尚未导入规则",
    "Run: case-router {command} FILE": "运行：case-router {command} 文件",
    "no tree is installed, and a policy's ladder names its tiers": "尚未导入区划，而规则的提级阶梯要用到层级名",
    "Run first: case-router divisions import FILE": "先运行：case-router divisions import 文件",
    "the policy {version} of a running case is not on record": "台账中没有在办工单所用的规则 {version}",
    "{kind} {version} is on record with other content, and versions never change": (
        "台账中已有内容不同的 {kind} {version}，版本一经登记不得更改"
    ),
    "Give what you have a version of its own.": "另起一个版本号",
    # -- ledger
    "the database does not answer: {reason}": "数据库连不上：{reason}",
    "Check that it runs and can be reached; what was not recorded is tried again.": (
        "检查数据库是否运行、网络是否可达；未登记的会重试"
    ),
    "another writer of this process did not let go": "本进程内另一处写入一直未结束",
    "no connection was free in time": "没有空闲的数据库连接",
    "the database refused: {reason}": "数据库拒绝执行：{reason}",
    "the ledger cannot keep this case: {reason}": "台账无法保存这件工单：{reason}",
    "a text holds a NUL character": "文本中含有空字符（NUL）",
    "a text holds half of a surrogate pair": "文本中含有不完整的字符（半个代理对）",
    "no ledger speaks {drivername}": "台账不支持 {drivername}",
    "a ledger in memory would be lost with the process": "内存中的台账会随进程消失",
    "the ledger's URL cannot be read": "台账地址无法解读",
    "Use sqlite:///path/of/file.db or postgresql+psycopg://user:password@host/name.": (
        "写 sqlite:///文件路径，或 postgresql+psycopg://用户:密码@主机/库名"
    ),
    "the ledger is of version {found}, version {needed} is needed": (
        "台账结构版本为 {found}，所需版本为 {needed}"
    ),
    "the ledger is empty, version {needed} is needed": "台账还是空库，所需结构版本为 {needed}",
    "Run `case-router db upgrade`.": "运行 case-router db upgrade",
    "this program has no schema of its own: its installation is broken": "程序缺少自带的台账结构，安装不完整",
    "the ledger is of version {found}, which this program does not know; it needs {needed}": (
        "台账结构版本为 {found}，本程序不认识，可能由更新的程序建立；本程序所需版本为 {needed}"
    ),
    "Install the program that made it, or a later one, and run its `case-router db upgrade`.": (
        "安装建立它的程序版本或更新的版本，再运行其 case-router db upgrade"
    ),
    # -- contacts and keys
    "personal data came in and there is no key to encrypt them": "收到联系人资料，但没有加密密钥",
    "the personal data are encrypted, and no key was given to read them": (
        "联系人资料已加密，未提供密钥，无法读取"
    ),
    "the personal data were encrypted under another key than the one given": (
        "联系人资料是用另一把密钥加密的，与所提供的密钥不符"
    ),
    "Give the key that was in use when they were recorded (contact_key_file or CASE_ROUTER_CONTACT_KEY).": (
        "提供登记时所用的密钥（contact_key_file 或 CASE_ROUTER_CONTACT_KEY）"
    ),
    "Make one with `head -c 32 /dev/urandom | base64`, keep it in a file of its own that is backed up "
    "apart from the database, and give it in the settings; without it contacts cannot be read again.": (
        "用 `head -c 32 /dev/urandom | base64` 生成，单独存为文件，与数据库分开备份，"
        "并在设置（contact_key_file）中写明；没有它，联系人资料再也无法读取"
    ),
    "Name the key's file in the setting contact_key_file, or give the key in CASE_ROUTER_CONTACT_KEY.": (
        "在设置 contact_key_file 中写明密钥文件，或用环境变量 CASE_ROUTER_CONTACT_KEY 给出密钥"
    ),
    "the key for contacts is not {bytes} bytes in base64": "联系人密钥不是 {bytes} 字节的 base64",
    "the key for contacts is not {bytes} bytes": "联系人密钥不是 {bytes} 字节",
    "the key file is not there": "密钥文件不存在",
    "Make one: head -c 32 /dev/urandom | base64 > FILE": "生成一个：head -c 32 /dev/urandom | base64 > 文件",
    "the password file is not there": "密码文件不存在",
    "the URL of the management API names {user} and no password": "管理接口的网址写了用户 {user}，没有写密码",
    "Write http://{user}:PASSWORD@host:15672; {file} has the password of the user in `broker`.": (
        "写作 http://{user}:密码@主机:15672；{file} 中的密码属于 broker 所写的用户，不替他人使用"
    ),
    "a field has a value of the wrong type: {reason}": "字段的值类型不对：{reason}",
    "Give the type that the command names for it.": "请按命令为该字段规定的类型填写",
    "a restore is under way, and the ledger does not know yet what was said since its backup": (
        "正在恢复，备份之后各方报送的内容尚未补齐"
    ),
    "Go on with it: case-router recover --after-restore --lost-at {lost_at}. To give it up: "
    "case-router sla unhold {restore}.": (
        "请继续恢复：case-router recover --after-restore --lost-at {lost_at}；"
        "若要放弃：case-router sla unhold {restore}"
    ),
    "there is no key for personal data": "没有联系人资料的加密密钥",
    "Make one: head -c 32 /dev/urandom | base64 > FILE. Name it in contact_key_file, or give the key in "
    "{variable}; every process of an installation has the same.": (
        "生成一个：head -c 32 /dev/urandom | base64 > 文件；在 contact_key_file 中写明，或用 {variable} "
        "给出；同一安装的各个进程使用同一把"
    ),
    # -- a restored ledger
    "the ledger was not lost then: it knows of things up to {newest}, and now it is {now}": (
        "台账不可能在那时丢失：恢复后的台账记到 {newest}，现在是 {now}"
    ),
    "Give the instant at which the lost one did its last work. If something was done on the restored one already, "
    "put the backup back, and run this with --begin before anything else.": (
        "写明丢失的台账最后正常工作的时间；若恢复后已在台账上做过操作，请重新放回备份，先用 --begin 运行"
    ),
    "a restore is under way already: the ledger was lost at {lost_at}": (
        "已有一次恢复正在进行：台账丢失于 {lost_at}"
    ),
    "Give that instant. If it is wrong, put the backup back and begin anew.": (
        "请写同一时间；若该时间有误，重新放回备份后再开始"
    ),
    "roles are running: {who}": "还有角色在运行：{who}",
    "what is sent cannot be kept: {reason}": "所发内容无法保留：{reason}",
    "Name a file in a folder that this program may write to.": "写明一个本程序可写的目录中的文件",
    "Stop them all, `intake` too; a minute later run this again.": "全部停止，包括 intake；一分钟后再运行",
    # -- broker
    "the broker does not answer: {reason}": "消息队列连不上：{reason}",
    "the broker cannot be reached: {reason}": "消息队列连不上：{reason}",
    "Start it or correct its URL.": "启动消息队列，或改正地址",
    "Start it or correct its URL; what was not done comes again.": (
        "启动消息队列，或改正地址；未处理完的消息会再送来"
    ),
    "Start it or correct its URL; what was to be sent stays in the outbox.": (
        "启动消息队列，或改正地址；待发消息留在台账中"
    ),
    "it does not begin with amqp:// or amqps://": "开头不是 amqp:// 或 amqps://",
    "this is no URL of a broker: {reason}": "消息队列地址无法解读：{reason}",
    "the broker's URL names a user and no password": "消息队列地址里有账号，没有密码",
    "Name a file with it in broker_password_file, or write amqp://user:password@host:5672/vhost.": (
        "在 broker_password_file 中指明密码文件，或写成 amqp://用户:密码@主机:5672/虚拟主机"
    ),
    "Write amqp://user:password@host:5672/vhost.": "写成 amqp://用户:密码@主机:5672/虚拟主机",
    "the broker does not take this user and password": "消息队列不接受该账号或密码",
    "`topology apply` with a management URL creates the accounts of desks and channels.": (
        "topology apply 加 --management 可建立承办单位和渠道的账号"
    ),
    "it exists with other arguments: {reason}": "已存在，但参数不同：{reason}",
    "Delete it once it is empty and apply again; `recover` sends again what it held.": (
        "待其为空后删除，再运行 topology apply；recover 会重新送达其中的工单"
    ),
    "the broker does not let us: {reason}": "消息队列拒绝操作：{reason}",
    "Use an account with `configure` on this virtual host; running processes have none.": (
        "使用在该虚拟主机上有 configure 权限的账号；运行中的进程没有此权限"
    ),
    "the broker does not show us queue {queue}: {reason}": "无权查看队列 {queue}：{reason}",
    "Apply the topology again, or use the router's own account.": (
        "重新运行 topology apply，或使用路由自己的账号"
    ),
    "{method} {path} ended with {status}: {reason}": "{method} {path} 返回 {status}：{reason}",
    "this is no URL of a management API": "管理接口地址无法解读",
    "Write http://user:password@host:15672.": "写成 http://用户:密码@主机:15672",
    "the management API refuses us ({status})": "管理接口拒绝访问（{status}）",
    "Use an account with the tag `administrator`.": "使用带 administrator 标签的账号",
    "the management API does not answer: {reason}": "管理接口连不上：{reason}",
    "Enable it (rabbitmq-plugins enable rabbitmq_management) or correct the URL.": (
        "启用管理插件（rabbitmq-plugins enable rabbitmq_management），或改正地址"
    ),
    "the embedded broker is in another process": "内置消息队列在另一个进程中",
    "the publisher was closed": "发送端已关闭",
    "the consumer was closed": "接收端已关闭",
    "the embedded broker lives in one process, so roles cannot run apart": (
        "内置消息队列只在一个进程内，各角色不能分开运行"
    ),
    "Use `case-router up`, or name a RabbitMQ with --broker amqp://user:password@host/vhost.": (
        "使用 case-router up，或用 --broker amqp://用户:密码@主机/虚拟主机 指明 RabbitMQ"
    ),
    "there is no role {unknown}": "没有角色 {unknown}",
    "Roles: {known}.": "可用的角色：{known}",
    "nobody can listen there: {reason}": "无法在该地址监听：{reason}",
    "Choose another http_port (0 takes any free one).": "换一个 http_port（0 为任意空闲端口）",
    # -- programs of desks and channels
    "there is no handler for answers": "没有处理答复的函数",
    "Decorate a function of (answer) with @channel.on_answered.": (
        "用 @channel.on_answered 装饰一个 (answer) 函数"
    ),
    "there is no handler for assigned cases": "没有处理派来工单的函数",
    "Decorate a function of (case, office) with @desk.on_assigned.": (
        "用 @desk.on_assigned 装饰一个 (case, office) 函数"
    ),
    "two handlers for {tag}": "{tag} 有两个处理函数",
    "aside_limit must be between 1 and {prefetch}": "aside_limit 须在 1 和 {prefetch} 之间",
    "this names no desk": "没有写明承办单位的程序",
    "it is a {kind}, not a Desk": "这是 {kind}，不是 Desk",
    "the handler keeps failing: {aside} messages are set aside": "处理函数一直出错：已搁置 {aside} 条消息",
    "Nothing was lost: `case-router parked list` has them; message.set_aside is in the log.": (
        "没有丢失消息：用 case-router parked list 查看，日志中有 message.set_aside"
    ),
    "Nothing was lost: they are back in the queue. Look for message.set_aside in the log.": (
        "没有丢失消息，已退回队列；在日志中查找 message.set_aside"
    ),
    "stopped before the broker answered": "消息队列尚未应答即已停止",
    "stopped before the broker confirmed": "消息队列尚未确认即已停止",
    "reports are not confirmed": "报告未获消息队列确认",
    "reports are not confirmed: {reason}": "报告未获消息队列确认：{reason}",
    "They are sent again.": "会再次发送",
    "no queue is bound for it": "没有绑定的队列",
    "a queue on its way is full": "途经的队列已满",
    "the case could not be decided; it is parked": "工单未能处理，已暂存",
    "the command could not be decided and was parked": "命令未能处理，已暂存",
    "Look: case-router parked list": "查看：case-router parked list",
    "there is no case {case_id}": "没有编号为 {case_id} 的工单",
    "`case-router case list` shows the open ones.": "用 case-router case list 查看在办工单",
    "Write module:attribute, where the attribute is a router.tiers.Desk or a function that makes one.": (
        "写成 模块:属性，属性须为 router.tiers.Desk 或生成它的函数"
    ),
    "the module {module} has no {attribute}": "模块 {module} 中没有 {attribute}",
    "the module {module} cannot be loaded: {reason} ({kind})": "模块 {module} 无法加载：{reason}（{kind}）",
    "Correct it, or install what it needs; modules are looked for in {here} first.": (
        "改正它，或安装它需要的软件；首先在 {here} 中查找模块"
    ),
    # -- desks and divisions
    "there is no desk {code}": "没有编码为 {code} 的承办单位",
    "{nearest}`case-router divisions list` shows the desks.": "{nearest}用 case-router divisions list 查看编码",
    "Name the code of a desk of the tree.": "写树中承办单位的编码",
    "there is no division {parent}": "没有编码为 {parent} 的区划",
    "there is no division {division}": "没有编码为 {division} 的区划",
    "Name the code of a division of the tree.": "写树中区划的编码",
    "Add the division first.": "先新增该区划",
    "division {parent} stands for unknown places; no office can be added below it": (
        "{parent} 是“未知”区划，不能在其下新增单位"
    ),
    "division {parent} is at the lowest tier; no office can be added below it": (
        "{parent} 已是最低一级，不能在其下新增单位"
    ),
    "division {code} exists already": "已有区划 {code}",
    "Rename it, or choose another code.": "将其改名，或换一个编码",
    "desk {code} exists already": "已有承办单位 {code}",
    "Choose another code.": "换一个编码",
    "supervision desk {desk} cannot be redirected": "督查单位 {desk} 不能交他人代办",
    "Merge it into another supervision desk.": "将其并入另一督查单位",
    "desk {desk} does the work of {sources}": "{desk} 正在代办 {sources} 的工作",
    "Redirect those to another desk first.": "先将其改由另一单位代办",
    "{kind} desk {desk} cannot be closed: what it takes would be lost": (
        "不能停用 {desk}（{kind}）：其受理的工单会无人承接"
    ),
    "Rename it, change how it is served, or merge it where that is possible.": (
        "可改名、改办理方式，或在允许时撤并"
    ),
    "desk {code} is not at work: {redirect} does its work": "{code} 现由 {redirect} 代办",
    "Name {redirect} instead.": "改写 {redirect}",
    "desk {code} is inactive": "承办单位 {code} 已停用",
    "desk {code} cannot take over its own work": "{code} 不能接手自己的工作",
    "triage desk {code} stays: every division has one, so that nothing is lost": (
        "分诊席 {code} 须保留：每个区划都有一个，工单才不会丢失"
    ),
    "supervision takes over supervision only; what is supervised stays below it": (
        "督查单位只能接手督查单位的工作"
    ),
    "desk {code} is at a lower tier than {other}: its cases would go down": (
        "{code} 的层级低于 {other}，工单不得下移"
    ),
    "Name a desk of the same tier or above.": "写同级或更高一级的单位",
    "desk {desk} is not redirected, or was closed for good": "{desk} 没有代办，或已撤并",
    # -- replay and demo
    "{count} confirmed messages do not arrive": "有 {count} 条已确认的消息未送达",
    "See that nobody else consumes this virtual host, and run the same command again.": (
        "确认没有其他程序消费该虚拟主机，再运行同一命令"
    ),
    "The figures would be wrong. Name a --ledger to keep, and see `case-router parked list` there.": (
        "结果会有误。用 --ledger 指明要保留的台账，再用 case-router parked list 查看"
    ),
    "the broker does not confirm {count} messages": "消息队列未确认 {count} 条消息",
    "See its log.": "查看其日志",
    "{count} messages are parked; the first, {message_id}: {detail}": (
        "有 {count} 条暂存消息，第一条 {message_id}：{detail}"
    ),
    "the deadline at {due} did not fire": "{due} 的时限未触发",
    "the queue {name} is in use: {consumers} consumers, {ready} messages": (
        "队列 {name} 正在使用：{consumers} 个消费者，{ready} 条消息"
    ),
    "Name a virtual host of the replay's own with --broker.": "用 --broker 指明回放专用的虚拟主机",
    "no queue is bound for {key} on {exchange}": "交换机 {exchange} 上没有绑定 {key} 的队列",
    "Apply the topology of this replay, or let the replay apply it.": "建立本次回放的拓扑，或让回放自行建立",
    "the policy names tiers that the mapping does not have: {absent}": "规则写明的层级在映射中没有：{absent}",
    "Name a policy whose ladder goes through the mapping's own tiers ({ladder}), or is shorter.": (
        "改用提级阶梯只含映射所列层级（{ladder}）的规则"
    ),
    "the ledger holds another replay": "台账中已有另一次回放",
    "the ledger holds cases that are no replay": "台账中有不属于回放的工单",
    "Name an empty one with --ledger.": "用 --ledger 指明空的台账",
    "the ledger holds no replay": "台账中没有回放",
    "Run case-router replay into it.": "先用 case-router replay 回放到该台账",
    "a message to {exchange} was {fate}": "发往 {exchange} 的消息：{fate}",
    "{missing} confirmed messages did not arrive": "有 {missing} 条已确认的消息未送达",
    "a demo lasts 1 to {most} weeks and has at least one appeal a day": (
        "演示为 1 至 {most} 周，每天至少一件诉求"
    ),
    "this ledger is in use: the demo would put made-up cases into it": "该台账正在使用，演示会写入虚构的工单",
    "Name an empty database, or none.": "写一个空数据库，或不写",
    "{waiting} messages of somebody else's lie in the queues": "队列中有 {waiting} 条其他程序的消息",
    "Name a virtual host of the demo's own.": "写演示专用的虚拟主机",
    # -- ids used twice
    "the id was used for another command, and this one was parked": "该编号已用于另一条指令，本条已搁置",
    "Give it an id of its own.": "给它一个自己的编号",
    "there is nothing in this case": "工单没有任何内容",
    "Say what it is about: --text, --category, --division or --desk.": (
        "写明诉求：--text、--category、--division 或 --desk"
    ),
}
