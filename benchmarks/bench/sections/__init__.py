"""The subjects of the benchmark, a module each."""
