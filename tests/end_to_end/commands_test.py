"""The commands that work on files: train, inspect, predict, manifest."""
import csv
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import tempfile
import unittest

import server


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="jury-test-"))
        cls.model = cls.folder / "model"
        server.train(cls.model, "--trees", "10")

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def jury(self, *arguments, code=0, **environment):
        done = subprocess.run([server.JURY, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=server.environment(**environment))
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def test_training_twice_with_a_seed_gives_the_same_files(self):
        again = self.folder / "again"
        server.train(again, "--trees", "10")
        for name in ("model.json", "manifest.json"):
            self.assertEqual((again / name).read_bytes(), (self.model / name).read_bytes())
        other = self.folder / "other"
        server.train(other, "--trees", "10", "--seed", "7")
        self.assertNotEqual((other / "model.json").read_bytes(), (self.model / "model.json").read_bytes())

    def test_training_reports_progress_and_held_out_metrics(self):
        done = subprocess.run([server.JURY, "train", server.TABLE, "--target", server.TARGET, "--out", self.folder / "boosted",
                               "--algorithm", "boosting", "--trees", "20", "--n-jobs", "2"], check=True, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertRegex(done.stderr, r"training 10/20, held-out log loss 0\.\d+, \d+ s left")
        metrics = dict(re.findall(r"held-out (\w+): ([\d.]+)", done.stdout))
        self.assertGreater(float(metrics["auc"]), 0.7)
        self.assertEqual(metrics.keys(), {"accuracy", "auc", "log_loss"})

    def test_a_manifest_is_made_for_a_model_that_came_without_one(self):
        raw = self.folder / "raw"
        raw.mkdir()
        shutil.copy(self.model / "model.json", raw)
        # As a shell does it: the empty file is there before the command runs.
        with open(raw / "manifest.json", "w", encoding="utf-8") as file:
            subprocess.run([server.JURY, "manifest", raw / "model.json", "--from", server.TABLE], check=True, stdout=file)
        made = json.loads((raw / "manifest.json").read_text())
        trained = json.loads((self.model / "manifest.json").read_text())
        for mine, theirs in zip(made["features"], trained["features"]):
            self.assertEqual(mine["name"], theirs["name"])
            self.assertEqual(mine.get("categories"), theirs.get("categories"))
        predictions = [self.jury("predict", folder, server.TABLE, "--margin") for folder in (raw, self.model)]
        margins = [[line.split(",")[2] for line in text.splitlines()] for text in predictions]
        self.assertEqual(margins[0], margins[1])

    def test_classes_without_labels_are_served_by_number(self):
        model = self.folder / "classes"
        self.jury("train", server.TABLE, "--target", "housing", "--out", model, "--trees", "5")
        manifest = json.loads((model / "manifest.json").read_text())
        manifest["policy"] = {"version": "1"}
        (model / "manifest.json").write_text(json.dumps(manifest))
        lines = server.TABLE.read_text().splitlines()
        few = self.folder / "few.csv"
        few.write_text("\n".join(lines[:8]) + "\n")
        predicted = list(csv.DictReader(self.jury("predict", model, few).splitlines()))
        with open(server.TABLE, newline="", encoding="utf-8") as file:
            table = list(csv.DictReader(file))[:7]
        with server.Server(model, "--workers", "1", "--cache", "none") as running:
            for row, expected in zip(table, predicted):
                body = {f["name"]: row[f["name"]] for f in manifest["features"]}
                status, answer, _ = running.decide({**body, "credit_risk": row["credit_risk"]})
                self.assertEqual(status, 200, answer)
                answer = json.loads(answer)
                self.assertEqual(list(answer["probabilities"]), ["0", "1", "2"])
                self.assertEqual(answer["probabilities"][answer["decision"]], max(answer["probabilities"].values()))
                self.assertEqual((answer["decision"], answer["score"]), (expected["decision"], float(expected["score"])))
                record = json.loads(running.get(f"/decisions/{answer['decision_id']}")[1])
                self.assertEqual((record["decision"], record["response"]), (answer["decision"], answer))
                self.assertEqual(record["probabilities"], list(answer["probabilities"].values()))
            braced = running.get("/decisions/%7B" + answer["decision_id"] + "%7D")
            self.assertEqual((braced[0], json.loads(braced[1])), (200, record))
            status, refused, _ = running.decide({**body, "age": "x"}, {"X-Reference": "x" * 201})
            self.assertEqual((status, [e["type"] for e in json.loads(refused)["detail"]]),
                             (422, ["string_too_long", "int_parsing"]))

    def test_manifest_says_what_it_guessed(self):
        coded = self.folder / "coded.csv"
        text = self.folder / "text.csv"
        lines = [(i % 2, i % 7, "good" if i % 3 else "bad") for i in range(100)]
        coded.write_text("owner,amount,y\n" + "".join(f"{flag},{amount},{y}\n" for flag, amount, y in lines))
        text.write_text("owner,amount,y\n" + "".join(f"{['no', 'yes'][flag]},{amount},{y}\n" for flag, amount, y in lines))
        folder = self.folder / "guessed"
        self.jury("train", coded, "--target", "y", "--out", folder, "--trees", "2")
        model = json.loads((folder / "model.json").read_text())
        model["learner"]["feature_names"] = []
        (folder / "model.json").write_text(json.dumps(model))
        done = subprocess.run([server.JURY, "manifest", folder, "--from", text], text=True, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(json.loads(done.stdout)["features"][0]["categories"], ["no", "yes"])
        unnamed, owner = done.stderr.splitlines()
        self.assertIn("taken for the table's first 2 columns in order: owner, amount", unnamed)
        self.assertIn("column `owner` holds text, but the model takes a number there: coded `no` as 0, `yes` as 1", owner)
        done = subprocess.run([server.JURY, "manifest", self.model, "--from", server.TABLE], text=True, check=True,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.assertEqual(done.stderr, "")

    def test_a_command_reads_no_variables_but_its_own(self):
        plain = self.jury("predict", self.model, server.TABLE)
        self.assertEqual(self.jury("predict", self.model, server.TABLE, JURY_TREES="0", JURY_PORT="x", JURY_NONE="1"), plain)
        self.assertIn("jury", self.jury("--version", JURY_PORT="x", JURY_NONE="1"))
        self.assertIn("--port", self.jury("serve", "--help", JURY_NONE="1"))
        self.jury("inspect", self.model, JURY_PORT="tcp://10.0.0.1:80", JURY_CONFIG="/nope", JURY_N_JOBS="x")
        self.assertIn("--n-jobs", self.jury("predict", self.model, server.TABLE, JURY_N_JOBS="x", code=2))
        self.assertIn("margin", self.jury("predict", self.model, server.TABLE, JURY_MARGIN="true"))

    def test_serve_refuses_unknown_variables_but_not_those_of_kubernetes(self):
        self.assertIn("JURY_PROT", self.jury("serve", self.model, JURY_PROT="80", code=2))
        kubernetes = {"JURY_PORT": "tcp://10.0.0.1:80", "JURY_PORT_80_TCP_ADDR": "10.0.0.1", "JURY_SERVICE_HOST": "10.0.0.1",
                      "JURY_SERVICE_PORT": "80", "JURY_SERVICE_PORT_HTTP": "80"}
        # Another command's variable is known, and read by nobody.
        with server.Server(self.model, variables={**kubernetes, "JURY_TREES": "0"}) as running:
            self.assertIn("JURY_PORT=tcp://10.0.0.1:80", running.text())

    def test_a_mistake_in_the_config_file_names_file_and_option(self):
        config = self.folder / "jury.conf"
        for line, said in (("nonsense = 1", "unknown option `nonsense`"), ("[serve]\nport = 1", "the section `[serve]`")):
            config.write_text(line + "\n")
            self.assertIn(f"{config}: ", self.jury("serve", self.model, "--config", config, code=2))
            self.assertIn(said, self.jury("serve", self.model, code=2, JURY_CONFIG=str(config)))

    def test_output_that_can_not_be_written_is_a_failure(self):
        for arguments in (["manifest", self.model, "--from", server.TABLE], ["inspect", self.model],
                          ["predict", self.model, server.TABLE], ["--help"], ["--version"],
                          ["train", server.TABLE, "--target", server.TARGET, "--out", self.folder / "full", "--trees", "1"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([server.JURY, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn("standard output could not be written", done.stderr)

    def test_what_the_system_refuses_is_an_error_and_no_crash(self):
        self.assertIn("--n-jobs", self.jury("predict", self.model, server.TABLE, "--n-jobs", "4000", code=2))
        gone = self.folder / "gone"
        gone.mkdir()
        done = subprocess.run(["sh", "-c", f'rmdir "{gone}"; exec "$0" inspect .', server.JURY], cwd=gone,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("model.json", done.stderr)
        if b"Sanitizer" in server.JURY.read_bytes():
            return  # it reserves more address space than the limit
        lines = server.TABLE.read_text().splitlines()
        many = self.folder / "many.csv"
        many.write_text("\n".join([lines[0], *lines[1:] * 60]) + "\n")
        limit = 400 << 20
        done = subprocess.run([server.JURY, "predict", self.model, many, "--n-jobs", "1000"], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr.splitlines()[-1], r"^jury: ")

    def test_inspect_says_what_is_in_a_model(self):
        text = self.jury("inspect", self.model)
        for expected in ("trees: 10,", "objective: binary:logistic", "labels bad | good", "checking_status: category"):
            self.assertIn(expected, text)

    def test_errors_say_what_was_expected(self):
        for arguments, code, said in (
                (["train", server.TABLE, "--target", "nope", "--out", self.folder / "x"], 1, "no column"),
                (["predict", self.model, self.folder / "nope.csv"], 1, "nope.csv"),
                (["inspect", self.folder / "nope"], 1, "nope"),
                (["train", server.TABLE], 2, "--target"),
                (["frobnicate"], 2, ""),
                ([], 2, "")):
            self.assertIn(said, self.jury(*arguments, code=code))

    def test_help_says_what_predict_makes_of_missing_values(self):
        self.assertIn("scored as if it were missing", self.jury("predict", "--help"))

    def test_predict_names_the_line_of_a_cell_that_does_not_fit(self):
        lines = server.TABLE.read_text().splitlines()
        bad = self.folder / "bad.csv"
        bad.write_text("\n".join([*lines[:3], lines[3].replace("own", "tent").replace("for free", "tent"), *lines[4:]]) + "\n")
        self.assertIn("line 4", self.jury("predict", self.model, bad, code=1))


if __name__ == "__main__":
    unittest.main()
