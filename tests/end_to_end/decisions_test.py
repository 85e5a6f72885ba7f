"""What a client sees of the decision service: answers, records, refusals."""
import concurrent.futures
import csv
import io
import json
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile
import unittest

import server
from xgboost_library import Booster


def float32(value):
    return struct.pack("<f", value)


class Decisions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="jury-test-"))
        cls.model = cls.folder / "model"
        server.train(cls.model)
        cls.manifest = json.loads((cls.model / "manifest.json").read_text())
        cls.rows = server.rows()
        cls.server = server.Server(cls.model, "--workers", "2", folder=cls.folder).wait_until_ready()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__(None)
        shutil.rmtree(cls.folder)

    def encode(self, row):
        """The model's row, made from the manifest alone."""
        return [float(feature["categories"].index(row[feature["name"]]) if "categories" in feature
                      else row[feature["name"]]) for feature in self.manifest["features"]]

    def decided(self, row, **headers):
        status, body, answered = self.server.decide(row, headers)
        self.assertEqual(status, 200, body)
        return json.loads(body), body, answered

    def record(self, decision_id):
        status, body, _ = self.server.get(f"/decisions/{decision_id}")
        self.assertEqual(status, 200, body)
        return json.loads(body)

    def errors(self, features):
        status, body, _ = self.server.decide(features)
        self.assertEqual(status, 422, body)
        return json.loads(body)["detail"]

    def test_every_margin_equals_xgboosts_own_library_and_jury_predict(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda row: self.server.decide(row)[1], self.rows))
        expected = Booster(self.model / "model.json").margins([self.encode(row) for row in self.rows])
        printed = subprocess.run([server.JURY, "predict", self.model, server.TABLE, "--margin"], check=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        predicted = list(csv.DictReader(io.StringIO(printed)))
        self.assertEqual(len(predicted), len(self.rows))

        decided = {json.loads(answer)["decision_id"] for answer in answers}
        server.wait_for(lambda: decided <= {id for id, _ in self.server.stored()}, "storing every decision")
        for answer, margin, prediction in zip(answers, expected, predicted):
            decision = json.loads(answer)
            record = self.record(decision["decision_id"])
            self.assertEqual(float32(record["margin"]), float32(margin))
            self.assertEqual(float32(float(prediction["margin"])), float32(margin))
            self.assertEqual(float32(float(prediction["score"])), float32(decision["score"]))
            self.assertEqual(prediction["decision"], decision["decision"])
            self.assertEqual(record["response"], decision)
        responses = {id: response for id, response in self.server.stored()}
        for answer in answers:
            self.assertEqual(responses[json.loads(answer)["decision_id"]].encode(), answer)

    def test_the_record_is_found_at_once_and_holds_request_and_row(self):
        row = {**self.rows[7], "credit_amount": 4711}
        decision, _, _ = self.decided(row)
        record = self.record(decision["decision_id"])
        self.assertEqual(record["request"], row)
        self.assertEqual(record["row"], self.encode(row))
        self.assertEqual(record["decision"], decision["decision"])
        self.assertEqual(record["model"]["name"], "german_credit")
        self.assertEqual(record["status"], 200)
        self.assertFalse(record["cached"])

    def test_a_repeated_request_is_answered_from_the_cache_and_recorded_as_such(self):
        row = {**self.rows[8], "credit_amount": 4712}
        decisions = [self.decided(row)[0] for _ in range(20)]  # two workers, a cache in each
        scored = {d["decision_id"] for d in decisions if not d["cached"]}
        cached = [d for d in decisions if d["cached"]]
        self.assertLessEqual(len(scored), 2)
        self.assertEqual({d["score"] for d in decisions}, {decisions[0]["score"]})
        record = self.record(cached[-1]["decision_id"])
        self.assertTrue(record["cached"])
        self.assertIn(record["copied_from"], scored)

    def test_reference_and_correlation_id_are_kept(self):
        decision, _, headers = self.decided({**self.rows[1], "reference": "from the body"},
                                            **{"X-Correlation-ID": "test-1"})
        self.assertEqual(headers["X-Correlation-ID"], "test-1")
        record = self.record(decision["decision_id"])
        self.assertEqual((record["reference"], record["correlation_id"]), ("from the body", "test-1"))
        decision, _, headers = self.decided(self.rows[1], **{"X-Reference": "from the header",
                                                             "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01"})
        record = self.record(decision["decision_id"])
        self.assertEqual((record["reference"], record["trace_id"]), ("from the header", "a" * 32))
        self.assertEqual(record["correlation_id"], headers["X-Correlation-ID"])
        server.wait_for(lambda: "[test-1] access" in self.server.text(), "the access line with the correlation id")

    def test_a_correlation_id_that_could_forge_a_line_is_replaced(self):
        _, _, headers = self.decided(self.rows[1], **{"X-Correlation-ID": "x" * 129})
        self.assertEqual(len(headers["X-Correlation-ID"]), 36)

    def test_refusals_name_the_feature_and_come_all_at_once(self):
        row = dict(self.rows[0])
        del row["age"]
        row["purpose"] = "yacht"
        row["credit_amount"] = "much"
        found = {tuple(e["loc"]): e["type"] for e in self.errors(row)}
        self.assertEqual(found, {("body", "purpose"): "enum", ("body", "credit_amount"): "int_parsing",
                                 ("body", "age"): "missing"})
        self.assertEqual(self.errors("")[0], {"type": "missing", "loc": ["body"], "msg": "Field required", "input": None})
        self.assertEqual(self.errors('{"age":1,}')[0]["type"], "json_invalid")

    def test_a_refusal_is_recorded(self):
        self.assertEqual(self.server.decide({"age": 30}, {"X-Correlation-ID": "refused"})[0], 422)
        server.wait_for(lambda: ("refused", 422) in self.server.stored("correlation_id, status"),
                        "the record of the refusal")

    def test_of_a_flood_of_refusals_few_are_recorded_and_the_rest_is_counted(self):
        with server.Server(self.model, "--workers", "1") as running:
            def unrecorded():
                return int(re.search(r"^jury_refusals_unrecorded_total (\d+)$", running.get("/metrics")[1].decode(),
                                     re.M)[1])

            def refuse(_):
                return running.decide(b"[" + b"1," * 3000 + b"1]")[0]

            with concurrent.futures.ThreadPoolExecutor(8) as clients:
                for _ in range(50):
                    self.assertEqual(set(clients.map(refuse, range(400))), {422})
                    if unrecorded() > 0:
                        break
            self.assertGreater(unrecorded(), 0)
            server.wait_for(running.stored, "the records of some")
            self.assertEqual(max(len(request) for request, in running.stored("request")), 4096)

    def test_a_reference_that_can_not_be_kept_is_refused(self):
        for reference in ("x" * 201, b"caf\xe9", ""):
            status, body, _ = self.server.decide(self.rows[1], {"X-Reference": reference})
            self.assertEqual((status, json.loads(body)["detail"][0]["loc"]), (422, ["header", "x-reference"]))

    def test_whatever_is_sent_the_table_stays_readable(self):
        for body in (b'{"age":"\xff"}', ("{" + '"\u00e9":1,' * 3000).encode()):
            self.assertIn(self.server.decide(body, {"X-Correlation-ID": "unreadable"})[0], (400, 422))
        server.wait_for(lambda: self.server.stored("correlation_id").count(("unreadable",)) == 2,
                        "the records of the refusals")
        self.server.stored("*")  # sqlite3 decodes every text

    def test_numbers_that_are_none_are_refused(self):
        for text in ("NaN", "Infinity", '"nan"', '"inf"', "1e999"):
            body = json.dumps(self.rows[0]).replace('"age": 67', f'"age": {text}')
            self.assertIn(text, body)
            self.assertEqual(self.server.decide(body)[0], 422, text)

    def test_other_answers_have_fastapis_bodies(self):
        for method, path, status, body in (("GET", "/nope", 404, {"detail": "Not Found"}),
                                           ("GET", "/decisions", 405, {"detail": "Method Not Allowed"}),
                                           ("GET", "/decisions/0190d7a0-0000-7000-8000-000000000000", 404,
                                            {"detail": "Not Found"})):
            answered = self.server.request(method, path)
            self.assertEqual((answered[0], json.loads(answered[1])), (status, body), path)
        self.assertEqual(self.server.request("GET", "/decisions")[2]["Allow"], "POST")
        status, body, _ = self.server.get("/decisions/no-uuid")
        self.assertEqual((status, json.loads(body)["detail"][0]["type"]), (422, "uuid_parsing"))
        status, _, headers = self.server.request("POST", "/decisions", "x" * 70_000, {"X-Correlation-ID": "too-large"})
        self.assertEqual((status, headers["X-Correlation-ID"]), (413, "too-large"))
        server.wait_for(lambda: re.search(r"\[too-large\] access .* method=POST target=/decisions status=413",
                                          self.server.text()), "the line of the access log")
        self.assertIn('jury_http_requests_total{route="unmatched",status="4xx"} ', self.server.get("/metrics")[1].decode())

    def test_operational_endpoints_answer(self):
        self.assertEqual(self.server.get("/health/live")[0], 200)
        self.assertEqual(json.loads(self.server.get("/health/ready")[1]), {"status": "ready", "recorder": "running"})
        document = json.loads(self.server.get("/openapi.json")[1])
        self.assertEqual(document["openapi"], "3.1.0")
        self.assertEqual(document["components"]["schemas"]["DecisionRequest"]["properties"]["purpose"]["enum"],
                         next(f["categories"] for f in self.manifest["features"] if f["name"] == "purpose"))
        status, body, _ = self.server.request("HEAD", "/health/live")
        self.assertEqual((status, body), (200, b""))

    def test_metrics_are_merged_over_the_workers(self):
        def decisions():
            lines = self.server.get("/metrics")[1].decode().splitlines()
            return sum(int(line.split()[-1]) for line in lines if line.startswith("jury_decisions_total{"))

        before = decisions()
        for row in self.rows[:20]:
            self.decided(row)
        self.assertEqual(decisions(), before + 20)


if __name__ == "__main__":
    unittest.main()
