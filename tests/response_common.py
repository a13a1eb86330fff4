"""What the tests of routing share: teams, people and replies that are there already."""

from itertools import count

from odoo import fields
from odoo.tests import TransactionCase, new_test_user

_numbers = count(1)


class RoutingCommon(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.env["campaign.service.level"].search([]).active = False
        cls.env["campaign.routing.rule"].search([]).active = False
        cls.ann, cls.ben, cls.cleo = (
            new_test_user(
                cls.env,
                name.lower(),
                "campaign_desk.group_response_user",
                name=name,
                tz="Europe/Berlin",
            )
            for name in ("Ann", "Ben", "Cleo")
        )
        cls.boss = new_test_user(
            cls.env, "boss", "campaign_desk.group_response_manager", name="Boss"
        )
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Nine to five",
                "tz": "Europe/Berlin",
                "attendance_ids": [(5, 0, 0)]
                + [
                    (
                        0,
                        0,
                        {
                            "name": f"Day {day}",
                            "dayofweek": str(day),
                            "hour_from": 9,
                            "hour_to": 17,
                            "day_period": "morning",
                        },
                    )
                    for day in range(5)
                ],
            }
        )
        cls.team = cls._team("DACH", cls.ben | cls.cleo, user_id=cls.ann.id)

    @classmethod
    def _team(cls, name, users, **values):
        """Create a team that works around the clock."""
        return cls.env["campaign.team"].create(
            {
                "name": name,
                "calendar_id": False,
                "member_ids": [(0, 0, {"user_id": user.id}) for user in users],
                **values,
            }
        )

    @classmethod
    def _member(cls, user, team=None):
        return (team or cls.team).member_ids.filtered(lambda one: one.user_id == user)

    @classmethod
    def _rule(cls, name="All", **values):
        return cls.env["campaign.routing.rule"].create(
            {"name": name, "team_id": cls.team.id, **values}
        )

    @classmethod
    def _reply(cls, **values):
        """Create a reply as if it had been taken in and understood."""
        number = next(_numbers)
        return cls.env["campaign.response"].create(
            {
                "company_id": cls.company.id,
                "received_at": fields.Datetime.now(),
                "subject": f"Re: Spring {number}",
                "email": f"writer{number}@example.com",
                "kind": "human",
                "analysis_state": "done",
                "language": "en",
                **values,
            }
        )

    @classmethod
    def _intent(cls, code):
        return cls.env.ref(f"campaign_desk.intent_{code}")

    def _hand_out(self):
        """Run the job that gives out replies, as the scheduler does."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref("campaign_desk.ir_cron_hand_out").method_direct_trigger()
        self.env.invalidate_all()
