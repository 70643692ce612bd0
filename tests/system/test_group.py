"""Members of a group share a department's notices, spoken to in Python: disjoint cases, order, passing on, restarts."""

import collections
import unittest

import support

CASES = 6


class Group(support.TownTest):
    def setUp(self):
        super().setUp()
        self.opened = []

    def member(self, name, group="desk", **more):
        client = self.town.new_client("housing-clerk")
        self.addCleanup(client.close)
        stream = client.stream("housing", name, group=group, **more)
        self.opened.append(client)
        return stream

    def take(self, *members, count):
        """(member, notice) in the order in which they came."""
        found = []

        def one():
            for member in members:
                notice = member.next(0.05)
                if notice:
                    found.append((member, notice))
            return len(found) >= count

        support.until(f"{count} notices", one)
        return found

    def cases(self):
        return [self.accepted(serial) for serial in range(1, CASES + 1)]

    def total(self):
        return self.client("inspector").ask("unserved", department="housing")["total"]

    def test_members_have_disjoint_cases_in_order_and_settle_all(self):
        a, b = self.member("a"), self.member("b")
        cases = self.cases()
        for case in cases[:2]:
            self.withdraw(case)  # further notices of the same cases
        found = self.take(a, b, count=self.total())
        by_case = collections.defaultdict(list)
        for member, notice in found:
            by_case[notice["case"]].append((member.name, notice["position"]))
            self.assertNotIn("again", notice)
        self.assertEqual(set(by_case), set(cases))
        for case, seen in by_case.items():
            self.assertEqual(len({name for name, _ in seen}), 1, f"case {case}")
            self.assertEqual([p for _, p in seen], sorted(p for _, p in seen))
        self.assertEqual({name for seen in by_case.values() for name, _ in seen}, {"a", "b"})
        for member, notice in found:
            self.assertEqual(member.done(notice["position"]), [])
        self.assertEqual(self.total(), 0)

    def test_what_a_member_leaves_passes_on_marked_again_under_a_greater_fence(self):
        a, b = self.member("a"), self.member("b")
        self.cases()
        found = self.take(a, b, count=self.total())
        left = {n["position"]: n["fence"] for member, n in found if member is a}
        self.assertTrue(left)
        done = min(left)
        a.done(done)
        a.close()
        passed = {n["position"]: n for _, n in self.take(b, count=len(left) - 1)}
        self.assertEqual(set(passed), set(left) - {done})
        for position, notice in passed.items():
            self.assertTrue(notice["again"])
            self.assertGreater(notice["fence"], left[position])
        lost = sorted(passed)
        self.assertEqual(a.done(*lost), lost)  # too late: they are the other's
        self.assertTrue(self.total())
        for member, notice in found:
            if member is b:
                b.done(notice["position"])
        self.assertEqual(b.done(*lost), [])
        self.assertEqual(self.total(), 0)

    def test_a_restart_moves_nothing_and_hands_nothing_over_twice(self):
        a, b = self.member("a"), self.member("b")
        self.cases()
        found = self.take(a, b, count=self.total())
        mine = {member.name: dict(member.mine) for member in (a, b)}
        self.town.kill()
        self.town.start()
        more = self.accepted(CASES + 1)
        _, notice = self.take(a, b, count=1)[0]
        self.assertEqual(notice["case"], more)
        for member in (a, b):
            for position in mine[member.name]:
                self.assertIn(position, member.mine)
        for member, one in found:
            self.assertEqual(member.done(one["position"]), [])
        next(m for m in (a, b) if notice["position"] in m.mine).done(notice["position"])
        self.assertEqual(self.total(), 0)

    def test_what_failed_stays_its_members_and_holds_its_case(self):
        a, b = self.member("a"), self.member("b")
        case = self.accepted()
        member, notice = self.take(a, b, count=1)[0]
        member.failed(notice["position"], "no paper")
        self.withdraw(case)
        other = b if member is a else a
        self.assertIsNone(other.next(0.5))
        found = self.take(member, count=self.total() - 1)
        member.done(*[n["position"] for _, n in found])
        waiting = self.client("inspector").ask("unserved", department="housing")["notices"]
        self.assertEqual([(n["position"], n["reason"]) for n in waiting], [(notice["position"], "no paper")])
        self.assertEqual(member.done(notice["position"]), [])

    def test_another_group_and_a_lone_subscriber_have_everything_too(self):
        self.accepted()
        lone = self.client("housing-clerk").stream("housing", "lone", after=0)
        first, second = self.member("a", "desk"), self.member("a", "archive")
        self.assertEqual(len({n["position"] for _, n in self.take(first, count=1) + self.take(second, count=1)}), 1)
        self.assertEqual(lone.next(support.LIMIT)["position"], 1)


if __name__ == "__main__":
    unittest.main()
