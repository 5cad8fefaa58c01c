"""The table of primitives, a file per category. No file here names NumPy: `xp` is handed in."""
