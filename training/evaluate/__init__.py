"""Evaluation of a run, as values: `evaluate.evaluate_run` gives `RunEvaluation` or `ExternalEvaluation`.

`predictions` asks the network, `operating_point` chooses on the validation part, `metrics` is the form of
`metrics.json` and compares two models on the same cases, `saliency` and `explanations` look at heatmaps,
`ood_statistics` at unfamiliar slices. Nothing here writes a page: that is `training.report`.
"""
