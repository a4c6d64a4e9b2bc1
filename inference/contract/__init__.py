"""The contract of a model, its files. Public: `Contract`, `read_contract`, `Bundle`, `ModelCode`, `Fault`."""
