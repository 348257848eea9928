"""Prepares, drives, measures and judges experiments."""
