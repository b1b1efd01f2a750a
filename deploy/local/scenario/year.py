"""The ten items of Ziyang's plan for 2023: topics that a seed names (003·二(1)), forms of 002.7–.16, dates made up.

Source of the numbers: domain paper §7, row 5.
"""

from __future__ import annotations

from dataclasses import dataclass

from deploy.local.scenario.bodies import ECOLOGY, INFRASTRUCTURE, PLAN, RENEWAL, at
from deploy.local.scenario.citizens import CITY_TOPIC
from linkage import v1

__all__ = ["ITEMS", "NOMINATED", "PLAN_YEAR", "Item"]

PLAN_YEAR = 2023


@dataclass(frozen=True, slots=True)
class Item:
    """One item: number, topic, form, and when it is planned for."""

    number: int
    topic: str
    form: v1.ConsultationForm.ValueType
    when: str
    supervisory: bool = False
    key: bool = False
    linkable: bool = False
    topics: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its identifier in the plan."""
        return f"{PLAN}-{self.number:02}"

    def planned(self) -> v1.PlanItem:
        """As the plan takes it."""
        item = v1.PlanItem(
            plan_item_id=self.id,
            topic=self.topic,
            form=self.form,
            supervisory=self.supervisory,
            key=self.key,
            linkable=self.linkable,
            topic_ids=self.topics,
        )
        item.planned_for.FromDatetime(at(f"{self.when} 09:00"))
        return item


ITEMS = (
    Item(1, "产业转型升级", v1.CONSULTATION_FORM_TOPICAL_STANDING, "2023-07-12", key=True),
    Item(2, "现代服务业发展", v1.CONSULTATION_FORM_SECTOR, "2023-03-22"),
    Item(3, RENEWAL, v1.CONSULTATION_FORM_SPECIAL_TOPIC, "2023-05-11", key=True, linkable=True, topics=(CITY_TOPIC,)),
    Item(4, "民营经济发展", v1.CONSULTATION_FORM_SYMPOSIUM, "2023-04-19"),
    Item(5, "历史文化街区保护", v1.CONSULTATION_FORM_EXPERT, "2023-08-23"),
    Item(6, "文明城市创建", v1.CONSULTATION_FORM_ONLINE_THEME, "2023-09-13"),
    Item(7, "重点项目建设", v1.CONSULTATION_FORM_PROPOSAL_HANDLING, "2023-08-30"),
    Item(8, ECOLOGY, v1.CONSULTATION_FORM_SPECIAL_TOPIC, "2023-06-15", supervisory=True, linkable=True),
    Item(9, INFRASTRUCTURE, v1.CONSULTATION_FORM_REMOTE, "2023-10-19"),
    Item(10, "民生实事办理", v1.CONSULTATION_FORM_SYMPOSIUM, "2023-11-15", supervisory=True),
)
"""Two of them supervisory. Item 3 rests on what five citizens raised."""

NOMINATED = ITEMS[6]
"""On the handling of key proposals: put forward by the proposals committee (002.4)."""
