"""check_plan.py - the cases of the demonstration hold what the demonstration promises to show"""

import collections
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "clients" / "demo"))
import plan  # noqa: E402
import world  # noqa: E402


class Plan(unittest.TestCase):
    def setUp(self):
        self.cases = plan.cases(1, 204)

    def test_there_are_204_and_four_are_published(self):
        self.assertEqual(len(self.cases), 204)
        self.assertEqual([c.name for c in self.cases if c.kind == "published"], ["吕某", "谢某某", "张某", "李某"])

    def test_every_outcome_circumstance_bar_and_kind_occurs(self):
        whole = [c for c in self.cases if any(s.act == "issue-report" for s in c.steps)]
        lenient = {c.circumstance for c in whole if c.outcome != "refused"}
        self.assertEqual(lenient, set(plan.CHECKS))
        self.assertEqual({c.outcome for c in whole}, set(plan.OUTCOMES))
        self.assertEqual({c.bar for c in whole if c.bar}, set(plan.BARS))
        self.assertEqual({c.kind for c in self.cases}, {kind.__name__ for kind, _ in plan.KINDS} | {"published"})

    def test_a_bar_and_a_lenient_outcome_never_meet(self):
        self.assertEqual([c for c in self.cases if c.bar and c.outcome != "refused"], [])

    def test_refusals_of_law_and_right_are_among_the_steps(self):
        meant = collections.Counter(step.meant for c in self.cases for step in c.steps)
        self.assertGreater(meant["law"], 50)
        self.assertGreater(meant["right"], 0)

    def test_everybody_named_is_in_the_register(self):
        principals = world.principals()
        for case in self.cases:
            for step in case.steps:
                self.assertIn(step.who, principals, case.kind)

    def test_the_same_seed_gives_the_same_cases_and_another_others(self):
        self.assertEqual(self.cases, plan.cases(1, 204))
        self.assertNotEqual(self.cases, plan.cases(2, 204))


if __name__ == "__main__":
    unittest.main()
