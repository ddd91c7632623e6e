"""Servers and the audience of `benchmarks.fanout`: each a process of its own, told over pipes what to do."""
