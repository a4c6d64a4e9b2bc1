"""Models, and how a slice becomes a finding and a heatmap. Imports no Qt; torch only in `torch_path`."""

import os

# From 1.29 on, ONNX Runtime's own builds keep a device id on disk and send events to their makers. It looks at this
# when it is loaded, which only happens below this package; whatever stood there before does not count.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
