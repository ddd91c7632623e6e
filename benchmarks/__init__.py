"""Measurements of the product, each beside the limit or the rival that it is held against, in the same run."""
