"""The version of the model: results are comparable within one version."""

MODEL_VERSION = "0.6.0"
