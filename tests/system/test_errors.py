"""The registry of errors as people meet it: `leeway errors` asks no daemon, and a refusal's hint is what it says."""

import json
import os
import pathlib
import subprocess
import unittest

import support

LEEWAY = pathlib.Path(support.PROGRAMS) / "leeway"


def leeway(*arguments, **environment):
    done = subprocess.run([str(part) for part in (LEEWAY, *arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8", **environment})
    return done.returncode, done.stdout, done.stderr


class Errors(unittest.TestCase):
    def test_a_word_is_told_with_its_remedy(self):
        code, out, _ = leeway("errors", "lookup", "case-moved-on")
        self.assertEqual(code, 0)
        self.assertEqual([line.split()[0] for line in out.splitlines()], ["code", "kind", "means", "try"])
        self.assertIn("leeway case show", out)

    def test_in_chinese_too(self):
        self.assertIn("案件已有变化", leeway("errors", "lookup", "case-moved-on", "--lang", "zh")[1])

    def test_json_has_both_languages(self):
        error = json.loads(leeway("errors", "lookup", "busy", "-o", "json")[1])
        self.assertEqual(set(error), {"code", "kind", "cause", "remedy", "cause_zh", "remedy_zh"})

    def test_a_slip_of_the_pen_is_told(self):
        code, out, why = leeway("errors", "lookup", "case-unknwon")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("did you mean case-unknown", why)

    def test_a_list_of_one_kind(self):
        listed = json.loads(leeway("errors", "list", "--kind", "fault", "-o", "json")[1])["errors"]
        self.assertTrue(all("fault" in error["kind"].split() for error in listed))
        self.assertIn("bad-utf8", [error["code"] for error in listed])


class Hints(support.TownTest):
    def refused(self, *arguments):
        flags = ["--endpoint", self.town.commands, "--server-key", f"{self.town.key_file('server')}.pub", "--key",
                 self.town.key_file("discipline-clerk")]
        error = json.loads(leeway(*arguments, *flags, "-o", "json")[2])["error"]
        return error, json.loads(leeway("errors", "lookup", error["code"], "-o", "json")[1])

    def test_the_hint_of_a_refusal_is_the_remedy_of_its_word(self):
        case = self.received()
        for words, code in ((["case", "show", 99], "case-unknown"),
                            (["case", "act", case, "accept", "--expect", 1], "case-moved-on"),
                            (["case", "act", case, "archive"], "not-your-act"),
                            (["case", "list", "--department", "housing"], "not-your-department")):
            error, known = self.refused(*words)
            self.assertEqual((error["code"], error["try"]), (code, known["remedy"]), error)

    def test_a_timeout_names_the_id_to_repeat(self):
        self.client("discipline-clerk").ask("status")
        self.town.daemon.send_signal(19)
        try:
            command = "019b8f00-0000-7000-8000-000000000001"
            error, known = self.refused("case", "act", 1, "accept", "--id", command, "--timeout", 1)
        finally:
            self.town.daemon.send_signal(18)
        self.assertIn(error["code"], ("timeout", "unreachable"))
        self.assertEqual(error["try"], known["remedy"].replace("{id}", command))


if __name__ == "__main__":
    unittest.main()
