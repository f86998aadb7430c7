"""What people in the demo say: short texts by category, made up, and the names of places.

The law of the file: nobody who exists is named; every contact is marked as an example.
"""

from __future__ import annotations

from random import Random

from router.core.commands import Contact

#: Category → what is wrong there; the place stands before it.
WRONG: dict[str, tuple[str, ...]] = {
    "pothole": ("路面坑洼，电动车经过颠簸，夜间尤其危险。", "路面塌了一块，下雨就积水。"),
    "street_light": ("路灯连续几晚不亮，老人出门看不清路。", "路灯忽明忽暗，请检修。"),
    "pipe_burst": ("自来水管爆裂，水漫到路上，整栋楼停水。", "水管接口喷水，越流越大。"),
    "sewer_overflow": ("污水井外溢，气味很重，店铺没法开门。", "下水道堵了，污水返到一楼。"),
    "illegal_building": ("楼顶在搭建房屋，夜里施工。", "有人占用公共通道砌墙。"),
    "property_management": ("物业长期不打扫楼道，电话没人接。", "物业收了费却不修门禁。"),
    "heating": ("室内温度只有十四度，老人孩子受不了。", "暖气片不热，报修三天没人来。"),
    "lift_failure": ("电梯停在半层，有人被困。", "电梯反复故障，高层住户上不了楼。"),
    "school_enrolment": ("想问随迁子女转学要哪些材料。", "转学申请交了两周没有答复。"),
    "school_fees": ("学校收取的课后服务费没有明细。", "要求统一购买教辅，请核实。"),
    "tutoring": ("培训机构关门，课程费退不了。", "校外机构周末违规开班。"),
    "school_meals": ("孩子说学校饭菜不热，分量也少。", "食堂换了供应商，家长不知情。"),
    "bus_route": ("早高峰公交四十分钟没来一班。", "公交改线后老人看病要换两次车。"),
    "taxi_service": ("出租车绕路多收费。", "司机拒载，说路太近。"),
    "traffic_signal": ("路口红绿灯不亮，车辆抢行。", "行人绿灯只有八秒，走不过去。"),
    "parking": ("人行道停满车，轮椅过不去。", "门口划线后仍有人乱停。"),
    "shared_bikes": ("共享单车堆在地铁口，挡住盲道。", "共享单车倒了一片，没人整理。"),
    "unpaid_wages": ("工地拖欠三个月工资，快过年了。", "餐馆关门，员工工资没有结。"),
    "social_insurance": ("单位停缴社保，个人查不到原因。", "退休手续办了两个月没有结果。"),
    "job_training": ("想报名免费技能培训，不知道在哪里。", "培训补贴一直没有到账。"),
    "labour_contract": ("试用期被辞退，单位不给书面说明。", "入职半年没有签合同。"),
    "litter": ("垃圾桶满了几天没有清运。", "建筑垃圾倒在路边。"),
    "night_noise": ("夜里施工到两点，没法睡觉。", "广场音响开到很晚。"),
    "air_pollution": ("有刺鼻气味，晚上更明显。", "工厂夜间冒黑烟。"),
    "river_pollution": ("河水发黑，漂着死鱼。", "排水口流出白色的水。"),
    "cooking_fumes": ("楼下饭店油烟直排，开不了窗。", "烧烤摊油烟很大。"),
    "green_space": ("树枝压到电线，请修剪。", "绿地被踩成土路。"),
    "clinic_service": ("社区医院配不到常用药。", "挂号系统老人不会用，窗口又关了。"),
    "public_hygiene": ("公共厕所没有人打扫。", "浴室更衣间很脏。"),
    "vaccination": ("想问流感疫苗哪里可以打。", "预约了接种，到了说没有苗。"),
    "pest_control": ("楼道里老鼠很多。", "绿化带里蚊虫很多，请消杀。"),
    "low_income_aid": ("低保申请交了材料，没有回音。", "临时救助怎么申请。"),
    "elder_care": ("老人助餐点关了，没有通知。", "养老院押金退不了。"),
    "disabled_aid": ("轮椅坡道坏了。", "残疾补贴这个月没有发。"),
    "neighbour_dispute": ("邻居在楼道堆放杂物，劝了不听。", "楼上漏水，邻居不肯修。"),
    "funeral_service": ("墓园收费和公示不一样。", "想问清明前祭扫预约。"),
    "fire_lane": ("消防通道被车堵死。", "安全出口上了锁。"),
    "gas_leak": ("楼道里有很重的煤气味。", "施工挖破了燃气管。"),
    "dangerous_wall": ("围墙倾斜，学生每天经过。", "老屋外墙掉砖。"),
    "stray_dogs": ("几只大狗在小区里追人。", "有人遛狗不拴绳，孩子被咬。"),
    "flooded_road": ("涵洞积水很深，车子熄火了。", "路口积水过膝。"),
    "service_attitude": ("窗口人员说话很冲，让人来回跑。", "办事要的材料每次说的不一样。"),
    "general_question": ("想问居住证怎么续签。", "想问公积金异地怎么提取。"),
    "general_suggestion": ("建议公园晚上多开一盏灯。", "建议图书馆延长周末开放时间。"),
}

#: Said where the taxonomy has no such subject yet.
WRONG_UNKNOWN = "有人在小区上空放无人机，声音很大，也担心隐私。"
_ROADS = ("幸福", "建设", "新华", "青年", "桃园", "学府", "银杏", "滨河", "光明", "长宁", "和平", "石榴")
_KINDS = ("路", "巷", "小区", "街")
_SURNAMES = "陈林黄周吴徐孙朱马胡"

REPLY = "已收到，正在协调，会尽快处理。"
PROGRESS = "已到现场查看，正在安排。"
SOLVED = "已处理完毕，现场恢复正常。"
EXPLAINED = "受条件限制暂不能解决，已向来电人说明。"
UNSUBSTANTIATED = "现场核查，未发现所述情况。"
RETURNED = "经核实不属本单位职责，申请退单。"
HANDED_UP = "涉及多个部门，请上级协调。"
MORE_TIME = "需多部门会商，申请延期。"
WAITS = "须待天气转暖方可施工，申请挂账。"
AGAIN = "问题没有解决，请重新办理。"
WITHDRAWN = "问题已自行解决，申请撤回。"
MISCONDUCT = "反映街道工作人员推诿扯皮、态度恶劣。"
CONFIDENTIAL = "反映有人虚报冒领补贴，请为来信人保密。"


def place_name(street: str, number: int) -> str:
    """The name of place `number` of a street office's territory: the same number, the same name."""
    road = _ROADS[number % len(_ROADS)] + _KINDS[number // len(_ROADS) % len(_KINDS)]
    return f"{street}{road}{number % 97 + 1}号"


def complaint(rng: Random, category: str | None, place: str) -> str:
    """A text on a category at a place."""
    return place + rng.choice(WRONG.get(category or "", (WRONG_UNKNOWN,)))


def contact(rng: Random, number: int) -> Contact:
    """Personal data of nobody: the name says that it is an example, and no telephone number begins with 000."""
    return Contact(name=f"（示例）{rng.choice(_SURNAMES)}某某", phone=f"000{number:08d}")
