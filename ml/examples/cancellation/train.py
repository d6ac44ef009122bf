"""A model of your own in the platform, from its training set to live: cancellation scores by LightGBM.

    npm run ml:export -- cancellation --as-of 2017-03-01 --out set.parquet
    python train.py --training-set set.parquet --version 2.0.0 --out cancellation-2.0.0

Then drop the folder into MODELS_DIR/<tenant>/cancellation/2.0.0, or send it (see README.md). Read it from the top to the
bottom like a notebook: each `# %%` is a cell where an editor shows cells.
"""

# %% What goes in and where the result goes
import argparse
import hashlib
import json
from pathlib import Path

import lightgbm
import numpy as np
import onnx
import onnxruntime
import pandas as pd
from onnx import TensorProto, helper
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--training-set", type=Path, required=True, help="Parquet file of npm run ml:export -- cancellation")
arguments.add_argument("--version", required=True, help="semantic version that is not taken yet, like 2.0.0")
arguments.add_argument("--out", type=Path, required=True, help="folder to write: model.onnx and manifest.json")
asked = arguments.parse_args()

# %% The training set: one row a booking as it was known then, its features, the day it is about, and what became of it
LABEL, DAY = "cancelled", "date"
rows = pd.read_parquet(asked.training_set).sort_values(DAY, kind="stable").reset_index(drop=True)
features = [name for name in rows.columns if name not in (LABEL, DAY)]
categories = {name: sorted(rows[name].dropna().unique()) for name in features if not pd.api.types.is_numeric_dtype(rows[name])}
print(f"{len(rows)} rows, {len(features)} features, {rows[LABEL].mean():.1%} cancelled")

# %% Features as the platform sends them: one row of float32; categories as codes from 0, -1 where not listed; NaN where missing
table = np.column_stack(
    [
        pd.Categorical(rows[name], categories=categories[name]).codes if name in categories else rows[name]
        for name in features
    ]
).astype(np.float32)
label = rows[LABEL].to_numpy().astype(int)

# %% Train on the past, measure on the last fifth: a random split would put copies of a group's bookings on both sides
split = int(len(rows) * 0.8)
model = lightgbm.LGBMClassifier(n_estimators=300, learning_rate=0.05, num_leaves=31, colsample_bytree=0.5, subsample=0.7, subsample_freq=1, random_state=1, n_jobs=1, verbose=-1)
model.fit(table[:split], label[:split])
chance = model.booster_.predict(table[split:])
metrics = {
    "auc": roc_auc_score(label[split:], chance),
    "logLoss": log_loss(label[split:], chance, labels=[0, 1]),
    "brier": brier_score_loss(label[split:], chance),
}
print(", ".join(f"{name} {value:.4f}" for name, value in metrics.items()))

# %% ONNX: LightGBM gives a label and two probabilities; the platform wants `probability` [batch, 1]
converted = convert_lightgbm(model, initial_types=[("features", FloatTensorType([None, len(features)]))], zipmap=False, target_opset=15)
graph = converted.graph
both = next(output.name for output in graph.output if "prob" in output.name)
graph.initializer.append(helper.make_tensor("second", TensorProto.INT64, [1], [1]))
graph.node.append(helper.make_node("Gather", [both, "second"], ["probability"], axis=1))
del graph.output[:]
graph.output.append(helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["batch", 1]))
for tensor in graph.input:
    tensor.type.tensor_type.shape.dim[0].dim_param = "batch"
onnx.checker.check_model(converted)
model_bytes = converted.SerializeToString()

# %% Golden samples: the platform runs them when the model arrives, and takes it in only when they come out the same
session = onnxruntime.InferenceSession(model_bytes, providers=["CPUExecutionProvider"])
whole = np.flatnonzero(~np.isnan(table[split:]).any(axis=1))[:5] + split
if len(whole) == 0:
    raise SystemExit("no row without a missing value to make golden samples of")
expected = session.run(["probability"], {"features": table[whole]})[0]
tensor = lambda array: {"dims": list(array.shape), "data": [float(value) for value in array.ravel()]}

# %% The manifest
numbers = lambda name: [float(value) for value in np.nanquantile(rows[name].astype(float), np.arange(0.1, 0.95, 0.1))]
shares = lambda name: [float(share) for share in rows[name].value_counts(normalize=True).reindex(categories[name], fill_value=0)]
manifest = {
    "name": "cancellation",
    "version": asked.version,
    "task": "cancellation",
    "description": "LightGBM, 300 trees, trained outside the platform on its exported training set.",
    "inputs": [{"name": "features", "type": "float32", "shape": ["batch", len(features)]}],
    "outputs": [{"name": "probability", "type": "float32", "shape": ["batch", 1]}],
    "features": [
        {"name": name, "kind": "category", "unit": "code", "categories": [str(value) for value in categories[name]], "reference": shares(name)}
        if name in categories
        else {"name": name, "kind": "number", "unit": "1", "missing": "NaN"} | ({"reference": numbers(name)} if rows[name].notna().any() else {})
        for name in features
    ],
    "preprocessing": {"threshold": 0.5},
    "training": {
        "rows": split,
        "from": str(rows[DAY].iloc[0])[:10],
        "until": str(rows[DAY].iloc[split - 1])[:10],
        "hash": hashlib.sha256(asked.training_set.read_bytes()).hexdigest(),
        "trainer": f"LightGBM {lightgbm.__version__}",
    },
    "metrics": metrics,
    "golden": [{"inputs": {"features": tensor(table[whole])}, "outputs": {"probability": tensor(expected)}, "tolerance": 1e-4}],
    "licence": "LicenseRef-proprietary",
}

# %% The folder; the manifest last, because a folder without one is not whole
asked.out.mkdir(parents=True, exist_ok=True)
(asked.out / "model.onnx").write_bytes(model_bytes)
(asked.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
print(f"{asked.out}: {len(model_bytes)} bytes of ONNX")
