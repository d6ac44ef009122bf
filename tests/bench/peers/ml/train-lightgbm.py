"""Trains LightGBM on the table in a folder, on one thread, and prints seconds, peak memory and the scores' AUC as JSON."""

import json
import resource
import sys
import time
from pathlib import Path

import lightgbm
import numpy as np

folder = Path(sys.argv[1])
meta = json.loads((folder / "meta.json").read_text())
width, boosting = len(meta["columns"]), meta["boosting"]
categories = [at for at, column in enumerate(meta["columns"]) if column["kind"] == "category"]


def read(name):
    return np.fromfile(folder / f"{name}.f32", dtype=np.float32)


table, target = read("training").reshape(-1, width), read("training-target")
held_out, outcome = read("held-out").reshape(-1, width), read("held-out-target")
started = time.perf_counter()
model = lightgbm.train(
    {
        "objective": "binary",
        "num_leaves": boosting.get("leaves", 31),
        "learning_rate": boosting.get("rate", 0.1),
        "feature_fraction": boosting.get("featureShare", 1),
        "bagging_fraction": boosting.get("rowShare", 1),
        "bagging_freq": 1,
        "num_threads": 1,
        "verbose": -1,
    },
    lightgbm.Dataset(table, target, categorical_feature=categories, free_raw_data=False),
    num_boost_round=boosting["trees"],
)
seconds = time.perf_counter() - started
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def auc(scores, outcomes):
    ranks = np.empty(len(scores))
    ranks[np.argsort(scores, kind="stable")] = np.arange(1, len(scores) + 1)
    ones = outcomes.sum()
    return (ranks[outcomes == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(outcomes) - ones))


print(json.dumps({"seconds": seconds, "megabytes": memory, "auc": auc(model.predict(held_out), outcome)}))
