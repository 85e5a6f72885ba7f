"""kill -9 of worker, recorder or supervisor at random moments under load, at durability `process`: what was answered is
stored with the bytes that were answered, and what is stored was answered or its answer is unknown."""
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import server

ROUNDS = int(os.environ.get("TEST_CRASH_ROUNDS", "30"))
SEED = int(os.environ.get("TEST_CRASH_SEED", str(random.randrange(10**6))))
VICTIMS = os.environ.get("TEST_CRASH_VICTIMS", "worker,recorder,supervisor").split(",")
SECONDS = 1.0
RATE = 4000


class Crash(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="jury-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.model = cls.folder / "model"
        server.train(cls.model, "--trees", "20")
        cls.bodies = cls.folder / "bodies"
        cls.bodies.write_text("".join(json.dumps(row) + "\n" for row in server.rows()))

    def test_no_answered_decision_is_lost_and_none_is_invented(self):
        print(f"{ROUNDS} rounds, seed {SEED}", flush=True)
        dice = random.Random(SEED)
        totals = {"answered": 0, "unknown": 0, "kills": 0, "absorbed": 0}
        for number in range(ROUNDS):
            with self.subTest(round=number, seed=SEED):
                for key, count in self.one_round(dice, VICTIMS[number % len(VICTIMS)], number).items():
                    totals[key] += count
        print(totals, flush=True)
        self.assertGreater(totals["answered"], 10 * ROUNDS)
        self.assertGreater(totals["kills"], 0)

    def one_round(self, dice, victim, number):
        folder = self.folder / f"round-{number}"
        folder.mkdir()
        answers = folder / "answers"
        running = server.Server(self.model, "--workers", "2", "--no-access-log", folder=folder).wait_until_ready()
        load = subprocess.Popen([server.BUILD / "bench" / "load", "--port", str(running.port), "--connections", "16",
                                 "--seconds", str(SECONDS), "--rate", str(RATE), "--bodies", self.bodies, "--answers",
                                 answers, "--reconnect"], stdout=subprocess.DEVNULL)
        kills = 0
        last = None
        try:
            server.wait_for(lambda: load.poll() is not None or (answers.exists() and answers.stat().st_size > 0),
                            "the first answer")
            end = time.monotonic() + SECONDS
            while time.monotonic() < end and load.poll() is None:
                time.sleep(dice.uniform(0.05, 0.35))
                if victim == "supervisor":
                    running.kill()
                    running = server.Server(self.model, "--workers", "2", "--no-access-log", folder=folder,
                                            port=running.port)
                    kills += 1
                    time.sleep(dice.uniform(0.1, 0.4))
                    continue
                victims = [(name, pid) for name, pid in running.children().items() if name.startswith(victim)]
                with contextlib.suppress(IndexError, ProcessLookupError):
                    last = dice.choice(victims)
                    os.kill(last[1], signal.SIGKILL)
                    kills += 1
            self.assertEqual(load.wait(60), 0)
            if last:  # until it is replaced, the status board may still call it ready
                name, pid = last
                server.wait_for(lambda: running.children().get(name, pid) != pid, f"the replacement of {name}")
            running.wait_until_ready()
            absorbed = self.drain(running)
            # Its end drains once more, now without writers.
            self.assertEqual(running.stop(), 0, running.text())
        finally:
            load.kill()
            load.wait()
            running.close()
        answered, unknown = self.judge(running, answers)
        shutil.rmtree(folder)
        return {"answered": answered, "unknown": unknown, "kills": kills, "absorbed": absorbed}

    def drain(self, running):
        """Waits until the spool is empty; how many redeliveries the sink absorbed."""
        def metric(name):
            text = running.get("/metrics")[1].decode()
            return int(re.search(rf"^{re.escape(name)} (\d+)", text, re.M)[1])

        server.wait_for(lambda: json.loads(running.get("/health/ready")[1])["recorder"] == "running", "the recorder")
        server.wait_for(lambda: metric("jury_relay_lag_records") == 0, "an empty spool")
        self.assertEqual(metric('jury_records_total{outcome="dead"}'), 0)
        return metric('jury_records_total{outcome="absorbed"}')

    def judge(self, running, answers):
        stored = running.stored("decision_id, correlation_id, response")
        responses = {id: response.encode() for id, _, response in stored}
        self.assertEqual(len(responses), len(stored))
        answered, unknown, lost, changed = set(), set(), 0, 0
        for line in answers.read_bytes().splitlines():
            status, text = line.split(b"\t", 1)
            if status == b"unknown":
                unknown.add(text.decode())
            elif status == b"200":
                decision_id = json.loads(text)["decision_id"]
                answered.add(decision_id)
                lost += decision_id not in responses
                changed += responses.get(decision_id, text) != text
            else:
                self.assertEqual(status, b"503", text)
        invented = [correlation for id, correlation, _ in stored if id not in answered and correlation not in unknown]
        self.assertEqual((lost, changed, invented), (0, 0, []), f"of {len(answered)} answered, {len(unknown)} unknown")
        return len(answered), len(unknown)


if __name__ == "__main__":
    unittest.main()
