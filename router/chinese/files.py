"""What can be wrong in files: policies, calendars, divisions, mappings, settings."""

from __future__ import annotations

FILES: dict[str, str] = {
    # -- words of several sentences
    "none": "无",
    "Did you mean {word}? ": "是不是 {word}？",
    "Did you mean {near}?": "是不是 {near}？",
    # -- any file
    "there is no such file": "没有这个文件",
    "Name an existing file.": "写明已有的文件",
    "the file cannot be read: {reason}": "文件无法读取：{reason}",
    "it cannot be written: {reason}": "无法写入：{reason}",
    "the file is not text in {tried}": "文件编码不是 {tried}",
    "Name its encoding, e.g. gb18030.": "用 --encoding 写明编码，如 gb18030",
    "the gzip file is damaged: {reason}": "gzip 文件已损坏：{reason}",
    "this is not CSV: {reason}": "不是有效的 CSV：{reason}",
    "this is no TOML: {reason}": "TOML 语法有误：{reason}",
    "Correct that line.": "改正这一行",
    # -- keys of a TOML file
    "the key {key} is not known": "没有 {key} 这个键",
    "{nearest}Known here: {known}.": "{nearest}可用的键：{known}",
    "the key {key} is missing": "缺少键 {key}",
    "Add {key}.": "补上 {key}",
    "{value!r} is no text": "{value!r} 不是文本",
    'Write {key} = "…".': '写成 {key} = "…"',
    "{value!r} is no list of texts": "{value!r} 不是文本列表",
    "Name at least one, or leave {key} out.": "至少写一项，或不写 {key}",
    "{value!r} is not allowed": "{value!r} 不在允许的取值内",
    "{nearest}Allowed: {known}.": "{nearest}允许的取值：{known}",
    "{nearest}Allowed: {known} and so on.": "{nearest}允许的取值：{known}，依此类推",
    "Write a whole number from {at_least}.": "写不小于 {at_least} 的整数",
    "{value!r} is no share": "{value!r} 不是比例",
    "Write a number above 0 and up to 1, such as 0.9.": "写大于 0、不超过 1 的数，如 0.9",
    "{value!r} is neither true nor false": "{value!r} 既不是 true 也不是 false",
    "Write true or false without quotes.": "写 true 或 false，不加引号",
    "{value!r} is no date": "{value!r} 不是日期",
    "Write a date without quotes, such as 2026-01-01.": "写日期，不加引号，如 2026-01-01",
    "{value!r} is no instant": "{value!r} 不是带时区的时间",
    "Write date, time and zone without quotes, such as 2026-01-01T00:00:00+08:00.": (
        "写日期、时间和时区，不加引号，如 2026-01-01T00:00:00+08:00"
    ),
    "two levels are named {name}": "有两个督办层级都叫 {name}",
    "it changes nothing: every case has {base} already": "没有作用：所有工单本来就是 {base}",
    "Leave it out, or lower base.": "不写，或把 base 调低",
    "{highest} is not more than high, {high}": "{highest} 不大于 high {high}",
    "high cases would stand before the highest": "high 会排到 highest 前面",
    "Write no less than for high.": "不得小于 high 的提前量",
    "joint says who must have asked, and nobody is asked here": "joint 表示由谁联合回访，而这里不回访",
    'Write kind = "follow_up", or leave joint out.': '写 kind = "follow_up"，或不写 joint',
    "nobody is told of this level": "这一督办层级没有对象",
    "Name at least one desk.": "至少写一个单位",
    "a colour begins once: on a day, some days before the due date, or when it is overdue": (
        "颜色只能有一个起点：第几日、到期前几日，或逾期时"
    ),
    "Write one of day = 5, before_due = 1, overdue = true.": "day = 5、before_due = 1、overdue = true 任选其一",
    "false says nothing": "false 没有意义",
    "Write overdue = true, or another beginning.": "写 overdue = true，或另选起点",
    "{closes} is not after opens, {opens}": "{closes} 不晚于 opens {opens}",
    "Exchange the two.": "对调这两个时间",
    "{value!r} is no table": "{value!r} 不是表",
    "Write it as [{key}].": "写成 [{key}]",
    "{key} is no list of tables": "{key} 不是表的列表",
    "Write each as [[{key}]].": "每项写成 [[{key}]]",
    # -- values as msgspec checks them
    "it is not written as {pattern} wants it": "写法不合 {pattern}",
    "{expected} is wanted here, not {given}": "此处应为 {expected}，而不是 {given}",
    "the key {key} is not known. {nearest}Known here: {known}": "没有 {key} 这个键。{nearest}可用的键：{known}",
    "{value} is not allowed; allowed: {known}": "{value} 不在允许的取值内；允许的取值：{known}",
    "{value!r} is not one of the tiers: {known}": "{value!r} 不是层级名；层级：{known}",
    'tiers is a list of names, such as ["city", "street"]': 'tiers 是名称列表，如 ["city", "street"]',
    "write [[{key}]], with two brackets": "写成 [[{key}]]，两层方括号",
    # -- instants
    'allowed: "30m", "1h" (exact time), "4wh" (working hours), "3d" (natural days), "5wd" (working days), '
    '"20:00", "next day 23:59", "given", or a table with days or at': (
        '可写："30m"、"1h"（按时长）、"4wh"（工作小时）、"3d"（自然日）、"5wd"（工作日）、"20:00"、"next '
        'day 23:59"、"given"，或含 days、at 的表'
    ),
    "{notation!r} is no budget; {allowed}": "{notation!r} 不是时限；{allowed}",
    '"{text}" is no budget; {allowed}': "“{text}”不是时限；{allowed}",
    '"{text}" leaves no time at all; {allowed}': "“{text}”等于没有时间；{allowed}",
    "the day of receipt is day 1 (origin), and at the same time of day it is over at once; "
    'write ends = "end_of_day", or count one day more': (
        '受理当天即第 1 天（origin），到同一钟点即刻到期；写 ends = "end_of_day"，或多算一天'
    ),
    "the table has neither days nor at; {allowed}": "表中既无 days 也无 at；{allowed}",
    "{count} days are not allowed; allowed: up to a hundred years": "不能是 {count} 天；最长一百年",
    '"{value}" is no clock time; allowed: "00:00" to "23:59"': "“{value}”不是钟点；可写“00:00”至“23:59”",
    "{value!r} is not allowed; allowed: {known}": "{value!r} 不在允许的取值内；可写：{known}",
    "{value!r} is not allowed; allowed: true, false": "{value!r} 不在允许的取值内；可写：true、false",
    "{key}: {value!r} is not allowed; allowed: a whole number from {at_least}": (
        "{key}：{value!r} 不在允许的取值内；须为不小于 {at_least} 的整数"
    ),
    "{key} is not known here; allowed: {known}": "此处没有 {key}；可写：{known}",
    "{key}: {reason}": "{key}：{reason}",
    # -- policies
    "{name!r} is no name": "{name!r} 不能作名称",
    "Write letters, digits, _ . - only; words go to title.": "只用字母、数字和 _ . -；说明文字写在 title 中",
    "{last} is before effective_from, {first}": "{last} 早于 effective_from（{first}）",
    "Exchange the two dates.": "对调两个日期",
    "a policy needs at least one milestone": "规则至少要有一个节点",
    "Add a [[milestone]] with within.": "加一个带 within 的 [[milestone]]",
    "two milestones are named {name}": "有两个节点都叫 {name}",
    "Give each a name of its own.": "各起一个名称",
    "{name} has a meaning of its own": "{name} 另有含义",
    "Give it another name.": "另起一个名称",
    "Give the watcher another name.": "给督查组另起一个名称",
    "two watchers are named {name}": "有两个督查组都叫 {name}",
    "{name} and {other} are one desk, {desk}": "{name} 和 {other} 是同一个单位 {desk}",
    "Watchers are independent: give each a desk of its own.": "督查组互不隶属，各写一个单位",
    "a milestone that {satisfied_by} satisfies waits for nobody's mark": (
        "由 {satisfied_by} 满足的节点不等待任何人的记录"
    ),
    'Leave out by, or write satisfied_by = "marked" or "reviewed".': (
        '去掉 by，或写 satisfied_by = "marked" 或 "reviewed"'
    ),
    "{nearest}Declare it as a [[watcher]].": "{nearest}用 [[watcher]] 声明",
    "there is no watcher {by}": "没有督查组 {by}",
    "{nearest}Known: {known}. Watchers are declared as [[watcher]].": (
        "{nearest}已知：{known}。督查组用 [[watcher]] 写明"
    ),
    "report_after waits for a gate, and there is none": "report_after 须有归档条件，而此处没有",
    'Write kind = "follow_up" or "inspection", or leave report_after out.': (
        '写 kind = "follow_up" 或 "inspection"，或去掉 report_after'
    ),
    "sample says how many residents are asked, and nobody is asked here": "sample 写明回访抽样比例，而此处不回访",
    'Write kind = "follow_up", or leave sample out.': '写 kind = "follow_up"，或去掉 sample',
    "reprocess says who works on it when the gate fails, and there is none": (
        "reprocess 写明归档条件未通过时由谁重办，而此处没有归档条件"
    ),
    'Write kind = "follow_up" or "inspection", or leave reprocess out.': (
        '写 kind = "follow_up" 或 "inspection"，或去掉 reprocess'
    ),
    "nobody can meet the milestone {name}: a reply waits for the gate": (
        "节点 {name} 无法完成：答复须待归档条件通过"
    ),
    "Leave out report_after, or let something else satisfy the milestone.": (
        "去掉 report_after，或改用其他方式完成该节点"
    ),
    "anchor {anchor} and satisfied_by {satisfied_by} belong together": (
        "anchor {anchor} 与 satisfied_by {satisfied_by} 须同时写明"
    ),
    'Write anchor = "{anchor}", satisfied_by = "{satisfied_by}".': (
        '写 anchor = "{anchor}"，satisfied_by = "{satisfied_by}"'
    ),
    "{nearest}Allowed: {known}, each with a tier as in leader:{tier}.": (
        "{nearest}可写：{known}，均可带层级，如 leader:{tier}"
    ),
    "{tier!r} is no tier": "没有层级 {tier!r}",
    "{nearest}Tiers: {tiers}.": "{nearest}层级：{tiers}",
    "no milestone runs while a resolution waits for the gate {kind}": "办结后等待 {kind} 期间没有节点计时",
    'Add a [[milestone]] with anchor = "resolved" and satisfied_by = "followed_up".': (
        '加一个 [[milestone]]，写 anchor = "resolved" 和 satisfied_by = "followed_up"'
    ),
    "a policy needs a ladder": "规则须有提级阶梯",
    'Add a [[ladder]] with step = "street".': '加一个 [[ladder]]，写 step = "street"',
    "after {lower} comes {expected}, not {upper}: an escalation goes one tier up": (
        "{lower} 之后应为 {expected}，而不是 {upper}：提级只能逐级向上"
    ),
    "Order the steps from the lowest, and leave none out.": "自下而上排列，不得缺级",
    "without a budget here, no deadline ever reaches the steps above": "此级没有时限，以上各级永远轮不到",
    'Add budget = "2wd", or leave out the steps above.': '加上 budget = "2wd"，或删去以上各级',
    "a case brings no due date for a step": "工单不会自带某一级的时限",
    'Write a time, such as "2wd".': '写一个时限，如 "2wd"',
    "{name!r} is no tier and no level of supervision": "{name!r} 既不是层级，也不是督办级别",
    "this is no number of hours": "这不是小时数",
    'Write working hours, such as "4wh", or "0".': '写工作小时数，如 "4wh"，或 "0"',
    "no policy is in force for a case received at {received}": "没有适用于 {received} 受理的工单的规则",
    "Add a policy without [match] and without effective dates.": "加一条没有 [match]、不写生效失效日期的规则",
    "no default policy is in force {gap}": "{gap}没有默认规则",
    "at any time": "任何时候都",
    "before {day}": "{day} 之前",
    "from {day} on": "自 {day} 起",
    "Add a policy without [match] for that time; it catches what no other matches.": (
        "为该时段加一条没有 [match] 的规则，兜住其余工单"
    ),
    "{name} is never reached: {before} before it takes every case": (
        "{name} 永远轮不到：前面的 {before} 已匹配所有工单"
    ),
    "Put {before} last.": "把 {before} 放到最后",
    "there is no policy {policy}": "没有规则 {policy}",
    "Name a file, or one of {known}.": "写文件名，或下列之一：{known}",
    "there is no {name}": "没有 {name}",
    "{nearest}Shipped: {known}.": "{nearest}自带的有：{known}",
    "it names no category": "没有写任何事项分类",
    "Name at least one, or leave by_category out.": "至少写一个，或不写 by_category",
    "{notation} of what? within is no table of days to count by": (
        "{notation} 是什么单位？within 不是天数表，无从计算"
    ),
    "an extension is counted in days": "延期按天计",
    'Write days, such as "10wd".': '写天数，如 "10wd"',
    "this is no length of time": "这不是时长",
    'Write hours or days, such as "{usual}".': '写小时数或天数，如 "{usual}"',
    "say either every or months": "every 和 months 须任选其一",
    'Write every = "90d", or months = [6, 9] for its season.': '写 every = "90d"，或按季节写 months = [6, 9]',
    "these are no months": "这不是月份",
    "Write their numbers, such as [6, 9].": "写月份的数字，如 [6, 9]",
    # -- calendars
    "there is no calendar {calendar}": "没有日历 {calendar}",
    "there is no calendar {name}": "没有日历 {name}",
    "Known: {known}.": "已有：{known}",
    "{nearest}Known: {known}.": "{nearest}已有：{known}",
    "Check its file together with this one, or name one of {known}.": (
        "与日历文件一并检查，或写下列之一：{known}"
    ),
    "the last day that is known is missing": "没有写明覆盖到哪一天",
    "Add coverage_end = a date.": "加上 coverage_end = 日期",
    "it is before coverage_start": "早于 coverage_start",
    "there is no zone {name!r}": "没有时区 {name!r}",
    "Write the IANA name of a zone, such as Asia/Shanghai.": "写 IANA 时区名，如 Asia/Shanghai",
    "{name!r} is no day of the week": "{name!r} 不是星期几",
    "no day of the week would be worked": "一周中没有一天上班",
    "Leave at least one day out.": "至少留一天上班",
    "{text!r}: {reason}": "{text!r}：{reason}",
    'Write "09:00-12:00".': '写成 "09:00-12:00"',
    "{text!r} does not follow the hours before it": "{text!r} 与前面的时段顺序不符",
    'Order them, each closing after it opens; only the last may close at "24:00".': (
        "按先后排列，每段先开后关；只有最后一段可到 24:00"
    ),
    "{day} is both a day off and a make-up workday": "{day} 既是放假日又是调休上班日",
    "Leave it in one list.": "只留在一个列表中",
    "a notice file needs a notice": "放假通知文件没有通知",
    "Add a [[notice]] with days_off.": "加上 [[notice]]，写明 days_off",
    "the year {year} has a notice already: {place}": "{year} 年已有通知：{place}",
    "Put its days into one notice; a later change comes as a notice file of its own.": (
        "同一年写在一个通知里；年中调整另写一个通知文件"
    ),
    "{day} is named twice": "{day} 写了两次",
    "Name each day once.": "每一天只写一次",
    "{day} does not belong to a notice of {year}": "{day} 不属于 {year} 年的通知",
    "Correct the date, or the year.": "改正日期或年份",
    "{day} is worked anyway": "{day} 本来就上班",
    "A make-up workday is a day of a weekend, or a day off that is worked after all.": (
        "调休上班日应是周末，或原定放假而改为上班的日子"
    ),
    "{day} is named, but the calendar is known until {end} only": "写了 {day}，而日历只覆盖到 {end}",
    "Write coverage_end = {year}-12-31.": "写 coverage_end = {year}-12-31",
    "{day} is named, but the calendar is known from {start} on only": "写了 {day}，而日历从 {start} 起才覆盖",
    "Write coverage_start = {year}-01-01.": "写 coverage_start = {year}-01-01",
    "it ends before what is known already, {end}": "早于已覆盖到的 {end}",
    "Leave it out, or write a later day.": "不写，或写更晚的一天",
    "there is no notice for {years}, which coverage_end says is known": (
        "coverage_end 说已覆盖 {years} 年，却没有该年的通知"
    ),
    "Add the notice, or end the calendar before.": "补上通知，或提前 coverage_end",
    "calendars are based on each other: {circle}": "日历互相引用：{circle}",
    "Let one of them stand by itself.": "其中一个须独立",
    "{text!r} is no date": "{text!r} 不是日期",
    'Write "2026-10-10", or "2026-10-01..2026-10-07" for a range.': (
        '写 "2026-10-10"，连续几天写 "2026-10-01..2026-10-07"'
    ),
    "{text!r} ends before it starts": "{text!r} 止于起始之前",
    # -- divisions
    "{faults} in the divisions:\n{lines}": "区划文件有{faults}：\n{lines}",
    "1 fault": " 1 处错误",
    "{count} faults": " {count} 处错误",
    "  … and {count} more": "  …… 另有 {count} 处",
    "the tiers of the second file ({theirs}) are not those of the first ({ours})": (
        "第二个文件的层级（{theirs}）与第一个（{ours}）不一致"
    ),
    "one TOML file holds a whole tree": "一个 TOML 文件就是一整棵树",
    "Join a second one with --join.": "第二个文件用 --join 附加",
    "--columns is about one table with a parent column": "--columns 只用于带上级列的单张表",
    "{text!r} is not a column mapping": "{text!r} 不是列名对应",
    "Write code=COLUMN,name=COLUMN,parent=COLUMN.": "写成 code=列名,name=列名,parent=列名",
    "the table is {count} levels deep, but {named} tiers are named": "表有 {count} 层，只写了 {named} 个层级名",
    "Name one tier for each level.": "每层写一个层级名",
    "the tables hold {count} roots ({some}, …), and a tree has one": (
        "表中有 {count} 个顶层区划（{some}……），只能有一个"
    ),
    "Name the city with --root CODE, for example --root 371300.": "用 --root 编码 指明城市，如 --root 371300",
    "no division has the code {code}": "没有编码为 {code} 的区划",
    "Look the code up in the tables.": "在表中核对编码",
    "{code} {name} is a level on paper, not a city": "{code} {name} 只是名义上的一级，不是城市",
    "Name {parent}, which it belongs to, or one of its districts.": "写它所属的 {parent}，或其下的区县",
    "nothing lies below the root": "顶层之下没有区划",
    "Name a division that has others below it.": "写一个有下级的区划",
    # -- mappings and tables of cases
    "the file is not {encoding}": "文件编码不是 {encoding}",
    "Name its encoding, with --encoding or in the mapping, for example gb18030.": (
        "用 --encoding 或在映射中写明编码，如 gb18030"
    ),
    "the file is packed, and damaged: {reason}": "压缩文件已损坏：{reason}",
    "the file is empty": "文件是空的",
    "Its first row names the columns.": "第一行应为列名",
    "the row of column names cannot be read: {reason}": "列名行无法读取：{reason}",
    "there is no column {name}": "没有“{name}”这一列",
    "the column {name} is there {times} times": "“{name}”这一列出现了 {times} 次",
    "{nearest}Columns of the table: {known}.": "{nearest}表中的列：{known}",
    "no row can be read, so there is no last instant": "没有一行可读，无从得知最后时间",
    "Correct the mapping, or name --as-of.": "改正映射，或用 --as-of 写明截止时间",
    "{text!r} has none of the formats {known}": "{text!r} 不符合任何时间格式：{known}",
    "{text!r} lies outside the years 1 to 9999": "{text!r} 超出公元 1 至 9999 年",
    "Write it like 2016-01-13T00:00:00; without an offset the zone is {zone}.": (
        "写成 2016-01-13T00:00:00；不写时差即为 {zone} 时间"
    ),
    "{delimiter!r} is not one character": "{delimiter!r} 不是单个字符",
    'Write one, such as ";" or "\\t".': '写一个字符，如 ";" 或 "\\t"',
    "{count} tiers need {needed} [[division]], not {found}": (
        "{count} 个层级需要 {needed} 个 [[division]]，现有 {found} 个"
    ),
    "Name one for each of {known}, or change tiers.": "为 {known} 各写一个，或改 tiers",
    "{name!r} is no tier": "{name!r} 不是层级",
    "{nearest}Tiers of this mapping: {known}.": "{nearest}本映射的层级：{known}",
    "a point needs both longitude and latitude": "坐标须同时有经度和纬度",
    "Name both or none.": "两个都写，或都不写",
    "{crs!r} is not known": "没有坐标系 {crs!r}",
    'Write {{ "…" = … }}.': '写成 {{ "…" = … }}',
    "there is no zone {zone!r}": "没有时区 {zone!r}",
    "Write one like Asia/Shanghai.": "写时区名，如 Asia/Shanghai",
    "there is no encoding {encoding!r}": "没有编码 {encoding!r}",
    "Write one like utf-8 or gb18030.": "写编码名，如 utf-8 或 gb18030",
    "{spelling} leads to {name}, which is a spelling itself": "{spelling} 对应 {name}，而 {name} 本身又是别名",
    "Write the desk's own name on the right of both.": "两处右边都写单位本名",
    "{cell} = {value!r} is no matter type": "{cell} = {value!r} 不是诉求类型",
    "{group} = {days!r} is no number of days": "{group} = {days!r} 不是天数",
    "Write one from 0.": "写不小于 0 的天数",
    "{left} = {right!r} is no text": "{left} = {right!r} 不是文本",
    'Write "…" = "…".': '写成 "…" = "…"',
    "{name} sits at {tier} already": "{name} 已列在 {tier} 一级",
    "Keep one of the two.": "两处留一处",
    "it has {cells} cells, and there are {columns} columns": "有 {cells} 格，而列只有 {columns} 个",
    "a cell holds a NUL character": "单元格含有空字符（NUL）",
    "{name} is empty": "“{name}”为空",
    "as of {instant}": "截止 {instant}",
    "{count} rows repeat another row and count once": "{count} 行与其他行重复，只计一次",
    "{count} records have the id of another one and other content: refused": (
        "{count} 条记录与其他记录同号而内容不同：不予执行"
    ),
    "{count} rows opened after as-of and are left out": "{count} 行受理于截止时间之后，不计入",
    "matter type {cell!r} is not in the mapping: {times} rows count as complaints": (
        "映射中没有类型 {cell!r}：{times} 行按投诉计"
    ),
    "line {line} cannot be read: {reason}": "第 {line} 行无法读取：{reason}",
    "and {count} more lines cannot be read": "另有 {count} 行无法读取",
    # -- desks that a policy names
    "{to} is no desk of this installation": "没有承办单位 {to}",
    "{nearest}Write the code of a desk, or one of {known}.": "{nearest}写承办单位编码，或 {known}",
    "{desk} is not at work: whoever has the milestone is told instead": "{desk} 已停用：改为告知持有该节点的单位",
    "no desk {desk} is at work: the first level of supervision stands in": (
        "单位 {desk} 不在或已停用：由一级督查代行"
    ),
    "no desk {desk} is at work: it is left out of the audience": "单位 {desk} 不在或已停用：不列入告知范围",
    "the taxonomy has no {code}. {nearest}Until it has, no case is of it": (
        "事项分类中没有 {code}。{nearest}补上之前，没有工单属于它"
    ),
    "nobody is told where nothing happens": "超时不作处理，就没有可告知的单位",
    "Leave out to, or write what happens.": "去掉 to，或写明 on_pass",
    "an escalation goes to the superior and to nobody else, not to {to}": "提级只到上级，不到 {to}",
    'Leave out to, or add a milestone with on_pass = "remind" for {to}.': (
        '去掉 to，或另加一个 on_pass = "remind" 的节点告知 {to}'
    ),
    # -- settings, tokens, passwords, contacts
    "the setting {unknown} is not known": "没有设置项 {unknown}",
    "Correct that value.": "改正这个值",
    "CASE_ROUTER_LANG is {value!r}": "CASE_ROUTER_LANG 的值 {value!r} 不可用",
    "Set it to one of {known}.": "可用的值：{known}",
    "the file of tokens cannot be read": "令牌文件无法读取",
    "a token is a text": "令牌须为文本",
    'Write {channel} = "…".': '写成 {channel} = "…"',
    "a password is a text": "密码须为文本",
    'Write "user" = "…".': '写成 "账号" = "…"',
    'Write JSON: {{"name": "…", "phone": "…", "identity_number": "…", "address": "…"}}.': (
        '写成 JSON：{{"name": "…", "phone": "…", "identity_number": "…", "address": "…"}}'
    ),
    "this is no JSON: {reason}": "JSON 语法有误：{reason}",
}
