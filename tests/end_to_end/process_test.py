"""The processes of a server: start, stop, death and replacement, and what is refused at the start."""
import concurrent.futures
import contextlib
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
import threading
import unittest

import server


class Processes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="jury-test-"))
        cls.model = cls.folder / "model"
        server.train(cls.model, "--trees", "5")
        cls.row = server.rows()[0]

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

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
        running = server.Server(broken)
        self.assertEqual(running.process.wait(30), 3)
        self.assertIn("model.json", running.text())
        running.__exit__(None)

    def test_a_store_that_can_not_be_opened_ends_the_start_with_3(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="jury-test-"))
        (folder / "decisions.db").write_text("this is no database, it only has its name " * 100)
        running = server.Server(self.model, folder=folder)
        self.assertEqual(running.process.wait(30), 3, running.text())
        running.__exit__(None)
        shutil.rmtree(folder)

    def test_a_port_that_is_taken_ends_the_start_with_3(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            running = server.Server(self.model, port=taken.getsockname()[1])
            self.assertEqual(running.process.wait(30), 3)
            self.assertIn("in use", running.text())
            running.__exit__(None)

    def test_beyond_loopback_keys_are_demanded(self):
        running = server.Server(self.model, "--host", "0.0.0.0")
        self.assertEqual(running.process.wait(30), 2)
        self.assertIn("--api-key-file", running.text())
        running.__exit__(None)

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
        with server.Server(self.model, "--config", str(config), variables={"JURY_LOG_LEVEL": "debug"}) as running:
            self.assertEqual(set(running.children()), {"worker 0", "recorder"})
            for line in running.text().splitlines():
                json.loads(line)
        with server.Server(self.model, variables={"JURY_CONFIG": str(config)}) as running:
            self.assertEqual(set(running.children()), {"worker 0", "recorder"})
        for wrong in (["--config", str(self.folder / "wrong")], ["--prot", "80"], ["--cache", "redis://x"],
                      ["--workers", "many"]):
            (self.folder / "wrong").write_text("wrokers = 1\n")
            running = server.Server(self.model, *wrong)
            self.assertEqual(running.process.wait(30), 2, wrong)
            running.__exit__(None)
        running = server.Server(self.model, variables={"JURY_PROT": "80"})
        self.assertEqual(running.process.wait(30), 2)
        self.assertIn("JURY_PROT", running.text())
        running.__exit__(None)

    def test_term_finishes_the_request_that_was_begun_and_stores_it(self):
        self.finishes_what_was_begun("term", lambda running: running.process.send_signal(signal.SIGTERM))

    def test_so_does_a_term_to_all_processes_at_once(self):
        self.finishes_what_was_begun("group", lambda running: os.killpg(running.process.pid, signal.SIGTERM))

    def finishes_what_was_begun(self, name, terminate):
        folder = self.folder / name
        folder.mkdir()
        running = server.Server(self.model, "--workers", "1", folder=folder, group=0).wait_until_ready()
        body = json.dumps(self.row).encode()
        with socket.create_connection(("127.0.0.1", running.port), timeout=60) as client:
            client.sendall(b"POST /decisions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body[:10])
            server.wait_for(lambda: b"jury_connections 1" in running.get("/metrics")[1] or
                            b"jury_connections 2" in running.get("/metrics")[1], "the connection")
            terminate(running)

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
        self.assertEqual(running.process.wait(30), 0, running.text())
        self.assertEqual([id for id, _ in running.stored()], [decision["decision_id"]])
        running.__exit__(None)

    def test_quit_ends_the_server_at_once_and_stores_what_was_answered(self):
        for number in (signal.SIGINT, signal.SIGQUIT):
            folder = self.folder / f"quick-{number}"
            folder.mkdir()
            running = server.Server(self.model, "--workers", "2", folder=folder, group=0).wait_until_ready()
            decided = [json.loads(running.decide(self.row)[1])["decision_id"] for _ in range(20)]
            os.killpg(running.process.pid, number)  # as from a terminal
            self.assertEqual(running.process.wait(60), 0, running.text())
            self.assertEqual({id for id, _ in running.stored()}, set(decided))
            running.__exit__(None)

    def test_a_spool_or_a_store_has_one_server(self):
        with server.Server(self.model, "--workers", "1") as running:
            for shared in ("spool", "decisions.db"):
                folder = self.folder / ("second-" + shared)
                folder.mkdir()
                (folder / shared).symlink_to(running.folder / shared)
                second = server.Server(self.model, folder=folder)
                self.assertEqual(second.process.wait(60), 3)
                self.assertIn("another server", second.text())
                second.__exit__(None)
            self.assertEqual(running.decide(self.row)[0], 200)
            server.wait_for(running.stored, "a stored decision")

    def test_whoever_reads_the_log_may_leave(self):
        reading, writing = os.pipe()
        running = server.Server(self.model, "--workers", "1", errors=writing)
        os.close(writing)
        with open(reading, "rb") as log:
            text = b""
            while b" serving " not in text:
                text += log.readline()
        running.port = int(re.search(rb"http://\S+:(\d+) ", text)[1])
        server.wait_for(lambda: running.children().get("worker 0"), "the worker")
        first = running.children()["worker 0"]
        os.kill(first, signal.SIGKILL)
        server.wait_for(lambda: running.children().get("worker 0", first) != first, "the replacement of the worker")
        server.wait_for(lambda: running.decide(self.row)[0] == 200, "an answer")
        running.__exit__(None)

    def test_with_durability_memory_decisions_are_stored_a_little_later(self):
        with server.Server(self.model, "--workers", "2", "--durability", "memory") as running:
            decided = {json.loads(running.decide(self.row)[1])["decision_id"] for _ in range(50)}
            server.wait_for(lambda: {id for id, _ in running.stored()} == decided, "storing all")

    def test_a_reload_fails_no_request_and_a_bad_model_changes_nothing(self):
        model = self.folder / "reloaded"
        shutil.copytree(self.model, model)
        server.train(self.folder / "newer", "--trees", "9", "--model-version", "2")
        with server.Server(model, "--workers", "2") as running:
            decided, failed, stop = [], [], threading.Event()

            def client():
                connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=60)
                while not stop.is_set():
                    try:
                        connection.request("POST", "/decisions", json.dumps(self.row),
                                           {"Content-Type": "application/json"})
                        response = connection.getresponse()
                        body = response.read()
                        (decided if response.status == 200 else failed).append(json.loads(body))
                    except (OSError, http.client.HTTPException) as problem:
                        failed.append(problem)

            clients = [threading.Thread(target=client) for _ in range(8)]
            for each in clients:
                each.start()
            try:
                for version in ("2", "1", "2"):
                    source = self.folder / "newer" if version == "2" else self.model
                    for name in ("manifest.json", "model.json"):
                        shutil.copy(source / name, model / name)
                    running.process.send_signal(signal.SIGHUP)
                    server.wait_for(lambda: {d["model"]["version"] for d in decided[-100:]} == {version},
                                    f"version {version} only")
                    server.wait_for(lambda: len(running.children()) == 3, "the end of the old workers")
                (model / "model.json").write_text("no model")
                running.process.send_signal(signal.SIGHUP)
                server.wait_for(lambda: b'jury_reloads_total{outcome="failed"} 1' in running.get("/metrics")[1],
                                "the refusal of the bad model")
            finally:
                stop.set()
                for each in clients:
                    each.join()
            self.assertEqual(failed, [])
            self.assertEqual({d["model"]["version"] for d in decided[-8:]}, {"2"})
            self.assertIn(b'jury_reloads_total{outcome="done"} 3', running.get("/metrics")[1])
            ids = {decision["decision_id"] for decision in decided}
            server.wait_for(lambda: ids == {id for id, _ in running.stored()}, "storing all")

    def test_workers_share_the_connections(self):
        with server.Server(self.model, "--workers", "2") as running, contextlib.ExitStack() as opened:
            server.wait_for(lambda: b"\njury_workers 2\n" in running.get("/metrics")[1], "both workers")
            connections = [opened.enter_context(contextlib.closing(
                http.client.HTTPConnection("127.0.0.1", running.port, timeout=60))) for _ in range(16)]
            for connection in connections:
                connection.request("POST", "/decisions", json.dumps(self.row), {"Content-Type": "application/json"})
                self.assertEqual(connection.getresponse().status, 200)
            server.wait_for(lambda: len(running.stored()) == 16, "storing all")
            workers = [worker for worker, in running.stored("worker")]
            # 8 and 8 when both run; a machine that lets one of them wait may shift it.
            self.assertGreaterEqual(min(workers.count(0), workers.count(1)), 4)

    def test_ttin_and_ttou_change_the_number_of_workers(self):
        with server.Server(self.model, "--workers", "1") as running:
            def workers():
                return int(re.search(r"^jury_workers (\d+)$", running.get("/metrics")[1].decode(), re.M)[1])

            running.process.send_signal(signal.SIGTTIN)
            server.wait_for(lambda: set(running.children()) == {"worker 0", "worker 1", "recorder"}, "a second worker")
            server.wait_for(lambda: workers() == 2, "the second worker's readiness")
            running.process.send_signal(signal.SIGTTOU)
            server.wait_for(lambda: len(running.children()) == 2 and workers() == 1, "the end of one worker")
            self.assertEqual(running.decide(self.row)[0], 200)

    def test_what_a_killed_server_answered_is_stored_by_the_next_start(self):
        folder = self.folder / "killed"
        folder.mkdir()
        running = server.Server(self.model, "--workers", "1", folder=folder).wait_until_ready()
        os.kill(running.children()["recorder"], signal.SIGSTOP)
        decision = json.loads(running.decide(self.row)[1])
        running.kill()
        self.assertEqual(running.stored(), [])
        with server.Server(self.model, "--workers", "1", folder=folder) as running:
            server.wait_for(lambda: running.stored(), "the replay of the spool")
            self.assertEqual([id for id, _ in running.stored()], [decision["decision_id"]])

    def test_the_store_absorbs_what_the_next_start_delivers_again(self):
        folder = self.folder / "absorbed"
        folder.mkdir()
        running = server.Server(self.model, "--workers", "1", folder=folder).wait_until_ready()
        decision = json.loads(running.decide(self.row)[1])
        server.wait_for(running.stored, "storing the decision")
        os.kill(running.children()["recorder"], signal.SIGSTOP)  # it must not free what the killed worker leaves
        running.kill()
        with server.Server(self.model, "--workers", "1", folder=folder) as running:
            def records(outcome):
                return int(re.search(rf'^jury_records_total{{outcome="{outcome}"}} (\d+)$',
                                     running.get("/metrics")[1].decode(), re.M)[1])

            server.wait_for(lambda: records("absorbed"), "the redelivery")
            self.assertEqual([records(outcome) for outcome in ("stored", "absorbed", "dead")], [0, 1, 0])
            self.assertEqual([id for id, _ in running.stored()], [decision["decision_id"]])

    def test_no_process_outlives_a_killed_supervisor(self):
        running = server.Server(self.model, "--workers", "2").wait_until_ready()
        children = running.children()
        running.kill()
        for name, pid in children.items():
            server.wait_for(lambda: server.ended(pid), f"the end of {name}")
        running.__exit__(None)

    def test_a_full_spool_refuses_and_says_when_to_come_back(self):
        with server.Server(self.model, "--workers", "1", "--cache", "none", "--spool-bytes", "20000",
                           "--limit-body", "2000") as running:
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
            def decide(_):
                return json.loads(running.decide(self.row)[1])["decision_id"]

            with concurrent.futures.ThreadPoolExecutor(8) as clients:
                self.assertEqual(len(set(clients.map(decide, range(200)))), 200)
            server.wait_for(lambda: len(running.stored()) == 200, "storing all")


if __name__ == "__main__":
    unittest.main()
