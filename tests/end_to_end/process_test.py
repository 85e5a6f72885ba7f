"""The processes of a server: start, stop, death and replacement, and what is refused at the start."""
import concurrent.futures
import errno
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

import server


class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="jury-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.model = cls.folder / "model"
        server.train(cls.model, "--trees", "5")
        cls.row = server.rows()[0]

    def started(self, *options, model=None, **more):
        """A server that is not awaited, until the end of the test."""
        running = server.Server(model or self.model, *options, **more)
        self.addCleanup(running.close)
        return running

    def test_all_processes_have_their_names(self):
        with server.Server(self.model, "--workers", "2") as running:
            expected = {"worker 0", "worker 1", "recorder"}
            server.wait_for(lambda: set(running.children()) == expected, "all names")

    def test_a_killed_process_is_replaced(self):
        with server.Server(self.model, "--workers", "1") as running:
            for name in ("worker 0", "recorder"):
                before = running.children()[name]
                os.kill(before, signal.SIGKILL)
                server.wait_for(lambda: running.children().get(name, before) != before, f"the replacement of {name}")
            running.wait_until_ready()
            self.assertEqual(running.decide(self.row)[0], 200)
            server.wait_for(lambda: running.stored(), "a stored decision")

    def test_a_model_that_can_not_be_read_ends_the_start_with_3(self):
        broken = self.folder / "broken"
        broken.mkdir(exist_ok=True)
        (broken / "model.json").write_text('{"version":[1,7,4],"learner":')
        running = self.started(model=broken)
        self.assertEqual(running.process.wait(30), 3)
        self.assertIn("model.json", running.text())

    def test_a_store_that_can_not_be_opened_ends_the_start_with_3(self):
        folder = self.folder / "no-store"
        folder.mkdir()
        (folder / "decisions.db").write_text("this is no database, it only has its name " * 100)
        running = self.started(folder=folder)
        self.assertEqual(running.process.wait(30), 3, running.text())

    def test_a_port_that_is_taken_ends_the_start_with_3(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            running = self.started(port=taken.getsockname()[1])
            self.assertEqual(running.process.wait(30), 3)
            self.assertIn("in use", running.text())

    def test_beyond_loopback_keys_are_demanded(self):
        running = self.started("--host", "0.0.0.0")
        self.assertEqual(running.process.wait(30), 2)
        self.assertIn("--api-key-file", running.text())

    def test_with_keys_only_their_owners_get_in(self):
        keys = self.folder / "keys"
        digest = subprocess.run(["sha256sum"], input=b"secret", stdout=subprocess.PIPE, check=True).stdout.decode()
        keys.write_text("# who may call\n" + digest.split()[0] + " test\n")
        with server.Server(self.model, "--host", "0.0.0.0", "--api-key-file", str(keys)) as running:
            self.assertEqual(running.get("/health/live")[0], 200)
            self.assertEqual(running.decide(self.row)[0], 401)
            self.assertEqual(running.decide(self.row, {"X-API-Key": "secret2"})[0], 401)
            self.assertEqual(running.decide(self.row, {"X-API-Key": "secret"})[0], 200)
            self.assertEqual(running.decide(self.row, {"Authorization": "Bearer secret"})[0], 200)
            self.assertEqual(running.get("/metrics")[0], 401)

    def test_options_come_from_environment_and_file_and_unknown_ones_are_errors(self):
        config = self.folder / "config"
        config.write_text("workers = 1\nlog-format = json\n")
        with server.Server(self.model, "--config", str(config), environment={"JURY_LOG_LEVEL": "debug"}) as running:
            self.assertEqual(set(running.children()), {"worker 0", "recorder"})
            for line in running.text().splitlines():
                json.loads(line)
        with server.Server(self.model, environment={"JURY_CONFIG": str(config)}) as running:
            self.assertEqual(set(running.children()), {"worker 0", "recorder"})
        for wrong in (["--config", str(self.folder / "wrong")], ["--prot", "80"], ["--cache", "redis://x"],
                      ["--workers", "many"]):
            (self.folder / "wrong").write_text("wrokers = 1\n")
            running = self.started(*wrong)
            self.assertEqual(running.process.wait(30), 2, wrong)
        running = self.started(environment={"JURY_PROT": "80"})
        self.assertEqual(running.process.wait(30), 2)
        self.assertIn("JURY_PROT", running.text())

    def test_term_finishes_the_request_that_was_begun_and_stores_it(self):
        folder = self.folder / "term"
        folder.mkdir()
        running = self.started("--workers", "1", folder=folder).wait_until_ready()
        body = json.dumps(self.row).encode()
        with socket.create_connection(("127.0.0.1", running.port), timeout=60) as client:
            client.sendall(b"POST /decisions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body[:10])
            server.wait_for(lambda: b"jury_connections 1" in running.get("/metrics")[1] or
                            b"jury_connections 2" in running.get("/metrics")[1], "the connection")
            running.process.send_signal(signal.SIGTERM)

            def refused():
                with socket.socket() as late:
                    return late.connect_ex(("127.0.0.1", running.port)) == errno.ECONNREFUSED

            server.wait_for(refused, "the refusal of new connections")
            client.sendall(body[10:])
            response = http.client.HTTPResponse(client)
            response.begin()
            self.assertEqual(response.status, 200)
            self.assertEqual(response.headers["Connection"], "close")
            decision = json.loads(response.read())
        self.assertEqual(running.process.wait(90), 0, running.text())
        self.assertEqual([id for id, _ in running.stored()], [decision["decision_id"]])

    def test_what_a_killed_server_answered_is_stored_by_the_next_start(self):
        folder = self.folder / "killed"
        folder.mkdir()
        running = self.started("--workers", "1", folder=folder).wait_until_ready()
        os.kill(running.children()["recorder"], signal.SIGSTOP)
        decision = json.loads(running.decide(self.row)[1])
        running.kill()
        self.assertEqual(running.stored(), [])
        with server.Server(self.model, "--workers", "1", folder=folder) as running:
            server.wait_for(lambda: running.stored(), "the replay of the spool")
            self.assertEqual([id for id, _ in running.stored()], [decision["decision_id"]])

    # Nothing says on disk how far the recorder of a killed server came, so the next one begins at the segment's first
    # record. The recorder is stopped, so that it can't empty the spool in the moment when its writer is dead already.
    def test_the_store_absorbs_what_the_next_start_delivers_again(self):
        folder = self.folder / "absorbed"
        folder.mkdir()
        running = self.started("--workers", "1", folder=folder).wait_until_ready()
        decision = json.loads(running.decide(self.row)[1])
        server.wait_for(lambda: running.stored(), "storing the decision")
        os.kill(running.children()["recorder"], signal.SIGSTOP)
        running.kill()
        with server.Server(self.model, "--workers", "1", folder=folder) as running:
            def records(outcome):
                return int(re.search(rf'^jury_records_total{{outcome="{outcome}"}} (\d+)$',
                                     running.get("/metrics")[1].decode(), re.M)[1])

            server.wait_for(lambda: records("absorbed"), "the redelivery")
            self.assertEqual({outcome: records(outcome) for outcome in ("stored", "absorbed", "dead")},
                             {"stored": 0, "absorbed": 1, "dead": 0})
            self.assertEqual([id for id, _ in running.stored()], [decision["decision_id"]])

    def test_no_process_outlives_a_killed_supervisor(self):
        running = self.started("--workers", "2").wait_until_ready()
        children = running.children()
        running.process.kill()
        running.process.wait()
        for name, pid in children.items():
            server.wait_for(lambda: server.gone(pid), f"the end of {name}")
        with socket.socket() as port:
            port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            port.bind(("127.0.0.1", running.port))

    def test_a_full_spool_refuses_and_says_when_to_come_back(self):
        with server.Server(self.model, "--workers", "1", "--cache", "none", "--spool-bytes", "20000") as running:
            recorder = running.children()["recorder"]
            os.kill(recorder, signal.SIGSTOP)
            try:
                answers = [running.decide(self.row) for _ in range(40)]
                status, body, _ = running.get("/health/ready")
                self.assertEqual((status, json.loads(body)["status"]), (503, "spool full"))
            finally:
                os.kill(recorder, signal.SIGCONT)
            # By itself: a server that a load balancer avoids gets no request that could make it look.
            server.wait_for(lambda: running.get("/health/ready")[0] == 200, "readiness after the spool was drained")
            refused = [headers for status, _, headers in answers if status == 503]
            self.assertTrue(refused)
            self.assertTrue(all(headers["Retry-After"] for headers in refused))
            decided = [json.loads(body)["decision_id"] for status, body, _ in answers if status == 200]
            self.assertGreater(len(decided), 5)
            server.wait_for(lambda: len(running.stored()) == len(decided), "storing what was answered")
            self.assertEqual({id for id, _ in running.stored()}, set(decided))

    def test_a_decision_is_found_while_it_is_only_in_the_spool(self):
        with server.Server(self.model, "--workers", "2") as running:
            recorder = running.children()["recorder"]
            os.kill(recorder, signal.SIGSTOP)
            try:
                decision = json.loads(running.decide(self.row)[1])
                status, body, _ = running.get("/decisions/" + decision["decision_id"])
                self.assertEqual((status, json.loads(body)["response"]), (200, decision))
            finally:
                os.kill(recorder, signal.SIGCONT)

    def test_many_clients_at_once_are_all_answered_and_stored(self):
        with server.Server(self.model, "--workers", "2") as running:
            with concurrent.futures.ThreadPoolExecutor(8) as clients:
                answers = list(clients.map(lambda _: running.decide(self.row), range(200)))
            decided = {json.loads(body)["decision_id"] for status, body, _ in answers if status == 200}
            self.assertEqual(len(decided), 200)
            server.wait_for(lambda: len(running.stored()) == 200, "storing all")


if __name__ == "__main__":
    unittest.main()
