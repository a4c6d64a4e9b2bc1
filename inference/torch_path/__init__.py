"""The same classifiers in torch: Grad-CAM at any layer. Imported only when a person asks for it."""
