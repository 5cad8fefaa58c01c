"""Optimizers of recent papers."""
