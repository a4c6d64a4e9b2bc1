"""Networks as ONNX graphs that answer with logits, class maps of all classes and features: one module for each head.

Grad-CAM (Selvaraju et al. 2017) weighs the channels of the maps A [K, h, w] at the target layer with

    alpha[c, k] = (1 / (h·w)) · sum over places of d logit c / d A[k]

Each head's module gives those sums in closed form, so that one pass forward holds the heatmap of every class. What is
exported is then held against automatic differentiation (`training.network.graphs.parity`), whatever the algebra says.
"""
