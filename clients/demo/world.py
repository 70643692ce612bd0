"""world.py - the city of the demonstration: its departments, units, persons, and who works where

The departments are those that the Yinchuan measure names and a handful of the organs and units that a city has. Persons
of the made cases are made; those of the published cases are named as published.
"""

SUPERIOR = "committee"

# id, name, kind, units whose cadres it manages
DEPARTMENTS = [
    ("committee", "市委", "party-committee", []),
    ("discipline", "市纪委监委", "discipline", ["housing", "water", "finance", "roads", "xingfu"]),
    ("organisation", "市委组织部", "organisation", ["health", "education", "dongjie"]),
    ("audit", "市审计局", "audit", []),
    ("publicity", "市委宣传部", "publicity", []),
    ("housing", "市住房和城乡建设局", "bureau", []),
    ("water", "市水务局", "bureau", []),
    ("finance", "市财政局", "bureau", []),
    ("roads", "市交通运输局", "bureau", []),
    ("health", "市卫生健康委员会", "bureau", []),
    ("education", "市教育局", "bureau", []),
    ("xingfu", "幸福街道办事处", "subdistrict", []),
    ("dongjie", "东街街道办事处", "subdistrict", []),
]
KEYLESS = ["dongjie"]  # is served on paper
NAMES = {id_: name for id_, name, _, _ in DEPARTMENTS}
RECEIVERS = ["discipline", "organisation"]
ORGANS = ["housing", "water", "finance", "roads", "health"]
UNITS = ["housing", "water", "finance", "roads", "xingfu", "health", "education", "dongjie"]
KEYED = [id_ for id_ in NAMES if id_ not in KEYLESS]
AGENTS = KEYED

MANAGER = {unit: id_ for id_, _, _, units in DEPARTMENTS for unit in units}

FAMILY_NAMES = "马王李张刘陈杨赵吴周徐孙胡朱高林何郭罗梁宋郑谢韩唐冯于董萧程"
GIVEN_NAMES = "建国 文 海燕 志强 丽 伟 晓东 玉兰 明 军 雪梅 永红 磊 静 鹏 秀英 涛 敏 浩 芳".split()


def departments():
    """The fields of department-add, one after the other, superiors first."""
    for id_, name, kind, manages in DEPARTMENTS:
        fields = {"id": id_, "name": name, "kind": kind}
        if id_ != SUPERIOR:
            fields["superior"] = SUPERIOR
        if manages:
            fields["manages"] = manages
        if id_ in KEYLESS:
            fields["keyless"] = True
        yield fields


def principals():
    """principal -> (department, rights): a clerk, a head and an agent in each department that has a key."""
    made = {}
    for id_ in KEYED:
        made[f"{id_}-clerk"] = (id_, ["act", "enter", "watch"])
        made[f"{id_}-head"] = (id_, ["act", "approve", "watch"])
        made[f"{id_}-agent"] = (id_, ["act", "enter", "watch"])
    made["inspector"] = (SUPERIOR, ["inspect", "watch"])
    made["monitor"] = (SUPERIOR, ["watch", "monitor"])
    return made


def persons(chance, count):
    """The fields of person-add for made persons: some in every unit."""
    for i in range(count):
        unit = UNITS[i % len(UNITS)]
        name = chance.choice(FAMILY_NAMES) + chance.choice(GIVEN_NAMES)
        yield {"id": f"p{i + 1:03}", "unit": unit, "name": name, "post": chance.choice(["科员", "科长", "副主任"])}


PUBLISHED_PERSONS = [
    {"id": "p-lv", "unit": "xingfu", "name": "吕某", "post": "综合行政执法局局长"},
    {"id": "p-xie", "unit": "housing", "name": "谢某某", "post": "审批科科长"},
    {"id": "p-zhang", "unit": "roads", "name": "张某", "post": "农村公路中心主任"},
    {"id": "p-li", "unit": "water", "name": "李某", "post": "防汛办主任"},
]
